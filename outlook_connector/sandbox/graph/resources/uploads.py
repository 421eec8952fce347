"""Attachments from 3 to 150 MB, in pieces: https://learn.microsoft.com/graph/outlook-large-attachments

The session's address is opaque and on another host than Graph, `localhost` here; it is its own credential, so
a piece that comes with an Authorization header is refused.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph.model.ids import attachment_id, upload_token
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Attachment
from outlook_connector.sandbox.graph.model.world import Upload, World
from outlook_connector.sandbox.graph.permissions import WRITE
from outlook_connector.sandbox.graph.post.compose import new_key
from outlook_connector.sandbox.graph.problem import Problem, bad_request, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route
from outlook_connector.sandbox.graph.times import iso

HOST = "localhost"
_PLACE = "/api/v2.0/attachmentSessions/"
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_PIECE = 4 * 1024 * 1024
_SMALLEST = 3 * 1024 * 1024
_LARGEST = 150 * 1024 * 1024
_LIFETIME = timedelta(minutes=30)
Json = dict[str, Any]


def create_session(request: Request) -> Answer:
    """Opens a session for one file: 201 with `uploadUrl`, `expirationDateTime`, `nextExpectedRanges`."""
    message = request.message()
    item = request.parameters("attachmentItem").get("attachmentItem")
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise bad_request("The parameter 'AttachmentItem' needs a name.", "ErrorInvalidParameter")
    if str(item.get("attachmentType", "")).lower() != "file":
        raise bad_request("Only files can be uploaded in pieces.", "ErrorInvalidParameter")
    size = item.get("size")
    if not isinstance(size, int) or not _SMALLEST <= size <= _LARGEST:
        raise bad_request(
            "The attachment size must be between 3 MB and 150 MB.",
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
        )
    token = upload_token(f"{request.owner.id}:{message.key}:{request.world.next_serial()}")
    upload = Upload(request.owner.id, message.key, item, request.now + _LIFETIME)
    request.world.uploads[token] = upload
    body = {
        "@odata.context": f"{request.base_url}/v1.0/$metadata#microsoft.graph.uploadSession",
        "uploadUrl": _address(request.base_url, token),
        "expirationDateTime": iso(upload.expires),
        "nextExpectedRanges": ["0-"],
    }
    return Answer.json(201, body)


def _address(base_url: str, token: str) -> str:
    port = urlsplit(base_url).port
    place = f"{HOST}:{port}" if port else HOST
    return f"https://{place}{_PLACE}{token}"


def is_upload(path: str) -> bool:
    """Whether a path belongs to an upload session."""
    return path.startswith(_PLACE)


def receive(call: Call, world: World, now: datetime) -> Answer:
    """Takes one piece, tells what is expected next, or drops the session. Raises 400, 401, 404, 405, 416."""
    if "authorization" in call.headers:
        raise Problem(401, "InvalidAudienceForResource", "The upload address takes no Authorization header.")
    token = call.path.removeprefix(_PLACE)
    upload = world.uploads.get(token)
    if upload is None or upload.expires <= now or call.host != HOST:
        raise Problem(404, "ErrorItemNotFound", "The upload session was not found.")
    if call.method == "DELETE":
        del world.uploads[token]
        return Answer(204)
    if call.method == "GET":
        return _expecting(upload)
    if call.method != "PUT":
        raise problem("method", {"Allow": "DELETE, GET, PUT"})
    _append(upload, call)
    if len(upload.content) < upload.item["size"]:
        upload.expires = now + _LIFETIME
        return _expecting(upload)
    del world.uploads[token]
    return _finish(upload, world.mailboxes[upload.owner], now)


def _expecting(upload: Upload) -> Answer:
    ranges = [str(len(upload.content))]
    return Answer.json(200, {"expirationDateTime": iso(upload.expires), "nextExpectedRanges": ranges})


def _append(upload: Upload, call: Call) -> None:
    found = _RANGE.fullmatch(call.headers.get("content-range", "").strip())
    if found is None:
        raise bad_request("The Content-Range header is missing or malformed.", "ErrorInvalidContentRange")
    first, last, total = (int(part) for part in found.groups())
    if total != upload.item["size"] or last - first + 1 != len(call.body) or last >= total:
        raise bad_request("The Content-Range header does not fit the content.", "ErrorInvalidContentRange")
    if len(call.body) > _PIECE:
        raise problem("too_large")
    if first != len(upload.content):
        raise Problem(416, "InvalidRange", f"The next piece must begin at byte {len(upload.content)}.")
    upload.content += call.body


def _finish(upload: Upload, mailbox: Mailbox, now: datetime) -> Answer:
    message = mailbox.messages.get(upload.message_key)
    if message is None:
        raise problem("no_item")
    item = upload.item
    attachment = Attachment(
        key=new_key(message.key, f"{item['name']}:{message.version}"),
        name=item["name"],
        modified=now,
        content_type=item.get("contentType") or "application/octet-stream",
        content=bytes(upload.content),
        inline=bool(item.get("isInline")),
        content_id=item.get("contentId"),
    )
    mailbox.put(message.evolve(now, attachments=(*message.attachments, attachment)))
    owner = mailbox.default_id(message)
    made = attachment_id(owner, attachment.key)
    place = (
        f"Users('{mailbox.owner}')/Messages('{quote(owner, safe='')}')/Attachments('{quote(made, safe='')}')"
    )
    return Answer(201, b"", {"Location": f"https://outlook.office.com/api/v2.0/{place}"})


ROUTES = (Route("POST", "messages/{message}/attachments/createUploadSession", WRITE, create_session),)
