"""JSON Schema of draft 2020-12 in OpenAPI 2.0's words, with the summaries and visibilities that designers show.

What OpenAPI 2.0 cannot say is left out, since the HTTP host judges every input anyway: conditions, patterns, a choice
of forms. A recipient is a text here, and what may be null is marked ``x-nullable``.
"""

import re
from collections.abc import Mapping
from typing import Any

from ...manifest import Operation, Trigger
from ...schema import Schemas
from ..calls import COMMON, Call
from .lists import choices, listed

KEPT = (
    *("description", "default", "enum", "required", "minimum", "maximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
"""Keywords that mean the same in both."""

FORMATS = ("date-time", "date", "uri")
"""Formats that Power Platform knows, of those that the schemas have."""

SMALL = 8
"""A shared object of up to so many properties stands where it is used, so that its place keeps its own summary."""

Node = Mapping[str, Any]


class Definitions:
    """Turns schemas, and collects in ``found`` those that are referred to."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self.found: dict[str, Any] = {}

    def input(self, entry: Operation | Trigger) -> dict[str, Any]:
        """The body of a call: required inputs stand out, and those that few people set are shown last."""
        top = self._schemas.document(entry.input_schema)
        required = top.get("required", [])
        properties = {
            name: self._input(entry, name, node, name in required)
            for name, node in top.get("properties", {}).items()
        }
        examples = [one for one in top.get("examples", []) if one]
        return {
            "type": "object",
            **({"required": required} if required else {}),
            "properties": properties,
            **({"example": examples[0]} if examples else {}),
        }

    def output(self, call: Call) -> dict[str, Any]:
        """The answer of a call, by reference where it is a shared resource."""
        answer = self._turned({"$ref": call.entry.output_schema}, "")
        if isinstance(call.entry, Operation):
            return answer
        polled = call.output["properties"]
        items = {"type": "array", "description": polled["value"]["description"], "items": answer}
        rest = {name: self._turned(node, "") for name, node in polled.items() if name != "value"}
        properties = {"value": items, **rest}
        return {
            "type": "object",
            "properties": {name: _summed(name, one) for name, one in properties.items()},
        }

    def _input(self, entry: Operation | Trigger, name: str, node: Node, required: bool) -> dict[str, Any]:
        schema, home = self._schemas.resolve(node, entry.input_schema)
        turned = {"x-ms-summary": schema["title"], **self._turned(schema, home)}
        items = self._schemas.resolve(schema.get("items", {}), home)[0]
        if found := listed(entry.name, name, schema.get("x-kind") or items.get("x-kind")):
            (turned["items"] if schema.get("type") == "array" else turned).update(choices(found))
        shown = "important" if required else "advanced" if name in COMMON else None
        return {**turned, **({"x-ms-visibility": shown} if shown else {})}

    def _turned(self, node: Node, file: str, top: bool = False) -> dict[str, Any]:
        nullable, meant = _without_null(node)
        schema, home = self._schemas.resolve(meant, file)
        if home != file and not top and self._is_large(schema):
            return self._referred(home)
        if "anyOf" in schema:  # a recipient, which may be a text or an object
            schema = {**schema["anyOf"][0], **{key: one for key, one in schema.items() if key != "anyOf"}}
        again, schema = _without_null(schema)
        turned = {key: schema[key] for key in KEPT if key in schema}
        turned |= _typed(schema)
        if schema.get("format") in FORMATS or schema.get("contentEncoding") == "base64":
            turned["format"] = schema.get("format", "byte")
        if turned.get("type") == "array":
            turned["items"] = self._turned(schema.get("items", {}), home)
        if "properties" in schema:
            turned["properties"] = {
                name: _summed(one.get("title", name), self._turned(one, home))
                for name, one in schema["properties"].items()
            }
        if isinstance(schema.get("additionalProperties"), dict):
            turned["additionalProperties"] = self._turned(schema["additionalProperties"], home)
        return {**turned, "x-nullable": True} if nullable or again else turned

    def _referred(self, file: str) -> dict[str, Any]:
        name = file.removeprefix("common/").removesuffix(".json").replace(".", "_")
        if name not in self.found:
            self.found[name] = {}  # before its own are looked at, which may lead back here
            self.found[name] = self._turned({"$ref": file}, "", True)
        return {"$ref": f"#/definitions/{name}"}

    @staticmethod
    def _is_large(schema: Node) -> bool:
        return schema.get("type") == "object" and len(schema.get("properties", {})) > SMALL


def _without_null(node: Node) -> tuple[bool, Node]:
    """Whether it may be null, and what it is otherwise."""
    branches = [one for one in node.get("anyOf", []) if one != {"type": "null"}]
    if len(branches) == 1 and len(node["anyOf"]) == 2:
        return True, {**branches[0], **{key: value for key, value in node.items() if key != "anyOf"}}
    kinds = node.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        rest = [kind for kind in kinds if kind != "null"]
        return True, {**node, "type": rest[0] if len(rest) == 1 else rest}
    return False, node


def _typed(schema: Node) -> dict[str, Any]:
    """One type, or none where there are several."""
    kind = schema.get("type", "string" if "enum" in schema else None)
    return {"type": kind} if isinstance(kind, str) else {}


def _summed(name: str, turned: dict[str, Any]) -> dict[str, Any]:
    """With a summary, beside which no reference may stand."""
    if "$ref" in turned:
        return turned
    return {"x-ms-summary": _words(name), **turned}


def _words(name: str) -> str:
    """``receivedDateTime`` → ``Received date time``; a title is left as it is."""
    if " " in name:
        return name
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return spaced[:1].upper() + spaced[1:].lower()
