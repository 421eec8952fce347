"""Outlook's limits, per app and mailbox: https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits

Four requests at once, 10,000 in ten minutes, 150 MB sent in five. Everything is counted at all times; refused
are requests only where throttling is switched on. What is refused counts, too, as Microsoft says:
https://learn.microsoft.com/graph/throttling#best-practices-to-handle-throttling
"""

import math
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outlook_connector.sandbox.graph.problem import Problem

AT_ONCE = 4
REQUESTS, REQUESTS_WITHIN = 10_000, timedelta(minutes=10)
BYTES, BYTES_WITHIN = 150 * 1024 * 1024, timedelta(minutes=5)
_SENDING = frozenset(("POST", "PATCH", "PUT"))


@dataclass(frozen=True)
class Place:
    """Whose requests count together: an app's, to one mailbox (both by id)."""

    app: str
    mailbox: str


@dataclass
class Window:
    """Amounts within the last while; `most` is where it is full."""

    most: int
    length: timedelta
    amounts: deque[tuple[datetime, int]] = field(default_factory=deque)
    total: int = 0

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until there is room again; 0 where there is."""
        while self.amounts and self.amounts[0][0] + self.length <= now:
            self.total -= self.amounts.popleft()[1]
        if self.total < self.most:
            return 0
        return max(1, math.ceil((self.amounts[0][0] + self.length - now).total_seconds()))

    def add(self, now: datetime, amount: int) -> None:
        """Counts an amount."""
        self.amounts.append((now, amount))
        self.total += amount


@dataclass
class _Tally:
    """One place's counts; `running` are the tickets under way, in the order in which they came."""

    running: list["Ticket"] = field(default_factory=list)
    requests: Window = field(default_factory=lambda: Window(REQUESTS, REQUESTS_WITHIN))
    sent: Window = field(default_factory=lambda: Window(BYTES, BYTES_WITHIN))
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("requests", "mostAtOnce", "bytes", "refused"), 0)
    )


@dataclass(eq=False)
class Ticket:
    """A request under way, or a batch, which takes as many as `slots` at once."""

    tally: _Tally
    slots: int = 1


class Throttle:
    """Counts, and says when it is too much. Safe to call from many threads."""

    def __init__(self) -> None:
        self._tallies: dict[Place, _Tally] = {}
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Begins to count anew."""
        with self._lock:
            self._tallies = {}

    @contextmanager
    def running(self, place: Place, slots: int = 1) -> Iterator[Ticket]:
        """A ticket, under way until the block ends."""
        with self._lock:
            tally = self._tallies.setdefault(place, _Tally())
            ticket = Ticket(tally, slots)
            tally.running.append(ticket)
            together = sum(one.slots for one in tally.running)
            tally.counts["mostAtOnce"] = max(tally.counts["mostAtOnce"], together)
        try:
            yield ticket
        finally:
            with self._lock:
                tally.running.remove(ticket)

    def count(self, ticket: Ticket, method: str, size: int, now: datetime, *, refuse: bool) -> None:
        """Counts one request of `size` bytes. Raises 429 where it is one too many, and `refuse` says so."""
        with self._lock:
            tally, sent = ticket.tally, size if method in _SENDING else 0
            problem = _problem(ticket, now, sends=method in _SENDING) if refuse else None
            tally.counts["requests"] += 1
            tally.counts["bytes"] += sent
            tally.counts["refused"] += problem is not None
            tally.requests.add(now, 1)
            tally.sent.add(now, sent)
        if problem:
            raise problem

    def usage(self) -> dict[Place, dict[str, int]]:
        """Of each app and mailbox: `requests` (parts of batches each), `mostAtOnce`, `bytes` sent, `refused`."""
        with self._lock:
            return {place: dict(tally.counts) for place, tally in self._tallies.items()}


def _problem(ticket: Ticket, now: datetime, *, sends: bool) -> Problem | None:
    tally = ticket.tally
    earlier = tally.running[: tally.running.index(ticket)]
    if sum(one.slots for one in earlier) >= AT_ONCE:
        return _over("MailboxConcurrency", 1)
    if seconds := tally.requests.seconds_left(now):
        return _over("RequestCount", seconds)
    # What fills the window passes, so that one file of the largest size that Outlook takes does.
    if sends and (seconds := tally.sent.seconds_left(now)):
        return _over("IncomingBytes", seconds)
    return None


def _over(limit: str, seconds: int) -> Problem:
    headers = {"Retry-After": str(seconds)}
    return Problem(429, "ApplicationThrottled", f"Application is over its {limit} limit.", headers)
