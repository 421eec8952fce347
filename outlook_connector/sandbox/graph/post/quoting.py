"""Answers and forwards: whom they go to, and how they quote what they answer.

https://learn.microsoft.com/graph/api/message-createreply
"""

import html
import re
from collections.abc import Iterable
from typing import Any

from outlook_connector.sandbox.graph.model.body import QUOTE_HTML, QUOTE_TEXT, normalised
from outlook_connector.sandbox.graph.model.message import Attachment, Message

Json = dict[str, Any]
_PREFIX = re.compile(r"^\s*(?:re|fw|fwd|aw|wg)\s*:\s*", re.IGNORECASE)
_INNER = re.compile(r"<body[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)
_LABELS = (("To", "toRecipients"), ("Cc", "ccRecipients"))


def subject(prefix: str, message: Message) -> str:
    """The subject with the prefix in place of any that it had."""
    return f"{prefix} {_PREFIX.sub('', str(message.get('subject')))}"


def quoted(message: Message, comment: str) -> Json:
    """A body that says `comment` above the message it quotes, in the message's own kind.

    Above HTML the comment is HTML as well: its line ends are lost, its markup works.
    """
    body = message.get("body")
    if body["contentType"] == "html":
        return {"contentType": "html", "content": _html(message, comment, body["content"])}
    lines = "\r\n".join(f"{name}: {value}" for name, value in _header(message))
    content = f"{comment}\r\n\r\n{QUOTE_TEXT}\r\n{lines}\r\n\r\n{body['content']}"
    return {"contentType": "text", "content": content}


def _html(message: Message, comment: str, original: str) -> str:
    found = _INNER.search(original)
    rows = "<br>\r\n".join(f"<b>{name}:</b> {html.escape(value)}" for name, value in _header(message))
    return normalised(
        f"<html><head></head><body><div>{comment}</div>\r\n{QUOTE_HTML}\r\n"
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" color="#000000" '
        f'style="font-size:11pt">{rows}</font>\r\n<div>&nbsp;</div></div>\r\n'
        f"{found.group(1) if found else original}</body></html>"
    )


def _header(message: Message) -> list[tuple[str, str]]:
    sender = message.get("from")
    rows = [
        ("From", _names([sender] if sender else [])),
        ("Sent", f"{message.sent:%A, %B} {message.sent.day}, {message.sent:%Y %I:%M %p}"),
        *((label, _names(message.get(name))) for label, name in _LABELS),
        ("Subject", str(message.get("subject"))),
    ]
    return [(name, value) for name, value in rows if value]


def _names(people: Iterable[Json]) -> str:
    found = [item["emailAddress"] for item in people]
    return "; ".join(f"{item['name']} <{item['address']}>" for item in found)


def answer_recipients(message: Message, own: str, *, everybody: bool) -> Json:
    """`toRecipients` and `ccRecipients` of an answer; oneself is left out when answering everybody."""
    sender = message.get("from")
    to: list[Json] = list(message.get("replyTo") or ([sender] if sender else []))
    if not everybody:
        return {"toRecipients": to, "ccRecipients": []}
    others = _without([*to, *message.get("toRecipients")], own)
    copied = _without(message.get("ccRecipients"), own)
    taken = {_address(item) for item in others}
    return {
        "toRecipients": others or to,
        "ccRecipients": [item for item in copied if _address(item) not in taken],
    }


def _without(people: Iterable[Json], own: str) -> list[Json]:
    unique = {_address(item): item for item in people}
    return [item for address, item in unique.items() if address != own.casefold()]


def _address(item: Json) -> str:
    return str(item["emailAddress"]["address"]).casefold()


def kept(message: Message, *, forward: bool) -> tuple[Attachment, ...]:
    """The attachments that go along: all with a forward, with an answer the inline ones alone."""
    return tuple(item for item in message.attachments if forward or item.inline)
