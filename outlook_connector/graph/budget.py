"""How many repetitions a connection allows itself, so that a service that is down is not loaded with them as well.

Each call that succeeds earns a tenth of a repetition, which is forgotten within a minute or so. ``RESERVE`` more are
there for a process that has done little yet; they come back in ten minutes. So a service that answers everything with
an error sees at most a tenth more requests than calls, and those of the reserve; one that recovers is served at once,
since no call is held back. A 429 costs nothing: the service itself says then when to come again.
https://learn.microsoft.com/azure/well-architected/reliability/handle-transient-faults
"""

import math
import time
from collections.abc import Callable
from threading import Lock

SHARE = 0.1
MEMORY = 30.0
"""Seconds in which what was earned sinks to 37 %."""
RESERVE = 10.0
REFILL = RESERVE / 600.0
"""Repetitions of the reserve that come back in a second."""


class Budget:
    """One for a connection, shared by its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._earned = 0.0
        self._reserve = RESERVE
        self._seen = clock()

    def earn(self) -> None:
        """A call has succeeded."""
        with self._lock:
            self._pass_time()
            self._earned += SHARE

    def spend(self) -> bool:
        """Whether a call may be repeated once more."""
        with self._lock:
            self._pass_time()
            if self._earned >= 1.0:
                self._earned -= 1.0
            elif self._reserve >= 1.0:
                self._reserve -= 1.0
            else:
                return False
            return True

    def _pass_time(self) -> None:
        now = self._clock()
        passed, self._seen = max(0.0, now - self._seen), now
        self._earned *= math.exp(-passed / MEMORY)
        self._reserve = min(RESERVE, self._reserve + passed * REFILL)
