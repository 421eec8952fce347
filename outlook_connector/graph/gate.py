"""The gate of one mailbox in one process: threads pass in the order in which they came.

A supply says what may pass: ``permits.LocalSupply`` in a process of its own, ``keeper.SharedSupply`` where other
workers use the mailbox too.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Event, RLock
from typing import Protocol

from ..errors import ConnectorError
from ..frozen import frozen


@frozen
class Want:
    """What one request takes: calls at once, calls of the 10 minutes, and bytes of the 5 minutes."""

    calls: int = 1
    requests: int = 1
    sent: int = 0


class Waiter:
    """A thread in line; ``error`` is what it is sent away with."""

    def __init__(self, want: Want) -> None:
        self.want = want
        self.ready = Event()
        self.error: ConnectorError | None = None


class Supply(Protocol):
    """What may pass. Called with the gate's lock held."""

    allowed: int

    def afford(self, want: Want) -> bool:
        """Takes what the want costs, if it is there."""

    def refill(self, gate: "Gate") -> float:
        """Gets more for those who wait, now or in a while; gives the seconds after which to ask again."""

    def lacking(self, want: Want) -> str:
        """The limit that the want has to wait for: its name in the configuration."""

    def close(self) -> None:
        """The process needs no more of it."""


class Gate:
    """Who may call. ``in_use`` are the calls under way, ``line`` those who wait."""

    def __init__(self, supply: Supply, clock: Callable[[], float] = time.monotonic) -> None:
        self.lock = RLock()
        self.supply = supply
        self.line: deque[Waiter] = deque()
        self.in_use = 0
        self.last_used = clock()
        self._clock = clock

    def enter(self, want: Want, until: float) -> float:
        """Wait until ``want`` may pass, and give the seconds that it took; ``leave`` is owed then.

        Raises ``ConnectorError`` (``limitReached``, retryable) when it is not its turn by ``until``, a reading of the
        clock, and whatever kept the supply from being asked.
        """
        with self.lock:
            if not self.line and self._passes(want):
                return 0.0
            waiter = Waiter(want)
            self.line.append(waiter)
            again = self.supply.refill(self)
        began = self._clock()
        while not waiter.ready.wait(max(0.0, min(until - self._clock(), again))):
            with self.lock:
                if not waiter.ready.is_set() and self._clock() >= until:
                    self._give_up(waiter, began)
                again = self.supply.refill(self)
        if waiter.error:
            raise waiter.error
        return self._clock() - began

    def leave(self, want: Want) -> None:
        """The call is over."""
        with self.lock:
            owed = self.in_use > self.supply.allowed
            self.in_use -= want.calls
            self.last_used = self._clock()
            self.admit()
            if owed or (self.line and self.in_use < self.supply.allowed):
                self.supply.refill(self)

    def idle(self) -> float:
        """Seconds since the last call ended; 0 while one is under way or waits."""
        return 0.0 if self.in_use or self.line else self._clock() - self.last_used

    def admit(self) -> None:
        """Let pass who can, the first first. To be called with the lock held, when the supply has more."""
        while self.line and self._passes(self.line[0].want):
            self.line.popleft().ready.set()

    def send_away(self, error: ConnectorError) -> None:
        """Everybody in line is told the error. To be called with the lock held."""
        while self.line:
            waiter = self.line.popleft()
            waiter.error = error
            waiter.ready.set()

    def _passes(self, want: Want) -> bool:
        if self.in_use + want.calls > self.supply.allowed or not self.supply.afford(want):
            return False
        self.in_use += want.calls
        return True

    def _give_up(self, waiter: Waiter, began: float) -> None:
        self.line.remove(waiter)
        self.admit()
        rule = self.supply.lacking(waiter.want)
        waited = self._clock() - began
        raise ConnectorError(
            f"The mailbox was busy for {waited:.1f} s: {rule} of the connection's configuration let no further call "
            "pass before the time of http.deadline was over. Try again later.",
            code="limitReached",
            retryable=True,
            details={"rule": rule, "waited": round(waited, 3)},
        )
