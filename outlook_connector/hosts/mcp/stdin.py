"""stdin that can be ended from within."""

import os
import threading
from contextlib import suppress

import anyio


class Stdin:
    """What comes in by the descriptor ``source``, until it ends or ``end`` is called. A read of stdin itself cannot be
    given up: the process would wait for a line that nobody sends."""

    def __init__(self, source: int = 0) -> None:
        reading, writing = os.pipe()
        self.lines: anyio.AsyncFile[str] = anyio.wrap_file(
            os.fdopen(reading, encoding="utf-8", errors="replace")
        )
        self._writing: int | None = writing
        self._lock = threading.Lock()
        threading.Thread(target=self._copy, args=(source,), name="mcp-stdin", daemon=True).start()

    def end(self) -> None:
        """Whoever reads ``lines`` finds their end, after what has come in already."""
        with self._lock:
            if self._writing is not None:
                os.close(self._writing)
            self._writing = None

    def _copy(self, source: int) -> None:
        with suppress(OSError):  # stdin or the reader is gone, and that is the end as well
            while self._passed(os.read(source, 65536)):
                pass
        self.end()

    def _passed(self, data: bytes) -> bool:
        left = data
        with self._lock:
            while left and self._writing is not None:
                left = left[os.write(self._writing, left) :]
        return bool(data) and not left
