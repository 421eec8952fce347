"""What the draft of an answer lacks of what was asked for.

Microsoft documents that ``comment`` stands above the quoted original, and lists under its known issues that the
comment of a created draft was lost. So the draft that comes back is looked at, which costs nothing, and completed where
need be. https://learn.microsoft.com/graph/api/message-createreply, https://learn.microsoft.com/graph/known-issues
"""

import html
import re
from collections.abc import Mapping
from typing import Any

from ..normalise import addresses

_TAG = re.compile(r"<[^<>]*>")
_BODY = re.compile(r"<body[^<>]*>", re.IGNORECASE)
PEOPLE = ("toRecipients", "ccRecipients", "bccRecipients")


def lacking(asked: Mapping[str, Any], draft: Mapping[str, Any]) -> dict[str, Any]:
    """What to PATCH a draft with, so that it says what was ``asked`` for; nothing where it does, or where the answer
    does not tell. ``asked`` is the body of createReply, createReplyAll or createForward."""
    found: dict[str, Any] = {}
    comment, body = asked.get("comment"), draft.get("body") or {}
    content = body.get("content")
    if comment and isinstance(content, str) and _plain(comment) not in _plain(content):
        found["body"] = {**body, "content": _above(comment, body)}
    wanted = asked.get("message", {})
    for name in PEOPLE:
        if name in wanted and name in draft:
            there = {address.lower() for address in addresses(draft[name] or [])}
            if not there >= {address.lower() for address in addresses(wanted[name])}:
                found[name] = wanted[name]
    return found


def _plain(text: str) -> str:
    """The words alone: Exchange rewrites markup, entities and line ends."""
    return "".join(html.unescape(_TAG.sub("", text)).split())


def _above(comment: str, body: Mapping[str, Any]) -> str:
    content = str(body["content"])
    if str(body.get("contentType")).lower() != "html":
        return f"{comment}\r\n\r\n{content}"
    start = _BODY.search(content)
    at = start.end() if start else 0
    return f"{content[:at]}<div>{comment}</div>{content[at:]}"
