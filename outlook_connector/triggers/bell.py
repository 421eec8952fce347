"""A bell in this process: what waits for notifications wakes at once where they arrive in its own process, and ends
where its connection is closed.
"""

import os
from threading import Condition


class Bell:
    """Safe for threads, and in a child after a fork, which has a bell of its own."""

    def __init__(self) -> None:
        self._begin()

    def ring(self) -> None:
        with self._own():
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        """How often it has rung."""
        return self._rings

    def close(self) -> None:
        """Wakes whoever waits, for the last time."""
        self.closed = True
        self.ring()

    def wait(self, rings: int, seconds: float) -> None:
        """Wait until it has rung more often than that, and no longer than ``seconds``."""
        with self._own():
            self._condition.wait_for(lambda: self._rings != rings, seconds)

    def _own(self) -> Condition:
        if self._process != os.getpid():
            self._begin()
        return self._condition

    def _begin(self) -> None:
        self._process, self._condition, self._rings, self.closed = os.getpid(), Condition(), 0, False
