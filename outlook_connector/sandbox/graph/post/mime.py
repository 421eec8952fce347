"""A message as MIME, built from its parts: https://learn.microsoft.com/graph/outlook-get-mime-message"""

import re
from collections.abc import Mapping
from datetime import datetime
from email.encoders import encode_base64
from email.message import Message as Part
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from outlook_connector.sandbox.graph.model.attaching import attachment_of
from outlook_connector.sandbox.graph.model.body import as_text
from outlook_connector.sandbox.graph.model.ids import digest
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.model.writable import read
from outlook_connector.sandbox.graph.post.head import header, parameter, people
from outlook_connector.sandbox.graph.post.headers import flat, of_content

_STRUCTURED = {"From": "from", "To": "toRecipients", "CC": "ccRecipients", "Reply-To": "replyTo"}
_OURS = frozenset(("mime-version", "content-type", "content-transfer-encoding"))
# No file can be of these: a part of such a type holds parts or a message.
_NO_FILE = frozenset(("message", "multipart"))
_WRITTEN = compat32.clone(linesep="\r\n", mangle_from_=False)
_LINE = 900


def mime_of(message: Message) -> bytes:
    """The message's MIME with CRLF line ends: text and HTML, inline parts beside the HTML, files after."""
    mail = _content(message)
    _head(mail, message)
    return mail.as_bytes(policy=_WRITTEN)


def mime_of_item(item: Mapping[str, Any], at: datetime) -> bytes:
    """The MIME of a message that is attached to another one, with its files but not what else it carries.

    Raises 400 for what no message can hold.
    """
    values, apart = read(item)
    own = digest("attached item", repr(sorted(values.items())), size=24)
    message_id = apart.get("internetMessageId") or f"<{own}@sandbox.contoso.example>"
    parts = [attachment_of(one, f"{own}{n}", at) for n, one in enumerate(apart.get("attachments", ()))]
    files = tuple(part for part in parts if part.kind == "file")
    made = Message(own, "", 0, values, message_id, own, b"", at, at, at, at, attachments=files)
    return mime_of(made)


def _content(message: Message) -> Part:
    body = message.get("body")
    html = body["contentType"] == "html"
    beside = [item for item in message.attachments if item.inline and html]
    after = [item for item in message.attachments if item not in beside]
    mail: Part = _text(as_text(body), "plain")
    if html:
        shown = _with(message, "related", _text(str(body["content"]), "html"), [_file(one) for one in beside])
        mail = _with(message, "alternative", mail, [shown])
    return _with(message, "mixed", mail, [_attached(one) for one in after])


def _with(message: Message, kind: str, first: Part, others: list[Part]) -> Part:
    """The part alone, or a multipart of it and others; the same message is always written the same way."""
    if not others:
        return first
    boundary = f"_{digest('boundary', message.key, message.version, kind, size=18)}_"
    return MIMEMultipart(kind, boundary, [first, *others])


def _text(text: str, kind: str) -> Part:
    lines = re.split(r"\r\n|\r|\n", text)
    plain = text.isascii() and all(len(line) < _LINE for line in lines)
    return MIMEText("\r\n".join(lines), kind, "us-ascii" if plain else "utf-8")


def _head(mail: Part, message: Message) -> None:
    own = {name.lower() for name, _ in message.headers}
    # A copy in Sent Items has the sender's own headers alone; those of the content come to them.
    missing = [pair for pair in of_content(message) if pair[0].lower() not in own]
    apart = {*_OURS, *(name.lower() for name in _STRUCTURED)}
    for name, value in (*message.headers, *missing):
        if name.lower() not in apart:
            mail[name] = header(name, flat(value))
    for name, prop in _STRUCTURED.items():
        found = message.get(prop)
        if found:
            mail[name] = people([found] if isinstance(found, dict) else found)
    if message.get("isReadReceiptRequested"):
        mail["Disposition-Notification-To"] = people([message.get("from")])


def _attached(attachment: Attachment) -> Part:
    if not attachment.holds_message:
        return _file(attachment)
    whole = BytesParser(policy=compat32).parsebytes(mime_of_item(attachment.item or {}, attachment.modified))
    part = MIMEMessage(whole)
    _describe(part, attachment)
    return part


def _file(attachment: Attachment) -> Part:
    main, _, sub = (attachment.content_type or "").partition(";")[0].strip().partition("/")
    is_file = bool(sub) and main.lower() not in _NO_FILE
    part = MIMEBase(*(main, sub) if is_file else ("application", "octet-stream"))
    part.set_payload(attachment.content)
    encode_base64(part)
    _describe(part, attachment)
    return part


def _describe(part: Part, attachment: Attachment) -> None:
    place = "inline" if attachment.inline else "attachment"
    part.add_header("Content-Disposition", place, filename=parameter(flat(attachment.name)))
    if attachment.content_id:
        part["Content-ID"] = header("Content-ID", f"<{flat(attachment.content_id)}>")
