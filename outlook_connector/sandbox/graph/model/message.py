"""Messages and attachments as values: nothing in them ever changes in place.

A change makes a new message with `evolve`; so a copy of a mailbox is a copy of its dictionaries.
https://learn.microsoft.com/graph/api/resources/message
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Attachment:
    """A file, an item (a whole message, as JSON) or a reference; `content` is a file's bytes."""

    key: str
    name: str
    modified: datetime
    kind: str = "file"
    content_type: str | None = "application/octet-stream"
    content: bytes = b""
    inline: bool = False
    content_id: str | None = None
    content_location: str | None = None
    item: Mapping[str, Any] | None = None
    item_size: int = 0

    @property
    def size(self) -> int:
        """Bytes as Exchange counts them: the content and a little for its properties."""
        return (len(self.content) or self.item_size) + len(self.name) + 100

    @property
    def holds_message(self) -> bool:
        """Whether it is an item, and that a message."""
        return str((self.item or {}).get("@odata.type", "")).lower().endswith(".message")


@dataclass(frozen=True)
class Message:
    """One item of one mailbox.

    `values` holds the plain properties under Graph's names; the other fields are what Exchange keeps itself.
    `serial` orders arrivals within one second; `generation` counts moves, `version` changes.
    """

    key: str
    folder: str
    serial: int
    values: Mapping[str, Any]
    message_id: str
    conversation: str
    index: bytes
    created: datetime
    modified: datetime
    received: datetime
    sent: datetime
    generation: int = 0
    version: int = 1
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    extended: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    extensions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """A plain property by Graph's name, or its default."""
        return self.values.get(name, DEFAULTS.get(name))

    def evolve(self, at: datetime, values: Mapping[str, Any] | None = None, **fields: Any) -> "Message":
        """A changed message: new plain properties and fields, a new version, modified `at`."""
        merged = {**self.values, **(values or {})}
        return replace(self, values=merged, version=self.version + 1, modified=at, **fields)

    @property
    def has_attachments(self) -> bool:
        """True for anything but inline attachments, as Graph has it."""
        return any(not attachment.inline for attachment in self.attachments)


DEFAULTS: Mapping[str, Any] = {
    "subject": "",
    "body": {"contentType": "text", "content": ""},
    "from": None,
    "sender": None,
    "toRecipients": [],
    "ccRecipients": [],
    "bccRecipients": [],
    "replyTo": [],
    "importance": "normal",
    "isRead": False,
    "isDraft": False,
    "isDeliveryReceiptRequested": None,
    "isReadReceiptRequested": False,
    "inferenceClassification": "focused",
    "categories": [],
    "flag": {"flagStatus": "notFlagged"},
}
