"""Answers: JSON, and every error in the one form ``{"error": ...}``."""

import json
import logging
import traceback
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ...errors import ConnectorError
from .refusals import OTHER, headers_of, status_of

log = logging.getLogger(__name__)

NDJSON = "application/x-ndjson"
UNKEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of what nobody keeps."""


def json_bytes(value: Any) -> bytes:
    """Compact JSON in UTF-8; half of a surrogate pair, which UTF-8 cannot hold, becomes JSON's own escape."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``value`` as a JSON answer that nobody keeps."""
    return Response(json_bytes(value), status, {**UNKEPT, **(headers or {})}, "application/json")


def told(error: ConnectorError) -> dict[str, Any]:
    """``{"error": error.to_dict()}``."""
    return {"error": error.to_dict()}


def refused(error: ConnectorError) -> Response:
    """The answer that tells an error."""
    return answer(told(error), status_of(error), headers_of(error))


def unexpected(error: BaseException) -> Response:
    """A fault of the host's own. Its message and its traceback may hold anything, so only kind and place are logged,
    and nothing of either is answered."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    log.error("%s in %s, line %d of %s", type(error).__name__, last.name, last.lineno, last.filename)
    message = "The host failed unexpectedly; its log names the place. Please report it."
    fault = {"error": "Unexpected", "code": "unexpected", "message": message, "retryable": False}
    return answer({"error": {**fault, "details": {}}}, OTHER)


def accepts(request: Request, kind: str) -> bool:
    """Whether the ``Accept`` header names this media type. https://www.rfc-editor.org/rfc/rfc9110#field.accept"""
    named = [
        one.partition(";")[0].strip().lower()
        for one in ",".join(request.headers.getlist("accept")).split(",")
    ]
    return kind in named
