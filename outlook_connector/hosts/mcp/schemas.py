"""An operation's schemas as a tool's: without references, an object at the root, without what clients stumble over.

The protocol takes JSON Schema 2020-12 and wants ``type: object`` at the root
(https://modelcontextprotocol.io/specification/2025-11-25/server/tools). Clients hand the schema on to model providers,
of which several refuse references, or a choice (``anyOf`` and its like) at the root. So references are written out,
and such rules are told in words; the connector holds every call to them all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...manifest import Operation
from ...schema import Schemas

Json = dict[str, Any]

DEFAULTS: Mapping[str, Json] = {
    "common/limit.json": {
        "default": 10,
        "description": "How many items, 10 when left out; the answer's nextCursor leads to the rest.",
    },
    "common/bodyFormat.json": {
        "default": "text",
        "description": "How bodies are returned: as text when left out. HTML is long, and can hide words from people.",
    },
}
"""What a call means that leaves such an input out: a model has little room."""

_CHOICES = {"anyOf": "at least one of", "oneOf": "exactly one of"}
_NOT_AT_ROOT = (*_CHOICES, "allOf", "not", "description", "examples")
_DATA = ("examples", "default", "enum", "const")


def defaults(schemas: Schemas, operation: Operation) -> Json:
    """The inputs that are filled in where a call leaves them out."""
    return {name: own["default"] for name, own in _own(schemas, operation)}


def input_of(schemas: Schemas, operation: Operation) -> Json:
    """The input schema of the tool, with this host's own defaults."""
    whole = _whole(schemas, operation.input_schema)
    properties = whole.get("properties", {})
    for name, own in _own(schemas, operation):
        properties[name].update(own)
    kept = {key: value for key, value in whole.items() if key not in _NOT_AT_ROOT}
    return {**kept, "type": "object", "properties": properties}


def output_of(schemas: Schemas, operation: Operation) -> Json:
    """The output schema of the tool."""
    return {**_whole(schemas, operation.output_schema), "type": "object"}


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


def _own(schemas: Schemas, operation: Operation) -> Iterator[tuple[str, Json]]:
    """What may go to a file is left as it is: none of it reaches the model."""
    properties = schemas.document(operation.input_schema).get("properties", {})
    for name, one in properties.items() if "saveTo" not in properties else ():
        if one.get("$ref") in DEFAULTS:
            yield name, DEFAULTS[one["$ref"]]


def _whole(schemas: Schemas, file: str) -> Json:
    found: Json = _written_out(schemas, schemas.document(file), file, ())
    return found


def _written_out(schemas: Schemas, node: Any, file: str, within: tuple[tuple[str, str], ...]) -> Any:
    """Without references, without the dialect, which is the protocol's own, and without this project's keywords.
    A schema that holds itself is open where it begins anew."""
    if isinstance(node, list):
        return [_written_out(schemas, one, file, within) for one in node]
    if not isinstance(node, dict):
        return node
    here = {
        key: value if key in _DATA else _written_out(schemas, value, file, within)
        for key, value in node.items()
        if key not in ("$schema", "$defs", "$ref") and not key.startswith("x-")
    }
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return here
    target, home = schemas.resolve({"$ref": reference}, file)
    place = (home, reference.partition("#")[2])
    if place in within:
        return here
    return {**_written_out(schemas, dict(target), home, (*within, place)), **here}
