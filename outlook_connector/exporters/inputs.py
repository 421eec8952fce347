"""An operation's inputs as designers of flows see them: a few kinds of fields, and a text for each value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .calls import Call, resolved

_KINDS = {"string": "text", "integer": "number", "number": "number", "boolean": "truth", "object": "json"}


@dataclass(frozen=True)
class Input:
    """One input.

    ``kind`` is ``text``, ``number``, ``truth`` (true or false), ``texts`` (a list of them) or ``json`` (an object, or a
    list of objects). A recipient, which may be a text or an object, is a text. ``choices`` are the texts that it may
    be, where it is one of a few.
    """

    name: str
    title: str
    description: str
    kind: str
    required: bool
    default: str
    choices: tuple[str, ...]


def inputs(call: Call) -> list[Input]:
    """The call's inputs, in the schema's order."""
    top = call.input
    required = set(top.get("required", ()))
    return [
        _input(name, resolved(node, top), top, name in required)
        for name, node in top.get("properties", {}).items()
    ]


def _input(name: str, node: Mapping[str, Any], top: dict[str, Any], required: bool) -> Input:
    return Input(
        name=name,
        title=str(node["title"]),
        description=str(node["description"]),
        kind=_kind(node, top),
        required=required,
        default=_text(node.get("default", "")),
        choices=tuple(node.get("enum", ())),
    )


def _kind(node: Mapping[str, Any], top: dict[str, Any]) -> str:
    if node.get("type") != "array":
        return _KINDS.get(str(node.get("type", "string")), "text")
    return "json" if resolved(node["items"], top).get("type") == "object" else "texts"


def _text(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
