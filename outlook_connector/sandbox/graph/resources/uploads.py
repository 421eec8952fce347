"""Attachments from 3 to 150 MB, in pieces: https://learn.microsoft.com/graph/outlook-large-attachments

The session's address is opaque and on another host than Graph, `localhost` here; it is its own credential, so
a piece that comes with an Authorization header is refused.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from outlook_connector.sandbox.clouds import in_china
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.attaching import content_type, optional_text
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.model.world import Upload, World
from outlook_connector.sandbox.graph.permissions import WRITE
from outlook_connector.sandbox.graph.post.compose import new_key
from outlook_connector.sandbox.graph.problem import Problem, bad_request, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route
from outlook_connector.sandbox.graph.throttle import Place
from outlook_connector.sandbox.graph.times import iso

HOST = "localhost"
_PLACE = re.compile(r"/api/v2\.0/Users\('[^/]+'\)/Messages\('[^/]+'\)/AttachmentSessions\('[^/]+'\)")
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
# Between pieces, China's Outlook writes it another way: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2092
_RANGES = {False: "nextExpectedRanges", True: "NextExpectedRanges"}
_PIECE = 4 * 1024 * 1024
# As measured: https://github.com/microsoftgraph/msgraph-sdk-java-core/pull/52
_SMALLEST = 2 * 1024 * 1024
_LARGEST = 150 * 1024 * 1024
_LIFETIME = timedelta(minutes=30)
Json = dict[str, Any]


def create_session(request: Request) -> Answer:
    """Opens a session for one file: 201 with `uploadUrl`, `expirationDateTime`, `nextExpectedRanges`; 403 for a person
    in another's mailbox, as https://learn.microsoft.com/graph/known-issues has it."""
    message = request.message()
    if request.caller.user_id not in (None, request.owner.id):
        raise problem("denied")
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
    content_type(item)
    optional_text(item, "contentId")
    token = ids.upload_token(f"{request.owner.id}:{message.key}:{request.world.next_serial()}")
    expires, app = request.now + _LIFETIME, request.caller.app_id
    upload = Upload(request.owner.id, message.key, item, expires, app, _RANGES[in_china(request.call.host)])
    request.world.uploads[token] = upload
    body = {
        "@odata.context": f"{request.base_url}/v1.0/$metadata#microsoft.graph.uploadSession",
        "uploadUrl": _address(request, message, token),
        "expirationDateTime": iso(upload.expires),
        "nextExpectedRanges": ["0-"],
    }
    return Answer.json(201, body)


def _address(request: Request, message: Message, token: str) -> str:
    port = urlsplit(request.base_url).port
    owner = f"{request.owner.id}@{request.directory.tenant_id}"
    session = ids.attachment_id(request.mailbox.default_id(message), token)
    place = _entity(Users=owner, Messages=request.mailbox.default_id(message), AttachmentSessions=session)
    return f"https://{HOST}{f':{port}' if port else ''}{place}?authtoken={token}"


def _entity(**keys: str) -> str:
    return "/api/v2.0" + "".join(f"/{name}('{quote(key, safe='@')}')" for name, key in keys.items())


def is_upload(path: str) -> bool:
    """Whether a path belongs to an upload session."""
    return _PLACE.fullmatch(path) is not None


def place_of(call: Call, world: World) -> Place | None:
    """Whose limits a piece counts against; None where there is no such session."""
    upload = world.uploads.get(_token(call))
    return Place(upload.app, upload.owner) if upload else None


def _token(call: Call) -> str:
    return dict(parse_qsl(call.query)).get("authtoken", "")


def receive(call: Call, world: World, now: datetime) -> Answer:
    """Takes one piece, tells what is expected next, or drops the session. Raises 400, 401, 404, 405, 413, 416."""
    if "authorization" in call.headers:
        raise Problem(401, "InvalidAudienceForResource", "The upload address takes no Authorization header.")
    token = _token(call)
    upload = world.uploads.get(token)
    if upload is None or upload.expires <= now or call.host != HOST:
        raise Problem(404, "ErrorItemNotFound", "The upload session was not found.")
    if call.method == "DELETE":
        del world.uploads[token]
        return Answer(204)
    if call.method == "PUT":
        _append(upload, call)
    elif call.method != "GET":
        raise problem("method", {"Allow": "DELETE, GET, PUT"})
    if len(upload.content) < upload.item["size"]:
        return _expecting(upload, call)
    del world.uploads[token]
    return _finish(upload, world.mailboxes[upload.owner], now)


def _expecting(upload: Upload, call: Call) -> Answer:
    # The capital E is Outlook's own: https://learn.microsoft.com/graph/outlook-large-attachments
    body = {
        "@odata.context": f"https://{HOST}/api/v2.0/$metadata#{call.path[10:]}/$entity",
        "ExpirationDateTime": iso(upload.expires),
        upload.ranges: [str(len(upload.content))],
    }
    return Answer.json(200, body)


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
        content_type=content_type(item),
        content=bytes(upload.content),
        inline=bool(item.get("isInline")),
        content_id=optional_text(item, "contentId"),
    )
    mailbox.put(message.evolve(now, attachments=(*message.attachments, attachment)))
    owner = mailbox.default_id(message)
    place = _entity(Users=mailbox.owner, Messages=owner, Attachments=ids.attachment_id(owner, attachment.key))
    return Answer(201, b"", {"Location": f"https://{HOST}{place}"})


ROUTES = (Route("POST", "messages/{message}/attachments/createUploadSession", WRITE, create_session),)
