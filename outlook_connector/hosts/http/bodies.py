"""Request bodies: read within bounds of size and time, and as a JSON object."""

import asyncio
import json
from typing import Any

from starlette.requests import Request

from ...errors import InvalidInput
from ...json_reading import read_json
from .refusals import RequestRefused


async def read_body(request: Request, largest: int, patience: float) -> bytes:
    """The body, of ``largest`` bytes at most, within ``patience`` seconds.

    Raises ``RequestRefused``: ``tooLarge`` before anything is read where its length is stated, ``tooSlow``.
    """
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > largest:
        raise _too_large(largest)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience):
            async for piece in request.stream():
                size += len(piece)
                if size > largest:
                    raise _too_large(largest)
                pieces.append(piece)
    except TimeoutError:
        message = f"The request's body did not arrive within {patience:g} seconds."
        raise RequestRefused(message, code="tooSlow", retryable=True) from None
    return b"".join(pieces)


def object_of(content_type: str, body: bytes) -> dict[str, Any]:
    """The JSON object in a body; an empty one is ``{}``. Raises ``RequestRefused`` (``notJson``) or ``InvalidInput``.

    The media type has to be said, since a web page can send any other without the browser asking the host first:
    https://fetch.spec.whatwg.org/#cors-safelisted-request-header
    """
    if not body.strip():
        return {}
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RequestRefused("The body must be sent as Content-Type: application/json.", code="notJson")
    try:
        value = read_json(body)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"The body is not JSON: {error.msg} at {where}.", code="invalidJson") from None
    except ValueError:
        raise InvalidInput("The body is not JSON, or is too deep or too large.", code="invalidJson") from None
    if not isinstance(value, dict):
        raise InvalidInput.of([("", "must be a JSON object")])
    return value


def _too_large(largest: int) -> RequestRefused:
    return RequestRefused(
        f"The request's body is larger than the {largest:,} bytes that this host takes.",
        code="tooLarge",
        details={"largest": largest},
    )
