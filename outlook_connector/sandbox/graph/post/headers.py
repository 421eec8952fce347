"""The Internet headers of a received copy, as Exchange writes them."""

from datetime import datetime
from email.utils import format_datetime, formataddr
from typing import Any

from outlook_connector.sandbox.graph.model.ids import digest
from outlook_connector.sandbox.graph.model.message import Message

_SERVER = "mail.sandbox.contoso.example"
Headers = tuple[tuple[str, str], ...]
# What says that no person wrote a mail: reports and automatic replies, and whose rules sent it on.
NDR = "X-MS-Exchange-Message-Is-Ndr"
AUTOMATIC = "Auto-Submitted"
SENT_ON = "X-MS-Exchange-Inbox-Rules-Loop"


def of_received(message: Message, recipient: str, at: datetime, *, outside: bool = False) -> Headers:
    """Headers of the copy that `recipient` gets: never a Bcc, always the sender's own x- headers."""
    trace = digest("trace", message.message_id, recipient, size=12)
    stamp = format_datetime(at)
    path = [
        ("Received", f"from {_SERVER} (2001:db8::25) by {_SERVER} with HTTPS; {stamp}"),
        ("Received", f"from {_origin(message, outside=outside)} by {_SERVER} with SMTP id {trace}; {stamp}"),
    ]
    organisation = [
        ("X-MS-Exchange-Organization-AuthAs", "Anonymous" if outside else "Internal"),
        ("X-MS-Exchange-Organization-AuthSource", _SERVER),
        ("X-MS-Exchange-Organization-Network-Message-Id", trace),
        ("X-MS-Exchange-Transport-EndToEndLatency", "00:00:01.0000000"),
        ("X-MS-Exchange-Organization-SCL", "1" if outside else "-1"),
    ]
    return (*path, *of_content(message), *organisation, *message.headers)


def has(headers: Headers, name: str) -> bool:
    """Whether there is a header of that name."""
    return any(found.lower() == name.lower() for found, _ in headers)


def _origin(message: Message, *, outside: bool) -> str:
    address = _address(message.get("from"))
    return f"smtp.{address.rpartition('@')[2]} (203.0.113.25)" if outside else f"{_SERVER} (2001:db8::26)"


def of_content(message: Message) -> Headers:
    """The headers that say who writes to whom about what: those that a sender's own MIME would have."""
    pairs = [
        ("From", _people([message.get("from")])),
        ("To", _people(message.get("toRecipients"))),
        ("CC", _people(message.get("ccRecipients"))),
        ("Reply-To", _people(message.get("replyTo"))),
        ("Subject", str(message.get("subject"))),
        ("Thread-Index", digest("thread-index", message.conversation, size=15)),
        ("Date", format_datetime(message.sent)),
        ("Message-ID", message.message_id),
        ("In-Reply-To", message.references[-1] if message.references else ""),
        ("References", " ".join(message.references)),
        ("Importance", {"high": "high", "low": "low"}.get(message.get("importance"), "")),
        ("MIME-Version", "1.0"),
    ]
    return tuple((name, flat(value)) for name, value in pairs if value)


def flat(text: str) -> str:
    """A text in one line: no header may hold a line end."""
    return " ".join(text.split())


def _address(recipient: dict[str, Any] | None) -> str:
    return str(recipient["emailAddress"]["address"]) if recipient else ""


def _people(recipients: list[dict[str, Any] | None]) -> str:
    found = [item["emailAddress"] for item in recipients if item]
    return ", ".join(_written(str(item["name"]), str(item["address"])) for item in found)


def _written(name: str, address: str) -> str:
    return address if name == address or not name else formataddr((name, address), charset="utf-8")
