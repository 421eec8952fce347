"""YAML as plain values: safely, in bounded size, and with a key that stands twice refused rather than half forgotten.

A few lines of YAML can stand for billions of values, since an alias repeats what its anchor holds, or for a value that
holds itself. https://yaml.org/spec/1.2.2/#71-alias-nodes
"""

from collections.abc import Iterator
from typing import Any

import yaml

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LONGEST = 1 << 20
"""Characters of a text."""
DEEPEST = 50
"""Levels of lists and mappings."""
MOST = 100_000
"""Values, those that aliases repeat counted each time."""
_STARTS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_UNUSUAL = frozenset({"tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"})


class _Loader(_SafeLoader):  # type: ignore[misc]  # in C where libyaml is there, which mypy cannot see
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        known = set[str]()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in known:
                raise _twice(key)
            known.add(key.value)
        built: dict[Any, Any] = super().construct_mapping(node, deep)
        return built


class _Unusual(Exception):
    """More than lists, mappings and values that stand for themselves."""


def read_yaml(text: str) -> Any:
    """The values in ``text``. Raises ``yaml.YAMLError``, for too much of it too."""
    if len(text) > LONGEST:
        raise yaml.YAMLError(f"it has more than {LONGEST} characters")
    events = _within_depth(text)
    loader = _Loader(text)
    try:
        try:
            return _plain_document(iter(events), loader)
        except _Unusual:
            return _any_document(loader)
    finally:
        loader.dispose()


def _within_depth(text: str) -> list[Any]:
    """What the parser finds, before values are made of it: the one in C makes them by recursion without a bound, and
    ends the process."""
    loader, depth, found = _SafeLoader(text), 0, list[Any]()
    try:
        while type(event := loader.get_event()) is not yaml.StreamEndEvent:
            if type(event) in _STARTS:
                depth += 1
                if depth > DEEPEST:
                    raise yaml.MarkedYAMLError(None, None, "it is nested too deeply", event.start_mark)
            elif type(event) in _ENDS:
                depth -= 1
            found.append(event)
            if len(found) > MOST:
                raise yaml.MarkedYAMLError(None, None, "it has too many values", event.start_mark)
    finally:
        loader.dispose()
    return [*found, event]


def _plain_document(events: Iterator[Any], loader: Any) -> Any:
    """The values of a document that has neither aliases nor tags, as nearly all are: made in a third of the time that
    nodes take, and as many as the text has. Raises ``_Unusual`` for any other."""
    next(events)  # the stream begins
    if not isinstance(next(events), yaml.DocumentStartEvent):
        return None
    value = _value(next(events), events, loader)
    next(events)  # the document ends
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise _Unusual
    return value


def _value(event: Any, events: Iterator[Any], loader: Any) -> Any:
    kind = type(event)
    if kind is yaml.AliasEvent or event.tag is not None or event.anchor is not None:
        raise _Unusual
    if kind is yaml.ScalarEvent:
        return _scalar(event, loader)
    if kind is yaml.MappingStartEvent:
        return _mapping(events, loader)
    found = []
    while type(one := next(events)) is not yaml.SequenceEndEvent:
        found.append(_value(one, events, loader))
    return found


def _mapping(events: Iterator[Any], loader: Any) -> dict[Any, Any]:
    made, keys = {}, set[str]()
    while type(key := next(events)) is not yaml.MappingEndEvent:
        if type(key) is not yaml.ScalarEvent:
            raise _Unusual
        if key.value in keys:
            raise _twice(key)
        keys.add(key.value)
        name = _value(key, events, loader)
        made[name] = _value(next(events), events, loader)
    return made


def _scalar(event: Any, loader: Any) -> Any:
    """Quoted, it is a text; plain, it is what its letters look like."""
    looks = loader.yaml_implicit_resolvers.get(event.value[:1])
    if looks is None or not event.implicit[0]:
        return event.value
    tag = next((tag for tag, form in looks if form.match(event.value)), None)
    if tag is None:
        return event.value
    if tag in _UNUSUAL:
        raise _Unusual
    return loader.construct_object(yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark), True)


def _any_document(loader: Any) -> Any:
    node = loader.get_single_node()
    if node is None:
        return None
    _measure(node, {})
    return loader.construct_document(node)


def _twice(key: Any) -> yaml.YAMLError:
    """For the second of the two, a node or an event."""
    return yaml.MarkedYAMLError(None, None, f"the key {key.value!r} stands twice", key.start_mark)


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
