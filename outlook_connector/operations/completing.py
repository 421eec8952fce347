"""What the draft of an answer lacks of what was asked for.

Microsoft documents that ``comment`` stands above the quoted original, and lists under its known issues that the
comment of a created draft was lost. So the draft that comes back is looked at, which costs nothing, and completed where
need be. Recipients of an answer are properties "to update": named along with it they take the place of those whom Graph
would answer, so they are added afterwards. https://learn.microsoft.com/graph/api/message-createreply,
https://learn.microsoft.com/graph/api/message-reply, https://learn.microsoft.com/graph/known-issues
"""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..binding import GraphRequest
from ..normalise import addresses

_TAG = re.compile(r"<[^<>]*>")
_BODY = re.compile(r"<body[^<>]*>", re.IGNORECASE)
PEOPLE = ("toRecipients", "ccRecipients", "bccRecipients")
FILLED: Mapping[str, tuple[str, ...]] = {
    "createReply": ("toRecipients",),
    "createReplyAll": ("toRecipients", "ccRecipients"),
}
"""Action → the recipients that Graph works out from the original."""


def added_people(request: GraphRequest) -> tuple[str, ...]:
    """The properties in which the request for an answer's draft names more recipients beside Graph's own."""
    filled = FILLED.get(request.path.rpartition("/")[2], ())
    return tuple(name for name in filled if name in (request.body or {}).get("message", {}))


def without_people(create: GraphRequest) -> GraphRequest:
    """The request for a draft, without the recipients that are added afterwards."""
    asked, later = create.body or {}, added_people(create)
    if not later:
        return create
    kept = {name: value for name, value in asked["message"].items() if name not in later}
    rest = {name: value for name, value in asked.items() if name != "message"}
    return replace(create, body={**rest, **({"message": kept} if kept else {})})


def lacking(asked: Mapping[str, Any], draft: Mapping[str, Any]) -> dict[str, Any]:
    """What to PATCH a draft with, so that it says what was ``asked`` for; nothing where it does, or where the answer
    does not tell. ``asked`` is the body of createReply, createReplyAll or createForward."""
    found: dict[str, Any] = {}
    comment, body, wanted = asked.get("comment"), draft.get("body") or {}, asked.get("message", {})
    content = body.get("content")
    if comment and isinstance(content, str) and not _says(content, comment):
        found["body"] = {**body, "content": _above(comment, body)}
    if "body" in wanted and isinstance(content, str) and not _says(content, wanted["body"]["content"]):
        found["body"] = wanted["body"]
    for name in PEOPLE:
        if name in wanted and name in draft:
            there = draft[name] or []
            known = {address.lower() for address in addresses(there)}
            added = [one for one in wanted[name] if not known.issuperset(map(str.lower, addresses(one)))]
            if added:
                found[name] = [*there, *added]
    return found


def _says(content: str, text: str) -> bool:
    """Whether a body has the text, be it taken as markup or as the characters that it is made of."""
    there = _plain(content)
    return _plain(text) in there or _words(text) in there


def _plain(text: str) -> str:
    """The words alone: Exchange rewrites markup, entities and line ends."""
    return _words(html.unescape(_TAG.sub("", text)))


def _words(text: str) -> str:
    return "".join(text.split())


def _above(comment: str, body: Mapping[str, Any]) -> str:
    """The body with the comment first; above HTML it is HTML, as in a reply that Graph writes itself."""
    content = str(body["content"])
    if str(body.get("contentType")).lower() != "html":
        return f"{comment}\r\n\r\n{content}"
    start = _BODY.search(content)
    at = start.end() if start else 0
    return f"{content[:at]}<div>{comment}</div>{content[at:]}"
