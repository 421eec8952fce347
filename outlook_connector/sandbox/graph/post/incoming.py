"""Reads what a client posts as a message: JSON, or MIME as base64 in text/plain.

https://learn.microsoft.com/graph/outlook-send-mime-message
"""

import base64
import binascii
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any

from outlook_connector.sandbox.graph.post.compose import Answering, person
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request

Json = dict[str, Any]
_PEOPLE = {"To": "toRecipients", "Cc": "ccRecipients", "Bcc": "bccRecipients", "Reply-To": "replyTo"}


def is_mime(request: Request) -> bool:
    """Whether the request's body is MIME."""
    return request.header("content-type").partition(";")[0].strip().lower() == "text/plain"


def posted_message(request: Request) -> tuple[Json, Answering]:
    """The message of the request's body, as Graph's JSON, and what it answers. Raises 400."""
    return mime_message(request.call.body) if is_mime(request) else (request.json(), Answering())


def mime_message(body: bytes) -> tuple[Json, Answering]:
    """Reads base64 MIME into Graph's JSON and the thread that it belongs to. Raises 400 ErrorMimeContentInvalid."""
    try:
        raw = base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(
            "Invalid base64 string for MIME content.", "ErrorMimeContentInvalidBase64String"
        ) from None
    mail = message_from_bytes(raw, policy=default)
    if not mail.keys():
        raise bad_request("The MIME content is invalid.", "ErrorMimeContentInvalid")
    references = _clean(f"{mail.get('References', '')} {mail.get('In-Reply-To', '')}").split()
    return _json_of(mail), Answering(tuple(dict.fromkeys(references)))


def _clean(text: Any) -> str:
    # Bytes outside their charset come out of the parser as half characters.
    return str(text).encode("utf-8", "replace").decode()


def _json_of(mail: EmailMessage) -> Json:
    data: Json = {"subject": _clean(mail.get("Subject", "")), "body": _body(mail)}
    for header, name in _PEOPLE.items():
        data[name] = _people(mail, header)
    if senders := _people(mail, "From"):
        data["from"] = senders[0]
    if mail.get("Message-ID"):
        data["internetMessageId"] = _clean(mail["Message-ID"]).strip()
    importance = str(mail.get("Importance", "normal")).lower()
    data["importance"] = importance if importance in ("low", "high") else "normal"
    data["isReadReceiptRequested"] = "Disposition-Notification-To" in mail
    custom = [(_clean(name), _clean(value)) for name, value in mail.items() if _is_custom(name.lower())]
    data["internetMessageHeaders"] = [{"name": name, "value": value} for name, value in custom[:5]]
    data["attachments"] = [_attachment(part) for part in mail.walk() if _is_file(part)]
    return data


def _is_custom(name: str) -> bool:
    return name.startswith("x-") and not name.startswith("x-ms-exchange-")


def _people(mail: EmailMessage, header: str) -> list[Json]:
    # The package's own reading of names leaves a space between two encoded words.
    raw = [str(value) for name, value in mail.raw_items() if name.lower() == header.lower()]
    found = getaddresses([" ".join(_clean(value).split()) for value in raw])
    return [person(address, _decoded(name) or address) for name, address in found if address]


def _decoded(name: str) -> str:
    try:
        return _clean(make_header(decode_header(name)))
    except (LookupError, ValueError):
        return name


def _body(mail: EmailMessage) -> Json:
    shown = [part for part in mail.walk() if part.get_content_maintype() == "text" and not _is_file(part)]
    part = next((part for part in shown if part.get_content_subtype() == "html"), next(iter(shown), None))
    if part is None:
        return {"contentType": "text", "content": ""}
    kind = "html" if part.get_content_subtype() == "html" else "text"
    return {"contentType": kind, "content": _clean(part.get_content())}


def _is_file(part: Any) -> bool:
    named = part.get_filename() is not None or bool(part.get("Content-ID"))
    return not part.is_multipart() and (named or part.get_content_disposition() == "attachment")


def _attachment(part: Any) -> Json:
    content = part.get_payload(decode=True) or b""
    place = part.get_content_disposition()
    content_id = _clean(part["Content-ID"]).strip().strip("<>") if part.get("Content-ID") else None
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": _clean(part.get_filename() or "attachment"),
        "contentType": part.get_content_type(),
        "contentBytes": base64.b64encode(content).decode(),
        "isInline": place == "inline" or (place is None and content_id is not None),
        "contentId": content_id,
    }
