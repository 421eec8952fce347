"""YAML as plain values: safely, in bounded size, and with a key that stands twice refused rather than half forgotten.

A few lines of YAML can stand for billions of values, since an alias repeats what its anchor holds, or for a value that
holds itself. https://yaml.org/spec/1.2.2/#71-alias-nodes
"""

from typing import Any

import yaml

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LONGEST = 1 << 20
"""Characters of a text."""
DEEPEST = 50
"""Levels of lists and mappings."""
MOST = 100_000
"""Values, those that aliases repeat counted each time."""


class _Loader(_SafeLoader):  # type: ignore[misc]  # in C where libyaml is there, which mypy cannot see
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(None, None, f"the key {twice!r} stands twice", node.start_mark)
        built: dict[Any, Any] = super().construct_mapping(node, deep)
        return built


def read_yaml(text: str) -> Any:
    """The values in ``text``. Raises ``yaml.YAMLError``, for too much of it too."""
    if len(text) > LONGEST:
        raise yaml.YAMLError(f"it has more than {LONGEST} characters")
    _check_depth(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node, {})
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _check_depth(text: str) -> None:
    """Before values are made of it: the parser in C makes them by recursion without a bound, and ends the process."""
    depth = 0
    event: Any
    for event in yaml.parse(text, _SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(None, None, "it is nested too deeply", event.start_mark)


def _measure(
    node: yaml.Node, known: dict[int, tuple[int, int]], above: frozenset[int] = frozenset()
) -> tuple[int, int]:
    """How many values a node stands for, and in how many levels. Aliases lead to the node of their anchor, which is
    measured once and counted each time; ``above`` are the nodes that this one is in."""
    if id(node) in above:
        raise yaml.MarkedYAMLError(None, None, "it holds itself", node.start_mark)
    if id(node) not in known:
        parts = node.value if isinstance(node, yaml.CollectionNode) else ()
        inner = [one for pair in parts for one in pair] if isinstance(node, yaml.MappingNode) else parts
        found = [_measure(one, known, above | {id(node)}) for one in inner]
        known[id(node)] = (
            1 + sum(count for count, _ in found),
            1 + max((high for _, high in found), default=0),
        )
    count, levels = known[id(node)]
    if count > MOST or levels > DEEPEST + 1:
        raise yaml.MarkedYAMLError(None, None, "its aliases repeat too much", node.start_mark)
    return count, levels
