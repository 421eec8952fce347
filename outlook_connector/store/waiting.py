"""Waiting for a lease that another worker holds."""

import contextlib
import random
import time
from collections.abc import Iterator
from typing import Protocol

from ..errors import ConnectorError
from .interface import Lease, Store

FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.2


class Clock(Protocol):
    """Epoch seconds and a way to wait; the module ``time`` is one."""

    def time(self) -> float: ...

    def sleep(self, seconds: float, /) -> None: ...


@contextlib.contextmanager
def held(store: Store, key: str, *, ttl: float, timeout: float, clock: Clock = time) -> Iterator[Lease]:
    """Holds the lease of ``key`` for the block's duration, ``ttl`` seconds at most.

    Waits up to ``timeout`` seconds, polling with growing, jittered pauses; a holder that died delays it by no more
    than that holder's ``ttl``. Raises ``ConnectorError`` (code ``storeBusy``, retryable) when the time is over.
    """
    lease = _wait(store, key, ttl, timeout, clock)
    try:
        yield lease
    finally:
        with contextlib.suppress(ConnectorError):  # a lease that cannot be given back ends by its ttl
            lease.release()


def _wait(store: Store, key: str, ttl: float, timeout: float, clock: Clock) -> Lease:
    waited, pause = 0.0, FIRST_PAUSE
    while (lease := store.lease(key, ttl)) is None:
        if waited >= timeout:
            raise ConnectorError(
                f"Another worker has held the same entry of the token store for over {timeout:g} seconds. "
                "Try again: what a killed worker held is free once its time is over. If it lasts, look for a "
                "worker that hangs.",
                code="storeBusy",
                retryable=True,
            )
        step = min(pause * random.uniform(0.5, 1.5), max(timeout - waited, FIRST_PAUSE))  # noqa: S311 - jitter
        clock.sleep(step)
        waited, pause = waited + step, min(pause * 1.6, LONGEST_PAUSE)
    return lease
