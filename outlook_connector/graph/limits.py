"""The limits of a connection's mailboxes, shared by its threads, and by all workers through the store."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..config import Config
from ..store import Store
from ..store.locking import ForkSafeLock
from .gate import Gate, Want
from .permits import LocalSupply, Sizes

log = logging.getLogger("outlook_connector.graph")

NOTABLE = 1.0
"""Seconds of waiting that are worth a line in the log."""
MOST_GATES = 1000
"""Gates that are kept before those are dropped that have not been used for as long as a window is; where many are in
use, they are looked through again when there are twice as many."""
FORGOTTEN = 900.0


class Limits:
    """Thread-safe, and usable in a child after a fork, which is a worker of its own. ``person`` gives the address of
    who is signed in, where it is known, so that one's own mailbox is the same by whatever name it is called."""

    def __init__(self, config: Config, store: Store, person: Callable[[], str | None] = lambda: None) -> None:
        self._own = config.owner(None)
        self._person = person
        self._app = f"{config.tenant_id}\n{config.client_id}"
        self._sizes = Sizes.of(config.limits)
        self._store = store
        self._lock = ForkSafeLock()
        self._gates: dict[tuple[int, str], Gate] = {}
        self._looked_through_at = MOST_GATES

    @property
    def concurrent(self) -> int:
        """Calls at once on one mailbox."""
        return self._sizes.concurrent

    @contextmanager
    def passing(self, mailbox: str, want: Want, until: float) -> Iterator[float]:
        """A call to ``mailbox`` under way for the block's duration; waits for its turn before, and gives the seconds
        that it took. Nothing that passes may wait for another pass of the same mailbox.

        Raises ``ConnectorError`` (``limitReached``, retryable) when it is not its turn by ``until``, in seconds of
        the monotonic clock; ``details`` say which limit it waited for, and for how long.
        """
        gate = self._gate(mailbox)
        waited = gate.enter(want, until)
        if waited > NOTABLE:
            log.info("waited %.2f s for another call of the mailbox to end", waited)
        try:
            yield waited
        finally:
            gate.leave(want)

    def close(self) -> None:
        """Leave the line of every mailbox."""
        for (process, _), gate in list(self._gates.items()):
            if process == os.getpid():
                gate.supply.close()

    def _gate(self, mailbox: str) -> Gate:
        process = os.getpid()
        found = self._gates.get((process, mailbox))
        if found is not None:
            return found
        address = (self._person() or mailbox).lower() if mailbox == self._own else mailbox
        with self._lock:
            if len(self._gates) > self._looked_through_at:
                used = {one: gate for one, gate in self._gates.items() if gate.idle() < FORGOTTEN}
                self._gates, self._looked_through_at = used, max(MOST_GATES, 2 * len(used))
            found = self._gates.get((process, address)) or self._made(address)
            return self._gates.setdefault(
                (process, mailbox), self._gates.setdefault((process, address), found)
            )

    def _made(self, mailbox: str) -> Gate:
        name = "limits/" + hashlib.sha256(f"{self._app}\n{mailbox}".encode()).hexdigest()[:32]
        kept: Callable[[str, Callable[[], Any]], Gate] | None = getattr(self._store, "kept", None)
        if kept is not None:
            return kept(name, lambda: Gate(LocalSupply(self._sizes)))
        from .keeper import SharedSupply

        return Gate(SharedSupply(self._store, name, self._sizes))
