"""A worker process's connections: each is opened when it is first used, and all are closed at the process's end."""

import os
from collections.abc import Mapping
from threading import Lock
from typing import Any

from ...assembly import Assembly, assemble
from .settings import chosen


class Connections:
    """Connections by name. Thread-safe; a child after a fork opens its own."""

    def __init__(self, configured: Mapping[str, str | Mapping[str, Any]]) -> None:
        self._configured = configured
        self._open: dict[tuple[int, str], Assembly] = {}
        self._lock = Lock()

    def find(self, name: Any) -> tuple[str, Assembly]:
        """The connection's name and its parts. Raises ``InvalidInput`` (``unknownConnection``), ``ConfigError``."""
        known = chosen(self._configured, name)
        key = os.getpid(), known
        with self._lock:
            if key not in self._open:
                self._open[key] = assemble(self._configured[known])
            return known, self._open[key]

    def close(self) -> None:
        """Close what this process has opened."""
        with self._lock:
            mine = [key for key in self._open if key[0] == os.getpid()]
            for key in mine:
                self._open.pop(key).connector.close()
