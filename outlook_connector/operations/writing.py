"""Bytes on their way into a file, counted and hashed; many of them in a thread of its own."""

import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import BinaryIO

from ..progress import Report, silent

INLINE = 4 << 20
"""Bytes up to which no thread is worth its while."""
AHEAD = 8
"""Pieces that may wait for the disk."""
LASTING = 16 << 20
"""Bytes after which the disk is made to keep what it has, so that not all of it is left for the end."""


class Written:
    """Into ``target``. ``about`` is how many bytes to expect, for ``report``."""

    def __init__(self, target: BinaryIO, report: Report = silent, about: int | None = None) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        self._target, self._report, self._about = target, report, about

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self._take(piece)
        self._report("bytes", self.size, self._about)

    def _take(self, piece: bytes) -> None:
        self._target.write(piece)
        self.digest.update(piece)


class WrittenAhead(Written, AbstractContextManager["WrittenAhead"]):
    """The same, but beyond the first megabytes the next pieces come while the last ones are written and hashed. All is
    written when the block ends. Raises ``OSError`` where the file takes no more."""

    _writer: ThreadPoolExecutor | None = None

    def __enter__(self) -> "WrittenAhead":
        self._under_way: deque[Future[None]] = deque()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.shutdown(cancel_futures=error is not None)
        while self._under_way and error is None:
            self._under_way.popleft().result()

    def _take(self, piece: bytes) -> None:
        if self.size <= INLINE:
            super()._take(piece)
            return
        self._writer = self._writer or ThreadPoolExecutor(1, "outlook-write")
        self._under_way.append(self._writer.submit(self._kept, piece, self.size))
        if len(self._under_way) > AHEAD:
            self._under_way.popleft().result()

    def _kept(self, piece: bytes, size: int) -> None:
        super()._take(piece)
        if size // LASTING > (size - len(piece)) // LASTING:
            self._target.flush()
            os.fsync(self._target.fileno())
