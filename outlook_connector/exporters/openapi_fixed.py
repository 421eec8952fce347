"""What every path of the HTTP host's description refers to: errors, keys, the connection.

https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Mapping
from typing import Any

ERRORS: Mapping[str, str] = {
    "400": "The input is wrong; `details.problems` has each place as a JSON pointer.",
    "401": "The API key is wrong (`wrongKey`), or a person has to sign in (`signInRequired`).",
    "403": "The connection's policy, or Microsoft Graph, does not allow it, or a consent is missing.",
    "404": "There is no such operation, connection or item.",
    "424": "The outcome is unknown: look before repeating the call.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
    "default": "Another error; `code` is meant for programs, and `retryable` says whether to try again.",
}
"""Status → what it means. The bodies are the same."""


def errors() -> dict[str, Any]:
    """The answers that every path may give beside its own."""
    return {status: {"$ref": f"#/components/responses/{error_name(status)}"} for status in ERRORS}


def error_name(status: str) -> str:
    """What an error's answer is called among the components."""
    return "error" if status == "default" else f"error{status}"


BYTES = "application/octet-stream"
LARGEST_FILE = 150 * 1024 * 1024
"""Bytes of a file that is uploaded: what Graph takes as an attachment.
https://learn.microsoft.com/graph/outlook-large-attachments"""


def error_response(text: str) -> dict[str, Any]:
    """An error's answer, described by ``text``."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}
    return {"description": text, "content": content}


ERROR: Mapping[str, Any] = {
    "title": "Error",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["error", "code", "message", "retryable", "details"],
            "properties": {
                "error": {"type": "string", "description": "The kind of error, such as NotFound."},
                "code": {"type": "string", "description": "Stable, and meant for programs."},
                "message": {"type": "string", "description": "Meant for people."},
                "retryable": {
                    "type": "boolean",
                    "description": "Whether the same call may be made again later.",
                },
                "details": {"type": "object", "description": "More of it, by the kind of error."},
            },
        }
    },
}

CONNECTION: Mapping[str, Any] = {
    "name": "X-Connection",
    "in": "header",
    "required": False,
    "description": "Which of the host's connections; may be left out where there is one, or one called default.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"},
}

KEY: Mapping[str, Any] = {
    "type": "apiKey",
    "in": "header",
    "name": "X-API-Key",
    "description": "Where the host has keys.",
}
