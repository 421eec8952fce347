"""Bytes on their way into a file, counted and hashed; where they are many, other threads hash and wait for the disk."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import BinaryIO

from ..progress import Report, silent

BATCH = 2 << 20
"""Bytes that are hashed at a time in a thread of their own: threads that change for fewer cost more than they gain."""
AHEAD = 1
"""Batches that may be under way there while the next one comes."""
PIECE = 1 << 18
"""Bytes that are written at a time."""
LASTING = 8 << 20
"""Bytes after which the disk is made to keep what it has, so that not all of it is left for the end."""


class Written:
    """Into ``target``."""

    def __init__(self, target: BinaryIO) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        self._target = target

    def add(self, piece: bytes) -> None:
        self._target.write(piece)
        self.size += len(piece)
        self.digest.update(piece)


class WrittenAhead(AbstractContextManager["WrittenAhead"]):
    """Into ``target``, by way of a few buffers. Of what is large the next bytes come while the last ones are hashed
    and, where the file is ``lasting``, the disk takes them. All is written and hashed when the block ends; that the
    disk has the last bytes is for the caller to see to. ``about`` is how many to expect, for ``report``."""

    def __init__(
        self, target: BinaryIO, report: Report = silent, about: int | None = None, lasting: bool = False
    ) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        self._target, self._report, self._about = target, report, about
        self._lasting, self._kept = lasting, 0
        self._buffers, self._filled = [memoryview(bytearray(BATCH))], 0
        self._hashing, self._keeping = Beside("outlook-hash", AHEAD), Beside("outlook-disk", 1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._hashing.end()
            self.digest.update(self._buffers[-1][: self._filled])
        finally:
            self._keeping.end(error is None)

    def more(self, into: Callable[[memoryview], int]) -> bool:
        """Some more bytes, if there are any: ``into`` fills a buffer, and gives how many they are. Raises what it
        does, and ``OSError`` where the file or the disk takes no more."""
        part = self._buffers[-1][self._filled : self._filled + PIECE]
        count = into(part)
        if not count:
            return False
        self._target.write(part[:count])
        self.size += count
        self._filled += count
        if self._filled == BATCH:
            self._hand_over()
        self._report("bytes", self.size, self._about)
        return True

    def _hand_over(self) -> None:
        """The buffer is hashed, and goes to the disk; the next one is new, or the one that has been longest."""
        full, self._filled = self._buffers[-1], 0
        self._hashing.do(lambda: self.digest.update(full))
        enough = len(self._buffers) > AHEAD
        self._buffers.append(self._buffers.pop(0) if enough else memoryview(bytearray(BATCH)))
        if self._lasting and self.size - self._kept >= LASTING and self._keeping.is_free():
            self._kept = self.size
            self._keeping.do(lambda: os.fsync(self._target.fileno()))


class Beside:
    """A thread, started once there is something to do, that does one thing after another."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._thread: ThreadPoolExecutor | None = None
        self._under_way: list[Future[None]] = []

    def is_free(self) -> bool:
        return all(one.done() for one in self._under_way)

    def do(self, what: Callable[[], None]) -> None:
        """Waits where ``most`` things are to be done before. Raises what one of those has raised."""
        self._thread = self._thread or ThreadPoolExecutor(1, self._name)
        if len(self._under_way) == self._most:
            self._under_way.pop(0).result()
        self._under_way.append(self._thread.submit(what))

    def end(self, raising: bool = True) -> None:
        """When all is done. Raises what one of the things has raised, where that is of interest."""
        if self._thread is not None:
            self._thread.shutdown()
        for one in self._under_way if raising else ():
            one.result()
