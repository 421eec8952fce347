"""Large attachments: an upload session, in pieces, going on where the server says after a drop.

https://learn.microsoft.com/graph/outlook-large-attachments: files of 3 to 150 MB, pieces in order and of at most
4 MB each, no Authorization header, 200 with ``nextExpectedRanges`` between and 201 with ``Location`` at the end.
"""

import logging
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import requests

from ..binding import post
from ..errors import InvalidInput, TransportError, UnexpectedResponse
from ..normalise import Attachment
from ..reply import error_of
from .client import Graph, reply_from
from .retry import failure_of, wait

log = logging.getLogger("outlook_connector.graph")

SMALL = 3 * 1024 * 1024
"""Bytes below which an attachment goes in one POST."""
LARGEST = 150 * 1024 * 1024
PIECE = 320 * 1024 * 12
"""Bytes of one PUT: under 4 MB, and a multiple of 320 KiB as Microsoft advises."""


def attach(graph: Graph, message_id: str, attachment: Attachment) -> dict[str, Any]:
    """Add the attachment to a draft, in one call or through an upload session. Gives it without its content."""
    if attachment.size < SMALL:
        request = post("/messages/{messageId}/attachments", attachment.resource(), messageId=message_id)
        return {name: value for name, value in graph.json(request).items() if name != "contentBytes"}
    if attachment.size > LARGEST:
        raise InvalidInput.of([("/attachments", "must be of at most 150 MB each, Graph's limit")])
    item = {key: value for key, value in attachment.properties.items() if key != "@odata.type"}
    body = {"AttachmentItem": {"attachmentType": "file", "size": attachment.size, **item}}
    request = post("/messages/{messageId}/attachments/createUploadSession", body, messageId=message_id)
    address = graph.json(request).get("uploadUrl")
    if not isinstance(address, str) or urlsplit(address).scheme != "https":
        raise UnexpectedResponse("Graph's upload session has no https address.")
    with attachment.open() as stream:
        new = _upload(graph, address, stream, attachment.size)
    return {**attachment.properties, "size": attachment.size, **({"id": new} if new else {})}


def _upload(graph: Graph, address: str, stream: BinaryIO, size: int) -> str | None:
    """PUT after PUT; after a drop the session itself is asked what it has."""
    offset, failures = 0, 0
    while offset < size:
        stream.seek(offset)
        piece = stream.read(min(PIECE, size - offset))
        try:
            response = _put(graph, address, piece, offset, size)
        except requests.RequestException as error:
            failures = _pause(graph, failures, error)
            offset = _resume_at(graph, address, offset)
            continue
        if response.status_code == 201:
            return _id_in(response.headers.get("Location", ""))
        if response.status_code == 200:
            offset, failures = _next_offset(response.json(), offset + len(piece)), 0
            continue
        reply = reply_from(response)
        if failure_of(reply.status, None) is None and reply.status != 416:
            raise error_of(reply)
        failures = _pause(graph, failures, None)
        offset = _resume_at(graph, address, offset)
    return None


def _put(graph: Graph, address: str, piece: bytes, offset: int, size: int) -> requests.Response:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {offset}-{offset + len(piece) - 1}/{size}",
    }
    session = graph.sessions.current()
    return session.put(address, data=piece, headers=headers, allow_redirects=False)


def _resume_at(graph: Graph, address: str, fallback: int) -> int:
    try:
        response = graph.sessions.current().get(address, allow_redirects=False)
    except requests.RequestException:
        return fallback
    return _next_offset(response.json(), fallback) if response.status_code == 200 else fallback


def _next_offset(answer: Any, fallback: int) -> int:
    ranges = answer.get("nextExpectedRanges") or answer.get("NextExpectedRanges") or []
    first = str(ranges[0] if isinstance(ranges, list) and ranges else "").split("-")[0]
    return int(first) if first.isdigit() else fallback


def _pause(graph: Graph, failures: int, error: Exception | None) -> int:
    failures += 1
    seconds = wait(failures, None, graph.dice)
    if failures >= graph.config.http.attempts or graph.clock() + seconds > graph.ends():
        raise TransportError(
            "The upload of an attachment was cut off again and again.",
            retryable=True,
            details={"attempts": failures, "cause": type(error).__name__ if error else "serviceUnavailable"},
        ) from None
    log.info("upload cut off; again in %.2f s", seconds)
    graph.sleep(seconds)
    return failures


def _id_in(location: str) -> str | None:
    """``…/Attachments('AAMk…')`` ends with the new attachment's id."""
    _, _, rest = unquote(location).rpartition("('")
    return rest.partition("')")[0] or None
