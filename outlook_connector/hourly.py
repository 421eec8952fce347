"""A cap on the mails of an hour, shared by all workers of a connection through the store."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

from .errors import OperationDenied
from .frozen import frozen
from .store import Store, StoreConflict

KEPT = 61
"""Minutes that count: an hour, and the one that has begun."""


@frozen
class Hourly:
    """Counts what is handed to Graph to be sent, whether or not Graph takes it, by minutes.

    ``name`` stands for the connection: its app, account and mailbox, so that no other name for a mailbox opens a
    count of its own. ``most`` is the mails of any 60 minutes; ``None`` counts nothing and costs nothing. ``now`` gives
    epoch seconds.
    """

    store: Store
    name: str
    most: int | None
    now: Callable[[], float] = time.time

    def count(self, mails: int = 1) -> None:
        """Counts mails that go out now. Raises ``OperationDenied`` (``mailsPerHour``), with when they may go, where
        they would be too many: then none is counted. It is retryable unless they are too many for any hour."""
        while self.most is not None and mails:
            minute = int(self.now() // 60)
            blob, version = self.store.load(self.name)
            counted: dict[str, int] = json.loads(blob) if blob else {}
            recent = {at: number for at, number in counted.items() if int(at) > minute - KEPT}
            if sum(recent.values()) + mails > self.most:
                raise self._full(recent, mails)
            recent[str(minute)] = recent.get(str(minute), 0) + mails
            try:
                self.store.save(self.name, json.dumps(recent).encode(), version, ttl=KEPT * 60)
            except StoreConflict:
                continue
            return

    def _full(self, recent: dict[str, int], mails: int) -> OperationDenied:
        if mails > (self.most or 0):
            told = f"These are {mails} mails, and this connection may send {self.most} an hour"
            return OperationDenied(
                f"{told} (limits.mailsPerHour).", code="mailsPerHour", details={"rule": "limits.mailsPerHour"}
            )
        opens = (self._opening_minute(recent, mails) + KEPT) * 60
        at = datetime.fromtimestamp(opens, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return OperationDenied(
            f"This connection may send {self.most} mails an hour (limits.mailsPerHour), and they are gone. The next "
            f"may go at {at}.",
            code="mailsPerHour",
            retryable=True,
            details={
                "rule": "limits.mailsPerHour",
                "opensAt": at,
                "retryAfter": max(round(opens - self.now(), 1), 0),
            },
        )

    def _opening_minute(self, recent: dict[str, int], mails: int) -> int:
        """The minute with whose mails, an hour old, there is room again."""
        left = sum(recent.values())
        for minute in sorted(map(int, recent)):
            left -= recent[str(minute)]
            if left + mails <= (self.most or 0):
                return minute
        return int(self.now() // 60)
