"""All that the mail service knows: mailboxes, threads, uploads under way, and the ledger."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict

from outlook_connector.sandbox.graph.model.ids import digest
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.subscription import Subscription
from outlook_connector.sandbox.graph.model.sync import SyncStates

DOMAIN_OF_IDS = "sandbox.contoso.example"


class Ledger(TypedDict):
    """Every mail submitted and every copy delivered, oldest first, in plain JSON values.

    A submission: `internetMessageId`, `from`, `recipients` (addresses), `at` (UTC), `subject`, `key` (value of
    its first single-value extended property, or None) and `extended` (all of them, id -> value).
    A delivery: `internetMessageId`, `to` (address), `at`, `id` (immutable id, None where no copy came to be) and
    `outcome`: `delivered`, `external` or `bounced`.
    """

    submissions: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]


def _empty_ledger() -> Ledger:
    return {"submissions": [], "deliveries": []}


@dataclass
class Upload:
    """An attachment on its way in: the chunks so far and what it will become; `app` is the one that sends it.

    `ranges` is how this session's answers spell what they expect next.
    """

    owner: str
    message_key: str
    item: dict[str, Any]
    expires: datetime
    app: str = ""
    ranges: str = "nextExpectedRanges"
    content: bytearray = field(default_factory=bytearray)


@dataclass
class World:
    """One state of the whole service; `copy()` takes microseconds for each message."""

    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=_empty_ledger)
    serial: int = 0
    domain: str = ""
    sync: SyncStates = field(default_factory=SyncStates)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "World":
        """A state that changes apart from this one, with an empty ledger and no uploads."""
        mailboxes = {key: mailbox.copy() for key, mailbox in self.mailboxes.items()}
        return replace(
            self,
            mailboxes=mailboxes,
            threads=dict(self.threads),
            uploads={},
            ledger=_empty_ledger(),
            sync=SyncStates(),
            subscriptions={},
            heard={},
        )

    def next_serial(self) -> int:
        """A number that was never given before."""
        self.serial += 1
        return self.serial

    def mailbox_of(self, address: str) -> Mailbox | None:
        """The mailbox of an address, without regard to case."""
        wanted = address.casefold()
        return next((box for box in self.mailboxes.values() if box.address.casefold() == wanted), None)

    def new_message_id(self, key: str) -> str:
        """An RFC 5322 Message-ID of this tenant."""
        name = digest("message-id", key, size=24).replace("+", "P").replace("/", "S").upper()
        return f"<{name}@{DOMAIN_OF_IDS}>"

    def thread_of(self, message_id: str, references: tuple[str, ...]) -> str:
        """The conversation that a message belongs to: that of what it answers, or one of its own."""
        known = (self.threads[found] for found in reversed(references) if found in self.threads)
        origin = references[0] if references else message_id
        thread = self.threads.get(message_id) or next(known, origin)
        self.threads[message_id] = thread
        return thread


def thread_index(thread: str, at: datetime) -> bytes:
    """A conversation index's header: 22 bytes, a time and the thread's own 16 bytes.

    https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxomsg
    """
    filetime = int((at.timestamp() + 11_644_473_600) * 10_000_000)
    own = digest("thread-guid", thread, size=12).encode()[:16]
    return filetime.to_bytes(8, "big")[:6] + own


def child_index(parent: bytes, at: datetime) -> bytes:
    """The index of an answer: its parent's and five bytes of time."""
    return parent + (int(at.timestamp()) & 0xFFFFFFFFFF).to_bytes(5, "big")
