"""``apiDefinition.swagger.json``: the HTTP host in OpenAPI 2.0, as Power Platform reads it.

https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions
"""

from typing import Any

from ...manifest import Manifest
from ..calls import API_KEY, CONNECTION, Call, calls
from .lists import CONNECTIONS, choices
from .properties import KEY
from .schemas import Definitions

PLACEHOLDER = "outlook-connector.example.com"
"""Each connection names its own host, which takes this one's place."""

ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "error": {"type": "string", "x-ms-summary": "Kind", "description": "Such as NotFound."},
                "code": {"type": "string", "x-ms-summary": "Code", "description": "For programs."},
                "message": {"type": "string", "x-ms-summary": "Message", "description": "For people."},
                "retryable": {
                    "type": "boolean",
                    "x-ms-summary": "Retryable",
                    "description": "Whether the same call may simply be made again later.",
                },
                "details": {"type": "object", "x-ms-summary": "Details", "description": "More about it."},
            },
        }
    },
}

CONNECTION_LIST: dict[str, Any] = {
    "get": {
        "operationId": CONNECTIONS,
        "summary": "List connections",
        "description": "Lists the connections that the HTTP host holds.",
        "x-ms-visibility": "internal",
        "responses": {
            "200": {
                "description": "The connections.",
                "schema": {
                    "type": "object",
                    "properties": {
                        "connections": {
                            "type": "array",
                            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
                        }
                    },
                },
            },
            "default": {"description": "An error.", "schema": {"$ref": "#/definitions/error"}},
        },
    }
}

CONNECTION_HEADER: dict[str, Any] = {
    "name": CONNECTION,
    "in": "header",
    "required": False,
    "type": "string",
    "x-ms-summary": "Connection",
    "description": "Which of the host's connections, where it has several.",
    "x-ms-visibility": "advanced",
    **choices("connection"),
}


def definition(manifest: Manifest) -> dict[str, Any]:
    """The whole document."""
    definitions = Definitions(manifest.schemas)
    paths = {one.path: {"post": _operation(one, definitions)} for one in calls(manifest)}
    return {
        "swagger": "2.0",
        "info": {
            "title": "Outlook connector",
            "description": manifest.description,
            "version": manifest.version,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "host": PLACEHOLDER,
        "basePath": "/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": {"/connections": CONNECTION_LIST, **paths},
        "definitions": {"error": ERROR, **definitions.found},
        "securityDefinitions": {KEY: {"type": "apiKey", "in": "header", "name": API_KEY}},
        "security": [{KEY: []}],
    }


def _operation(call: Call, definitions: Definitions) -> dict[str, Any]:
    body = definitions.input(call.entry)
    parameters = [CONNECTION_HEADER]
    if body["properties"]:
        required = bool(body.get("required"))
        parameters.append({"name": "body", "in": "body", "required": required, "schema": body})
    return {
        "operationId": call.id,
        "summary": call.title,
        "description": call.description,
        "tags": [call.noun],
        "parameters": parameters,
        "responses": {
            "200": {"description": "Done.", "schema": definitions.output(call)},
            "default": {"description": "An error.", "schema": {"$ref": "#/definitions/error"}},
        },
        **({"deprecated": True} if call.entry.deprecated else {}),
    }
