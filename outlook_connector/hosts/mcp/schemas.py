"""An operation's schemas as a tool's: complete in themselves, an object at the root, without what clients stumble over.

The protocol takes JSON Schema 2020-12 and wants ``type: object`` at the root
(https://modelcontextprotocol.io/specification/2025-11-25/server/tools). Clients hand the schema on to model providers,
of which several refuse a choice (``anyOf`` and its like) at the root; such rules are told in words, and the connector
holds every call to them all the same.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from ...exporters.bundling import bundled
from ...manifest import Operation
from ...schema import Schemas

Json = dict[str, Any]

DEFAULTS: Mapping[str, Any] = {"common/limit.json": 10, "common/bodyFormat.json": "text"}
"""What a call means that leaves such an input out: a model's context is small, and HTML hides text from people."""

_CHOICES = {"anyOf": "at least one of", "oneOf": "exactly one of"}
_AT_ROOT = (*_CHOICES, "allOf", "not")


def defaults(schemas: Schemas, operation: Operation) -> Json:
    """The inputs that are filled in where a call leaves them out."""
    properties = schemas.document(operation.input_schema).get("properties", {})
    found = {name: DEFAULTS.get(one.get("$ref", "")) for name, one in properties.items()}
    return {name: value for name, value in found.items() if value is not None}


def input_of(schemas: Schemas, operation: Operation) -> Json:
    """The input schema of the tool, its own defaults in it."""
    whole = _trimmed(bundled(schemas, operation.input_schema))
    properties = dict(whole.get("properties", {}))
    for name, value in defaults(schemas, operation).items():
        target = whole["$defs"][properties[name]["$ref"].rpartition("/")[2]]
        rest = {key: one for key, one in properties[name].items() if key != "$ref"}
        properties[name] = {**target, **rest, "default": value}
    told = {key: one for key, one in whole.items() if key not in (*_AT_ROOT, "description")}
    return _used({**told, "type": "object", "properties": properties})


def output_of(schemas: Schemas, operation: Operation) -> Json:
    """The output schema of the tool."""
    whole = _trimmed(bundled(schemas, operation.output_schema))
    target: Any = whole
    for part in whole.get("$ref", "#").split("/")[1:]:
        target = target[part]
    rest = {key: one for key, one in whole.items() if key != "$ref"}
    return _used({**target, **rest, "type": "object"})


def rules_of(schemas: Schemas, operation: Operation) -> str:
    """In words, what the input's root says beyond its properties; empty where that is nothing."""
    document = schemas.document(operation.input_schema)
    if "x-expected" in document:
        return f"The input {document['x-expected']}."
    told = [
        f"Give {words} {', '.join(' with '.join(branch['required']) for branch in document[key])}."
        for key, words in _CHOICES.items()
        if key in document
    ]
    return " ".join(told)


def _trimmed(node: Any) -> Any:
    """Without the dialect, which is the protocol's own, and without the keywords of this project."""
    if isinstance(node, list):
        return [_trimmed(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {key: _trimmed(one) for key, one in node.items() if key != "$schema" and not key.startswith("x-")}


def _used(schema: Json) -> Json:
    """Without the definitions that nothing leads to."""
    definitions = schema.get("$defs", {})
    rest = {key: one for key, one in schema.items() if key != "$defs"}
    kept: Json = {}
    waiting = _named(rest)
    while waiting:
        name = waiting.pop()
        if name not in kept and name in definitions:
            kept[name] = definitions[name]
            waiting |= _named(definitions[name])
    return (
        {**rest, "$defs": {name: definitions[name] for name in definitions if name in kept}} if kept else rest
    )


def _named(node: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "#/\$defs/([^/"]+)', json.dumps(node)))
