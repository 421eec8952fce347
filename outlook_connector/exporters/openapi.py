"""``openapi``: the HTTP host described in OpenAPI 3.1. https://spec.openapis.org/oas/v3.1.1.html"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .bundling import key_of, rewritten
from .openapi_fixed import BYTES, CONNECTION, ERROR, ERRORS, KEY, error_name, error_response, errors
from .openapi_paths import PATHS
from .writing import as_json, write

if TYPE_CHECKING:
    from ..manifest import Manifest, Operation, Trigger
    from ..schema import Schemas


def export(manifest: "Manifest", out: Path) -> list[Path]:
    """Writes ``openapi.json`` into ``out``."""
    return write(out, {"openapi.json": as_json(document(manifest))})


def document(manifest: "Manifest", server: str = "http://127.0.0.1:8080") -> dict[str, Any]:
    """The description of the host at the URL ``server``, with every operation and trigger; schemas that several share
    stand once, under ``components``."""
    components = _Components(manifest.schemas)
    operations = {
        f"/operations/{one.name}": {"post": _operation(one, components)}
        for one in manifest.operations.values()
    }
    triggers = {
        f"/triggers/{one.name}/poll": {"post": _poll(one, components)} for one in manifest.triggers.values()
    }
    return {
        "openapi": "3.1.1",
        "info": {
            "title": manifest.title,
            "version": manifest.version,
            "description": manifest.description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "security": [{"apiKey": []}, {}],
        "tags": [{"name": name} for name in _tags(manifest)],
        "paths": {**operations, **triggers, **PATHS},
        "components": {
            "schemas": {"error": ERROR, **components.schemas},
            "responses": {error_name(status): error_response(text) for status, text in ERRORS.items()},
            "parameters": {"connection": CONNECTION},
            "securitySchemes": {"apiKey": KEY},
        },
    }


def gives_content(schemas: "Schemas", one: "Operation") -> bool:
    """Whether the operation gives a file: in base64, or written to where its input says."""
    inside = schemas.document(one.output_schema).get("properties", {})
    return "contentBytes" in inside and "saveTo" in schemas.document(one.input_schema)["properties"]


class _Components:
    """The schemas of a document, each under the name of its file."""

    def __init__(self, schemas: "Schemas") -> None:
        self._schemas = schemas
        self.schemas: dict[str, Any] = {}

    def refer(self, file: str) -> dict[str, Any]:
        """A reference to the schema ``file``, which is added with all that it refers to."""
        if key_of(file) not in self.schemas:
            found: list[str] = []
            raw = {key: one for key, one in self._schemas.document(file).items() if key != "$schema"}
            self.schemas[key_of(file)] = {}
            self.schemas[key_of(file)] = rewritten(raw, file, _home, found)
            for other in found:
                self.refer(other)
        return {"$ref": f"#{_home(file)}"}

    def examples(self, file: str) -> dict[str, Any]:
        """The examples of an input, in the form that a request body has them in."""
        found = self._schemas.document(file).get("examples", [])
        return {f"example{number}": {"value": one} for number, one in enumerate(found, 1)}

    def give_content(self, one: "Operation") -> bool:
        """As ``gives_content``."""
        return gives_content(self._schemas, one)

    def needs_input(self, file: str) -> bool:
        """Whether an empty input would be refused."""
        return bool(self._schemas.document(file).get("required"))


def _operation(one: "Operation", components: _Components) -> dict[str, Any]:
    output = components.refer(one.output_schema)
    content = {BYTES: {"schema": {"type": "string", "format": "binary"}}}
    lines = {
        "application/x-ndjson": {"schema": {"type": "string", "description": "One item of `value` a line."}}
    }
    return {
        **_entry(one, components),
        "operationId": one.name.replace(".", "_"),
        "x-effect": one.effect,
        "x-idempotent": one.idempotent,
        "responses": {
            "200": {
                "description": "Done.",
                "content": {
                    "application/json": {"schema": output},
                    **(lines if one.result == "collection" else {}),
                    **(content if components.give_content(one) else {}),
                },
            },
            **errors(),
        },
    }


def _poll(one: "Trigger", components: _Components) -> dict[str, Any]:
    answer = {
        "type": "object",
        "required": ["value", "cursor", "more"],
        "properties": {
            "value": {"type": "array", "items": components.refer(one.output_schema)},
            "cursor": {"type": "string", "description": "To be given to the next poll."},
            "more": {"type": "boolean", "description": "Whether others can be had at once."},
        },
    }
    content = {"application/json": {"schema": answer}}
    return {
        **_entry(one, components),
        "operationId": f"{one.name.replace('.', '_')}_poll",
        "responses": {
            "200": {"description": "The events since the cursor.", "content": content},
            **errors(),
        },
    }


def _entry(one: "Operation | Trigger", components: _Components) -> dict[str, Any]:
    schema, examples = components.refer(one.input_schema), components.examples(one.input_schema)
    body = {"schema": schema, **({"examples": examples} if examples else {})}
    more = {"externalDocs": {"url": one.documentation}} if one.documentation else {}
    return {
        "tags": [_noun(one.name)],
        "summary": one.title,
        "description": one.description,
        "parameters": [{"$ref": "#/components/parameters/connection"}],
        "requestBody": {
            "required": components.needs_input(one.input_schema),
            "content": {"application/json": body},
        },
        **more,
        **({"deprecated": True} if one.deprecated else {}),
    }


def _home(file: str) -> str:
    return f"/components/schemas/{key_of(file)}"


def _tags(manifest: "Manifest") -> list[str]:
    nouns = dict.fromkeys(map(_noun, [*manifest.operations, *manifest.triggers]))
    return [*nouns, "files", "host"]


def _noun(name: str) -> str:
    return name.partition(".")[0]
