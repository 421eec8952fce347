"""Bytes on their way into a file, counted and hashed; of many of them the hash, and the disk, are waited for by others."""

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
AHEAD = 2
"""Batches that may wait for that."""
LASTING = 8 << 20
"""Bytes after which the disk is made to keep what it has, so that not all of it is left for the end."""


class Written:
    """Into ``target``. ``about`` is how many bytes to expect, for ``report``."""

    def __init__(self, target: BinaryIO, report: Report = silent, about: int | None = None) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        self._target, self._report, self._about = target, report, about

    def add(self, piece: bytes) -> None:
        self._target.write(piece)
        self.size += len(piece)
        self._hash(piece)
        self._report("bytes", self.size, self._about)

    def _hash(self, piece: bytes) -> None:
        self.digest.update(piece)


class WrittenAhead(Written, AbstractContextManager["WrittenAhead"]):
    """The same, but of what is large the next pieces come while the last ones are hashed and, where the file is
    ``lasting``, the disk takes them. All is written and hashed when the block ends; that the disk has the last bytes
    is for the caller to see to. Raises ``OSError`` where the file or the disk takes no more."""

    def __init__(
        self, target: BinaryIO, report: Report = silent, about: int | None = None, lasting: bool = False
    ) -> None:
        super().__init__(target, report, about)
        self._lasting, self._kept = lasting, 0
        self._batch: list[bytes] = []
        self._hashing, self._keeping = Beside("outlook-hash", AHEAD), Beside("outlook-disk", 1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._hashing.end()
            self._update(self._batch)
        finally:
            self._keeping.end(error is None)

    def add(self, piece: bytes) -> None:
        super().add(piece)
        if self._lasting and self.size - self._kept >= LASTING and self._keeping.is_free():
            self._kept = self.size
            self._keeping.do(lambda: os.fsync(self._target.fileno()))

    def _hash(self, piece: bytes) -> None:
        self._batch.append(piece)
        if sum(map(len, self._batch)) >= BATCH:
            batch, self._batch = self._batch, []
            self._hashing.do(lambda: self._update(batch))

    def _update(self, batch: list[bytes]) -> None:
        for piece in batch:
            self.digest.update(piece)


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
