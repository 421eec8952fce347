"""The HTTP host's paths that stand in its description whatever the manifest says.

https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Mapping
from typing import Any

from .openapi_fixed import BYTES, errors

UPLOAD: Mapping[str, Any] = {
    "operationId": "files_upload",
    "tags": ["files"],
    "summary": "Upload a file",
    "description": "Keeps a file for an hour, so that an attachment can name its path.",
    "parameters": [
        {
            "name": "name",
            "in": "query",
            "description": "The file's name.",
            "schema": {"type": "string", "maxLength": 255},
        }
    ],
    "requestBody": {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}},
    "responses": {
        "201": {
            "description": "It is kept.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["path", "size", "expiresAt"],
                        "properties": {
                            "path": {"type": "string", "description": "To be named as an attachment's path."},
                            "size": {"type": "integer", "description": "Bytes."},
                            "expiresAt": {"type": "string", "format": "date-time"},
                        },
                    }
                }
            },
        },
        **errors(),
    },
}

_ENTRY: Mapping[str, Any] = {
    "type": "object",
    "required": ["name", "title", "description"],
    "properties": {
        "name": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "effect": {"enum": ["read", "write", "send", "delete"], "description": "What it does to a mailbox."},
        "idempotent": {"type": "boolean", "description": "Whether a second call changes nothing more."},
        "result": {"enum": ["object", "collection", "bytes", "none"]},
    },
}

CATALOGUE: Mapping[str, Any] = {
    "operationId": "host_operations",
    "tags": ["host"],
    "summary": "List the operations and triggers",
    "description": "What the connection's policy allows, or everything where no connection is meant.",
    "parameters": [{"$ref": "#/components/parameters/connection"}],
    "responses": {
        "200": {
            "description": "The operations and triggers in brief.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["operations", "triggers"],
                        "properties": {
                            "operations": {"type": "array", "items": _ENTRY},
                            "triggers": {"type": "array", "items": _ENTRY},
                        },
                    }
                }
            },
        },
        **errors(),
    },
}

CONNECTIONS: Mapping[str, Any] = {
    "operationId": "host_connections",
    "tags": ["host"],
    "summary": "List the connections",
    "description": "The host's connections by name, and whether a person has to sign in.",
    "responses": {
        "200": {
            "description": "The connections.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["connections"],
                        "properties": {
                            "connections": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["name", "auth", "signedIn"],
                                    "properties": {
                                        "name": {"type": "string"},
                                        "auth": {"type": "string", "description": "How it signs in."},
                                        "signedIn": {
                                            "type": ["boolean", "null"],
                                            "description": "False where a person has to sign in; null if unknown.",
                                        },
                                        "username": {"type": ["string", "null"]},
                                        "mailbox": {"type": ["string", "null"]},
                                        "advice": {"type": ["string", "null"], "description": "What to do."},
                                    },
                                },
                            }
                        },
                    }
                }
            },
        },
        **errors(),
    },
}

PATHS: Mapping[str, Any] = {
    "/files": {"post": UPLOAD},
    "/operations": {"get": CATALOGUE},
    "/connections": {"get": CONNECTIONS},
}
