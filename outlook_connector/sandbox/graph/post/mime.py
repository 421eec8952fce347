"""A message as MIME, built from its parts: https://learn.microsoft.com/graph/outlook-get-mime-message"""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from outlook_connector.sandbox.graph.model.body import as_text
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.post.headers import flat, of_content

_STRUCTURED = {"From": "from", "To": "toRecipients", "CC": "ccRecipients", "Reply-To": "replyTo"}
_OURS = frozenset(("mime-version", "content-type", "content-transfer-encoding"))


def mime_of(message: Message) -> bytes:
    """The message's MIME with CRLF line ends: text and HTML, inline parts beside the HTML, files after."""
    mail = EmailMessage(policy=SMTP)
    _head(mail, message)
    body = message.get("body")
    mail.set_content(as_text(body))
    if body["contentType"] == "html":
        mail.add_alternative(body["content"], subtype="html")
        for attachment in message.attachments:
            if attachment.inline:
                _inline(mail, attachment)
    for attachment in message.attachments:
        if not attachment.inline or body["contentType"] != "html":
            _attach(mail, attachment)
    return mail.as_bytes()


def _head(mail: EmailMessage, message: Message) -> None:
    for name, value in message.headers or of_content(message):
        if name.lower() not in _OURS and name not in _STRUCTURED:
            mail[name] = value
    if message.headers and "Subject" not in mail:
        for name, value in of_content(message):
            if name.lower() not in _OURS and name not in mail and name not in _STRUCTURED:
                mail[name] = value
    for name, prop in _STRUCTURED.items():
        people = message.get(prop)
        found = [people] if isinstance(people, dict) else people or []
        addresses = [address for item in found if (address := _address(item["emailAddress"]))]
        if addresses:
            mail[name] = addresses


def _address(value: dict[str, str]) -> Address | None:
    user, _, domain = value["address"].partition("@")
    try:
        return Address(flat(value.get("name") or ""), user, domain) if user and domain else None
    except (ValueError, HeaderParseError):
        return None


def _kind(attachment: Attachment) -> tuple[str, str]:
    main, _, sub = (attachment.content_type or "application/octet-stream").partition(";")[0].partition("/")
    # EmailMessage takes bytes for no text or message type; those travel as bytes all the same.
    return (
        (main, sub)
        if sub and main not in ("text", "message", "multipart")
        else ("application", "octet-stream")
    )


def _inline(mail: EmailMessage, attachment: Attachment) -> None:
    html = mail.get_body(("html",))
    if isinstance(html, EmailMessage):
        main, sub = _kind(attachment)
        cid = f"<{flat(attachment.content_id or attachment.key)}>"
        html.add_related(
            attachment.content, main, sub, cid=cid, filename=flat(attachment.name), disposition="inline"
        )


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    main, sub = _kind(attachment)
    mail.add_attachment(attachment.content, main, sub, filename=flat(attachment.name))
    part = list(mail.iter_attachments())[-1]
    if attachment.content_type and f"{main}/{sub}" != attachment.content_type.partition(";")[0]:
        part.replace_header("Content-Type", attachment.content_type.partition(";")[0])
        part.set_param("name", flat(attachment.name))
    if attachment.content_id:
        part["Content-ID"] = f"<{flat(attachment.content_id)}>"
