"""How an input looks in WSO2's words, and how its text becomes JSON in a template.

In a template every value is a text. FreeMarker turns it into JSON: a text is escaped, a number and a truth are read
and written anew, so that none of them can become more than the one value. A list or an object is a JSON text that is
taken as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..calls import Call, resolved

TEXTS = r"""<#function texts value>
<#local list=value?trim>
<#if !list?starts_with("[")><#return "[\"" + list?json_string + "\"]"></#if>
<#return list?replace("^\\[\\s*\\[", "[", "r")?replace("\\]\\s*\\]$", "]", "r")
  ?replace("\"\\s*\\]\\s*,\\s*\\[\\s*\"", "\",\"", "r")>
</#function>
"""
"""A FreeMarker function for lists of texts: one text is a list of one; a designer's table of one column, which is a
list of rows, ``[["a"],["b"]]``, is ``["a","b"]``; and a list is itself."""

FORMS: Mapping[str, str] = {
    "text": '"${VALUE?json_string}"',
    "number": "${VALUE?number?c}",
    "truth": "${VALUE?boolean?c}",
    "json": "${VALUE}",
    "texts": "${texts(VALUE)}",
}
"""FreeMarker for each kind of value; ``VALUE`` stands for its expression."""

KINDS = {"string": "text", "integer": "number", "number": "number", "boolean": "truth", "object": "json"}


@dataclass(frozen=True)
class Input:
    """One input: ``kind`` is a key of ``FORMS``, ``choices`` the texts that it may be, if it is one of a few."""

    name: str
    title: str
    description: str
    kind: str
    required: bool
    default: str
    choices: tuple[str, ...]

    @property
    def json(self) -> str:
        """FreeMarker that writes the value, which the message's property ``outlook_NAME`` holds."""
        return FORMS[self.kind].replace("VALUE", f"ctx.outlook_{self.name}")


def inputs(call: Call) -> list[Input]:
    """The call's inputs, in the schema's order."""
    top = call.input
    required = set(top.get("required", ()))
    return [
        _input(name, resolved(node, top), top, name in required)
        for name, node in top.get("properties", {}).items()
    ]


def _input(name: str, node: Mapping[str, Any], top: dict[str, Any], required: bool) -> Input:
    default = node.get("default")
    return Input(
        name=name,
        title=str(node["title"]),
        description=str(node["description"]),
        kind=_kind(node, top),
        required=required,
        default=""
        if default is None
        else str(default).lower()
        if isinstance(default, bool)
        else str(default),
        choices=tuple(node.get("enum", ())),
    )


def _kind(node: Mapping[str, Any], top: dict[str, Any]) -> str:
    """A recipient, text or object, is written as text; a list whose items are no objects is a list of texts."""
    if node.get("type") != "array":
        return KINDS.get(str(node.get("type", "string")), "text")
    return "json" if resolved(node["items"], top).get("type") == "object" else "texts"
