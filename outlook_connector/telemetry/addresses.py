"""The addresses of requests without what they hold: ids, folders, searches and people. Pure.

A word stays only if it is one of Graph's own: what is not known is left out, so that nothing slips through that a
list of forbidden things does not think of.
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

WORDS = frozenset({
    "$batch", "$count", "$ref", "$value", "archive", "attachments", "automaticRepliesSetting", "categories",
    "childFolders", "copy", "copyToFolder", "createForward", "createReply", "createReplyAll",
    "createUploadSession", "deletedItems", "deleteditems", "delta", "drafts", "extensions", "forward",
    "getMailTips", "inbox", "inferenceClassification", "junkemail", "mailboxSettings", "mailFolders",
    "masterCategories", "me", "messageRules", "messages", "move", "msgfolderroot", "outbox", "outlook",
    "overrides", "permanentDelete", "reauthorize", "reply", "replyAll", "send", "sendMail", "sentitems",
    "subscriptions", "supportedLanguages", "supportedTimeZones", "translateExchangeIds", "users",
})  # fmt: skip
"""Segments of Graph's paths. A new one that is missing here shows as ``{id}``, no more."""

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Address:
    """Where a request goes, as it may be told."""

    server: str
    port: int
    full: str
    template: str | None


@lru_cache(maxsize=64)
def _place(base: str) -> tuple[str, int]:
    parts = urlsplit(base)
    return parts.hostname or "", parts.port or 443


def graph_address(base: str, address: str) -> Address:
    """A URL below Graph's ``base`` URL: each segment that is not Graph's word becomes ``{id}``."""
    server, port = _place(base)
    segments = address[len(base) :].partition("?")[0].split("/")
    told = "/".join(one if not one or one in WORDS else "{id}" for one in segments)
    return Address(server, port, base + told.replace("{id}", "REDACTED"), told)


def upload_address(address: str) -> Address:
    """An upload session's URL, which is a key: nothing but the server is told."""
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    return Address(parts.hostname or "", parts.port or 443, f"{parts.scheme}://{place}/REDACTED", None)
