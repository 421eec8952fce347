"""The store ``memory:``: gone with the process, and not shared with another one."""

import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ..frozen import frozen
from .interface import StoreConflict
from .locking import ForkSafeLock

Kept = TypeVar("Kept")

TOMBSTONE = 86_400.0
"""Seconds for which a deleted key's own version is remembered."""

SET_BACK = 5.0
"""Seconds by which a lease may seem to begin in the future. One that begins later was taken before the clock was set
back, and is void, so that a holder that died delays nobody by as much; a smaller step of the clock ends no lease."""

SWEEP_EVERY = 64
"""Writes between two sweeps of rows whose time is over."""


@frozen
class _Row:
    blob: bytes | None
    version: int
    expires: float | None


@frozen
class _Taken:
    fence: int
    begins: float
    expires: float


class MemoryStore:
    """Rows in a dictionary. ``now`` gives epoch seconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = ForkSafeLock()
        self._rows: dict[str, _Row] = {}
        self._leases: dict[str, _Taken] = {}
        self._kept: dict[tuple[int, str], Any] = {}
        self._counter = 0
        self._horizon = 0  # the highest version among rows swept away: what a key without a row counts as

    def load(self, key: str) -> tuple[bytes | None, int]:
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                return None, self._horizon
            return (None if self._over(row) else row.blob), row.version

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        with self._lock:
            row = self._rows.get(key)
            if version != (row.version if row else self._horizon):
                raise StoreConflict
            self._counter += 1
            seconds = TOMBSTONE if blob is None else ttl
            expires = None if seconds is None else self._now() + seconds
            self._rows[key] = _Row(blob, self._counter, expires)
            if self._counter % SWEEP_EVERY == 0:
                self._sweep()
            return self._counter

    def lease(self, key: str, ttl: float) -> "MemoryLease | None":
        with self._lock:
            now = self._now()
            held = self._leases.get(key)
            if held and held.begins <= now + SET_BACK and held.expires > now:
                return None
            self._counter += 1
            self._leases[key] = _Taken(self._counter, now, now + ttl)
            return MemoryLease(self, key, self._counter)

    def kept(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What ``make`` gave for ``name`` in this process: for what is shared by all that use the store, and need not
        be written down, since no other process can."""
        with self._lock:
            key = os.getpid(), name
            if key not in self._kept:
                self._kept[key] = make()
            found: Kept = self._kept[key]
            return found

    def give_back(self, key: str, fence: int) -> None:
        """Ends the lease of ``key`` if it is still the one with this fence."""
        with self._lock:
            held = self._leases.get(key)
            if held and held.fence == fence:
                del self._leases[key]

    def _over(self, row: _Row) -> bool:
        return row.expires is not None and row.expires <= self._now()

    def _sweep(self) -> None:
        over = {key: row for key, row in self._rows.items() if self._over(row)}
        self._horizon = max([self._horizon, *(row.version for row in over.values())])
        for key in over:
            del self._rows[key]


@frozen
class MemoryLease:
    """A lease of a ``MemoryStore``."""

    _store: MemoryStore
    _key: str
    fence: int

    def release(self) -> None:
        self._store.give_back(self._key, self.fence)
