"""Reads what a client posts as a message: JSON, or MIME as base64 in text/plain.

https://learn.microsoft.com/graph/outlook-send-mime-message
"""

import base64
import binascii
from collections.abc import Iterator
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
_MESSAGE = "message/rfc822"
_PEOPLE = {"To": "toRecipients", "Cc": "ccRecipients", "Bcc": "bccRecipients", "Reply-To": "replyTo"}


# What the email package raises for headers, charsets and depths that it cannot make sense of.
_UNREADABLE = (AttributeError, LookupError, RecursionError, ValueError)


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
    try:
        mail = message_from_bytes(raw, policy=default)
        references = _clean(f"{mail.get('References', '')} {mail.get('In-Reply-To', '')}").split()
        data = _json_of(mail)
    except _UNREADABLE:
        raise bad_request("The MIME content is invalid.", "ErrorMimeContentInvalid") from None
    if not mail.keys():
        raise bad_request("The MIME content is invalid.", "ErrorMimeContentInvalid")
    return data, Answering(tuple(dict.fromkeys(references)))


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
    parts = list(_parts(mail))
    items = [_item(part) if part.get_content_type() == _MESSAGE else _file(part) for part in parts]
    data["attachments"] = [item for item in items if item]
    return data


def _parts(mail: Any) -> Iterator[Any]:
    """A mail's parts, those of its own multiparts included, but not of the messages that are attached to it."""
    if mail.get_content_maintype() != "multipart":
        yield mail
        return
    for part in mail.iter_parts():
        yield from _parts(part)


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
    shown = [part for part in _parts(mail) if part.get_content_maintype() == "text" and not _is_file(part)]
    part = next((part for part in shown if part.get_content_subtype() == "html"), next(iter(shown), None))
    if part is None:
        return {"contentType": "text", "content": ""}
    kind = "html" if part.get_content_subtype() == "html" else "text"
    return {"contentType": kind, "content": _clean(part.get_content())}


def _is_file(part: Any) -> bool:
    named = part.get_filename() is not None or bool(part.get("Content-ID"))
    return named or part.get_content_disposition() == "attachment"


def _file(part: Any) -> Json | None:
    if not _is_file(part):
        return None
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


def _item(part: Any) -> Json:
    inner = _json_of(part.get_content())
    return {
        "@odata.type": "#microsoft.graph.itemAttachment",
        "name": _clean(part.get_filename() or inner["subject"] or "message"),
        "item": {"@odata.type": "#microsoft.graph.message", **inner},
    }
