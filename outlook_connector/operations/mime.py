"""Messages as MIME, in and out: exactly Graph's bytes.
https://learn.microsoft.com/graph/outlook-get-mime-message, https://learn.microsoft.com/graph/outlook-send-mime-message
"""

import base64
import hashlib
from email.parser import BytesHeaderParser
from typing import Any

from ..binding import GraphRequest, get, path
from ..context import Context
from ..errors import InvalidInput
from . import compose, keyed, tracked
from .content import fetched
from .outgoing import hand_over


def download(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The message as MIME, to a file where ``saveTo`` names one or a directory, else in base64."""
    request, name = get("/messages/{id}/$value", id=values["messageId"]), "message.eml"
    if "saveTo" in values:
        query = {"$select": "subject"}
        about = context.graph.json(get("/messages/{id}", query=query, id=values["messageId"]))
        name = f"{about.get('subject') or 'message'}.eml"
    return fetched(context, request, values.get("saveTo"), name)


def send(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Send it as it is; by way of a draft where it has an idempotency key, or where the policy wants to see the
    recipients as Exchange reads them. The draft gets its key afterwards, since MIME has no place for one."""
    content = _encoded(context, values)
    if "idempotencyKey" in values:
        told = ["sendMime", hashlib.sha256(content).hexdigest()]
        return keyed.send(context, keyed.Mail(values["idempotencyKey"], _post("/messages", content), told))
    if context.policy.limits_recipients:
        return tracked.deliver(context, _post("/messages", content))
    hand_over(context, _post("/sendMail", content))
    return {"status": "accepted", "deduplicated": False}


def import_(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A draft made from MIME, in Drafts or in ``folder``."""
    place = path("/mailFolders/{folder}/messages", values) if "folder" in values else "/messages"
    return context.graph.json(_post(place, _encoded(context, values)))


def _post(place: str, content: bytes) -> GraphRequest:
    return GraphRequest("POST", place, content=content, content_type="text/plain", repeatable=False)


def _encoded(context: Context, values: dict[str, Any]) -> bytes:
    """The MIME message in base64, as Graph takes it. Raises ``InvalidInput``."""
    name = "contentBytes" if "contentBytes" in values else "path"
    content = values["contentBytes"].encode() if name == "contentBytes" else _read(context, values["path"])
    if len(content) > compose.ONE_CALL:
        raise InvalidInput.of([(f"/{name}", "is too large: Graph takes MIME of about 2.9 MB at most")])
    try:
        message = base64.b64decode(content, validate=True)
    except ValueError:
        raise InvalidInput.of([(f"/{name}", "must be in base64")]) from None
    _check_headers(context, message)
    return content


def _check_headers(context: Context, message: bytes) -> None:
    """Recipients that a draft does not show cannot be held against the policy."""
    names = {name.lower() for name in BytesHeaderParser().parsebytes(message)}
    hidden = sorted(name for name in names if name.startswith("resent-") or name == "apparently-to")
    if hidden:
        context.policy.check_unlimited(f"the MIME header {hidden[0]}")


def _read(context: Context, file: str) -> bytes:
    try:
        stream, size = context.files.open(file)
    except ValueError as error:
        raise InvalidInput.of([("/path", str(error))]) from None
    with stream:
        return base64.b64encode(stream.read(compose.ONE_CALL) if size else b"")
