"""Large attachments: an upload session, in pieces, going on where the server says after a drop.

https://learn.microsoft.com/graph/outlook-large-attachments: files of 3 to 150 MB, pieces in order and of at most
4 MB each, no Authorization header, 200 with ``nextExpectedRanges`` between and 201 with ``Location`` at the end.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO
from urllib.parse import unquote

from ..binding import GraphRequest, get, post
from ..config import PERSONLESS
from ..errors import Forbidden, InvalidInput, TransportError, UnexpectedResponse
from ..normalise import Attachment
from ..reply import Reply, error_of
from .addresses import may_take_upload
from .client import Graph
from .gate import Want
from .paging import listing, walk
from .retry import failure_of, wait
from .wire import BROKEN, read

log = logging.getLogger("outlook_connector.graph")

SMALL = 3_000_000
"""Bytes below which an attachment goes in one POST: Outlook refuses one of 3,145,612 bytes, and takes a session for
2 MiB and more. https://github.com/microsoftgraph/msgraph-sdk-java-core/pull/52"""
ANOTHERS = (
    "Graph takes files of 3 MB and more in another person's mailbox from applications alone: send it from one's own "
    "mailbox, use auth application, or share a link to the file."
)
LARGEST = 150 * 1024 * 1024
PIECE = 320 * 1024 * 12
"""Bytes of one PUT: under 4 MB, and a multiple of 320 KiB as Microsoft advises."""


def attach(graph: Graph, message_id: str, attachment: Attachment) -> dict[str, Any]:
    """Add the attachment to a draft, in one call or through an upload session. Gives it without its content."""
    if attachment.size < SMALL:
        request = post("/messages/{messageId}/attachments", attachment.resource(), messageId=message_id)
        made = graph.made(request)
        return {name: value for name, value in made.items() if name != "contentBytes"}
    if attachment.size > LARGEST:
        raise InvalidInput.of([("/attachments", "must be of at most 150 MB each, Graph's limit")])
    item = {key: value for key, value in attachment.properties.items() if key != "@odata.type"}
    body = {"AttachmentItem": {"attachmentType": "file", "size": attachment.size, **item}}
    place = "/messages/{messageId}/attachments/createUploadSession"
    request = post(place, body, repeatable=True, messageId=message_id)  # one that gets nothing expires
    address = _session(graph, replace(request, announced=attachment.size)).get("uploadUrl")
    if not isinstance(address, str) or not may_take_upload(graph.config.graph_url, address):
        raise UnexpectedResponse("Graph's upload session has no https address of a service.")
    with attachment.open() as stream:
        new = _upload(graph, address, stream, attachment.size) or _found(graph, message_id, attachment)
    return {**attachment.properties, "size": attachment.size, **({"id": new} if new else {})}


def _session(graph: Graph, request: GraphRequest) -> dict[str, Any]:
    """A new upload session. Raises ``Forbidden`` with the likely cause, where a person attaches to a message in
    another's mailbox: https://learn.microsoft.com/graph/known-issues"""
    try:
        return graph.json(request)
    except Forbidden as refused:
        if graph.mailbox is None or graph.config.auth in PERSONLESS:
            raise
        refused.message = f"{refused.message} {ANOTHERS}"
        refused.args = (refused.message,)
        refused.details["advice"] = ANOTHERS
        raise


def _upload(graph: Graph, address: str, stream: BinaryIO, size: int) -> str | None:
    """PUT after PUT; after a drop, or an answer that leads no further, the session itself is asked what it has.
    The new attachment's id, or ``None`` where the session ended without naming it."""
    offset, failures = 0, 0
    while offset < size:
        began = graph.clock()
        stream.seek(offset)
        piece = stream.read(min(PIECE, size - offset))
        try:
            reply = _put(graph, address, piece, offset, size)
        except BROKEN as error:
            failures = _pause(graph, failures, type(error).__name__)
            offset = _resume_at(graph, address, offset)
            continue
        if reply.status == 201:
            graph.progress("bytes", size, size)
            return _id_in(reply.headers.get("location", ""))
        if reply.status == 404 and failures and offset + len(piece) == size:
            return None
        following = _next_offset(reply, offset + len(piece)) if reply.status == 200 else offset
        if following > offset:
            offset, failures = following, 0
            graph.moving.seconds += graph.clock() - began
            graph.progress("bytes", offset, size)
            continue
        if reply.status >= 300 and failure_of(reply.status, None) is None and reply.status != 416:
            raise error_of(reply)
        failures = _pause(graph, failures, f"status {reply.status}")
        offset = _resume_at(graph, address, offset)
    return None


def _found(graph: Graph, message_id: str, attachment: Attachment) -> str:
    """The id of the attachment where the answer to its last piece was lost: the session is gone then, done.

    Raises ``TransportError`` where the message has no such attachment. Graph's sizes are a little larger than the
    content's.
    """
    query = {"$select": "id,name,size"}
    request = get("/messages/{messageId}/attachments", query=query, messageId=message_id)
    listed = [one for page in walk(listing(graph, request)) for one in page.items]
    name = attachment.properties["name"]
    for one in reversed(listed):
        if one.get("name") == name and int(one.get("size") or 0) >= attachment.size and one.get("id"):
            return str(one["id"])
    raise TransportError(
        "The upload of an attachment ended, and the attachment is not there.", retryable=True
    )


def _put(graph: Graph, address: str, piece: bytes, offset: int, size: int) -> Reply:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {offset}-{offset + len(piece) - 1}/{size}",
    }
    with graph.limits.passing(graph.owner(), Want(), graph.ends()) as waited:
        graph.seen.waited("limits", waited)
        return _asked(graph, "PUT", address, headers, piece)


def _resume_at(graph: Graph, address: str, fallback: int) -> int:
    """How much the session has, by its own word; ``fallback`` where it cannot be asked."""
    try:
        reply = _asked(graph, "GET", address)
    except BROKEN:
        return fallback
    return _next_offset(reply, fallback) if reply.status == 200 else fallback


def _asked(
    graph: Graph,
    method: str,
    address: str,
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
) -> Reply:
    """One request to the upload session, read to its end."""
    with graph.seen.request(method, "", address, (1, None)) as exchange:
        response = graph.sessions.send(method, address, headers or {}, data)
        exchange.answered(response.status_code, response.headers)
        return read(response, graph.clock() + graph.config.http.timeout, graph.clock)


def _next_offset(reply: Reply, fallback: int) -> int:
    answer = reply.json()
    ranges = answer.get("nextExpectedRanges") or answer.get("NextExpectedRanges") or []
    first = str(ranges[0] if isinstance(ranges, list) and ranges else "").split("-")[0]
    return int(first) if first.isascii() and first.isdigit() else fallback


def _pause(graph: Graph, failures: int, cause: str) -> int:
    failures += 1
    seconds = wait(failures, None, graph.dice)
    late = graph.clock() + seconds > graph.ends()
    if failures >= graph.config.http.attempts or late or not graph.budget.spend():
        raise TransportError(
            "The upload of an attachment was cut off again and again.",
            retryable=True,
            details={"attempts": failures, "cause": cause},
        ) from None
    graph.seen.retried("upload", seconds)
    log.info("upload cut off; again in %.2f s", seconds)
    graph.sleep(seconds)
    return failures


def _id_in(location: str) -> str | None:
    """``…/Attachments('AAMk…')`` ends with the new attachment's id."""
    _, _, rest = unquote(location).rpartition("('")
    return rest.partition("')")[0] or None
