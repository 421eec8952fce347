"""Schemas in a person's words: name, type, and what it means."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..manifest import Operation, Trigger
    from ..schema import Schemas

Row = tuple[str, str, str]
"""A property's name, its type, and what there is to say."""

_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": "null"}


def inputs(schemas: "Schemas", name: str) -> list[Row]:
    """The input's properties, the required ones first and marked with a star."""
    schema, file = schemas.resolve(schemas.document(name), name)
    required = schema.get("required", [])
    rows = [
        _row(schemas, key, node, file, key in required) for key, node in schema.get("properties", {}).items()
    ]
    rows.sort(key=lambda row: not row[0].endswith("*"))
    condition = schema.get("x-expected")
    return [*rows, ("", "", str(condition))] if condition else rows


def outputs(schemas: "Schemas", operation: "Operation | Trigger") -> list[Row]:
    """The output's properties; of a collection, those of its items too."""
    schema, file = schemas.resolve(schemas.document(operation.output_schema), operation.output_schema)
    properties = schema.get("properties", {})
    rows = [_row(schemas, key, node, file) for key, node in properties.items()]
    if operation.result == "collection" and "value" in properties:
        item, home = schemas.resolve(properties["value"].get("items", {}), file)
        inner = [_row(schemas, key, node, home) for key, node in item.get("properties", {}).items()]
        rows[1:1] = [(f"  {name}", kind, meaning) for name, kind, meaning in inner]
    return rows


def properties(schemas: "Schemas", file: str) -> list[Row]:
    """The properties of one schema's object, in its order."""
    schema, home = schemas.resolve(schemas.document(file), file)
    return [_row(schemas, key, node, home) for key, node in schema.get("properties", {}).items()]


def type_of(schemas: "Schemas", node: Mapping[str, Any], file: str) -> str:
    """``text``, ``list of recipient``, ``low | normal | high``, ``message`` ..."""
    schema, home = schemas.resolve(node, file)
    branches = [
        one for key in ("anyOf", "oneOf") for one in schema.get(key, []) if {"$ref", "type"} & set(one)
    ]
    if "x-kind" in schema:
        return str(schema["x-kind"])
    values = schema.get("enum", schema.get("x-values"))
    if values:
        return " | ".join(str(one) for one in values if one is not None)
    if branches:
        kinds = dict.fromkeys(type_of(schemas, one, home) for one in branches)
        return " or ".join(kind for kind in kinds if kind not in ("null", ""))
    if schema.get("type") == "array":
        return f"list of {type_of(schemas, schema.get('items', {}), home)}"
    shared = "$ref" in node and schema.get("type") == "object" and home.startswith("common/")
    return home.removeprefix("common/").removesuffix(".json") if shared else _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "any")
    named = [_WORDS.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    formed = f" ({schema['format']})" if "format" in schema else ""
    return " or ".join(kind for kind in named if kind != "null") + formed


def _row(schemas: "Schemas", key: str, node: Mapping[str, Any], file: str, required: bool = False) -> Row:
    schema, _ = schemas.resolve(node, file)
    meaning = str(schema.get("description", ""))
    default = f" Default: {json.dumps(schema['default'])}." if "default" in schema else ""
    return f"{key} *" if required else key, type_of(schemas, node, file), meaning + default
