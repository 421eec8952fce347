"""A lock between threads that a fork cannot leave shut."""

import os
import threading


class ForkSafeLock:
    """A lock per process: a child never inherits one that a thread of its parent held at the fork."""

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {os.getpid(): threading.Lock()}

    def acquire(self, *, blocking: bool = True) -> bool:
        return self._mine().acquire(blocking=blocking)

    def release(self) -> None:
        self._mine().release()

    def __enter__(self) -> "ForkSafeLock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _mine(self) -> threading.Lock:
        process = os.getpid()
        return self._locks.get(process) or self._locks.setdefault(process, threading.Lock())
