"""Reads what a client posts as a message: JSON, or MIME as base64 in text/plain.

https://learn.microsoft.com/graph/outlook-send-mime-message
"""

import base64
import binascii
from email import message_from_bytes
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

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
    custom = [(_clean(name), _clean(value)) for name, value in mail.items() if name.lower().startswith("x-")]
    data["internetMessageHeaders"] = [{"name": name, "value": value} for name, value in custom[:5]]
    data["attachments"] = [_attachment(part) for part in mail.walk() if _is_file(part)]
    return data


def _people(mail: EmailMessage, header: str) -> list[Json]:
    found: list[Json] = []
    for value in mail.get_all(header, []):
        addresses = cast("AddressHeader", value).addresses
        found += [
            person(_clean(item.addr_spec), _clean(item.display_name or item.addr_spec)) for item in addresses
        ]
    return found


def _body(mail: EmailMessage) -> Json:
    part = mail.get_body(("html", "plain"))
    if part is None:
        return {"contentType": "text", "content": ""}
    kind = "html" if part.get_content_type() == "text/html" else "text"
    return {"contentType": kind, "content": _clean(part.get_content())}


def _is_file(part: Any) -> bool:
    return not part.is_multipart() and bool(part.get_filename() or part.get("Content-ID"))


def _attachment(part: Any) -> Json:
    content = part.get_payload(decode=True) or b""
    inline = part.get_content_disposition() == "inline" or bool(part.get("Content-ID"))
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": _clean(part.get_filename() or "attachment"),
        "contentType": part.get_content_type(),
        "contentBytes": base64.b64encode(content).decode(),
        "isInline": inline,
        "contentId": _clean(part["Content-ID"]).strip().strip("<>") if part.get("Content-ID") else None,
    }
