"""Files on their way through the host: a directory of its own, which goes when the host does."""

import math
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ...files import safe_name
from .refusals import RequestRefused

LIFE = 3600.0
"""Seconds that an uploaded file is kept."""
MOST = 4 * 1024 * 1024 * 1024
"""Bytes of all uploaded files together."""


class Spool:
    """Places for files, each below a name of 128 random bits: who knows it may use the file. The directory is only
    this user's. To be used from one event loop."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="outlook-serve-")).resolve()
        self._clock = clock
        self._ends: dict[Path, tuple[float, int]] = {}

    def folder(self) -> Path:
        """A new one; whoever asked for it gives it back with ``remove``."""
        made = self.directory / secrets.token_hex(16)
        made.mkdir(mode=0o700)
        return made

    def remove(self, folder: Path) -> None:
        """Removes a folder and what is in it; harmless where it is gone."""
        self._ends.pop(folder, None)
        shutil.rmtree(folder, ignore_errors=True)

    def holds(self, path: str) -> bool:
        """Whether a path is the directory, or leads into it."""
        try:
            return Path(path).expanduser().resolve().is_relative_to(self.directory)
        except (OSError, RuntimeError, ValueError):
            return False

    def place(self, name: str, size: int) -> Path:
        """Where a file of ``size`` bytes at most goes while it is uploaded. Raises ``RequestRefused`` (``busy``) where
        the files of others leave no room."""
        now = self._clock()
        for folder in [one for one, (end, _) in self._ends.items() if end <= now]:
            self.remove(folder)
        if sum(taken for _, taken in self._ends.values()) + size > MOST:
            message = "The uploaded files take all the room there is. Repeat this later."
            raise RequestRefused(message, code="busy", retryable=True, details={"retryAfter": 60})
        folder = self.folder()
        self._ends[folder] = (math.inf, size)
        return folder / safe_name(name, "file")

    def settle(self, folder: Path, size: int) -> float:
        """The file is there, and ``size`` bytes of its room were needed: the time at which it is removed."""
        end = self._clock() + LIFE
        self._ends[folder] = (end, size)
        return end

    def close(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
