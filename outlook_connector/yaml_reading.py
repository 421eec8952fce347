"""YAML as plain values: safely, and with a key that stands twice refused rather than half forgotten."""

from typing import Any

import yaml

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # in C where libyaml is there, which mypy cannot see
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(None, None, f"the key {twice!r} stands twice", node.start_mark)
        built: dict[Any, Any] = super().construct_mapping(node, deep)
        return built


def read_yaml(text: str) -> Any:
    """The values in ``text``. Raises ``yaml.YAMLError``."""
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made above
