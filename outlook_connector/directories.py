"""Directories that are held open, so that a name in them stays a name in them.

A path that was checked can lead elsewhere a moment later: whoever may write to one of its directories exchanges it for
a link. So the way from an allowed directory down is walked one component after the other, no link is followed, and
files are opened, renamed and removed relative to the directory that was reached. Windows has no such calls: there a
path is used as it was resolved. https://man7.org/linux/man-pages/man2/openat.2.html
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .frozen import frozen

HELD = {os.open, os.mkdir, os.unlink, os.rename} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Whether this system can work relative to an open directory."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_BINARY = getattr(os, "O_BINARY", 0)


@frozen
class Directory:
    """An open directory; ``descriptor`` is ``None`` where the system has none. Its methods take one name, no path, and
    raise ``OSError``."""

    path: Path
    descriptor: int | None = None

    def open(self, name: str, flags: int) -> int:
        """A descriptor of the file, which is no link; a new one is for this user alone."""
        return os.open(self._of(name), flags | _NO_LINK | _BINARY, 0o600, dir_fd=self.descriptor)

    def rename(self, old: str, new: str) -> None:
        """In place of what is called ``new``."""
        if self.descriptor is None:
            self.path.joinpath(old).replace(self.path / new)
        else:
            os.rename(old, new, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def unlink(self, name: str) -> None:
        os.unlink(self._of(name), dir_fd=self.descriptor)

    def mkdir(self, name: str) -> None:
        os.mkdir(self._of(name), dir_fd=self.descriptor)

    def _of(self, name: str) -> str:
        return name if self.descriptor is not None else str(self.path / name)


@contextmanager
def reached(top: Path, target: Path, make: bool = False) -> Iterator[Directory]:
    """The directory ``target``, which is ``top`` or below it, reached from ``top`` without a link on the way; with
    ``make``, what is missing is made. Both are resolved paths. Raises ``OSError``."""
    if not HELD:
        if make:
            target.mkdir(parents=True, exist_ok=True)
        yield Directory(target)
        return
    descriptor = os.open(top, _DIRECTORY)
    try:
        walked = top
        for name in target.relative_to(top).parts:
            here, walked = Directory(walked, descriptor), walked / name
            below = _below(here, name, make)
            os.close(descriptor)
            descriptor = below
        yield Directory(target, descriptor)
    finally:
        os.close(descriptor)


def _below(here: Directory, name: str, make: bool) -> int:
    try:
        return here.open(name, _DIRECTORY)
    except FileNotFoundError:
        if not make:
            raise
    try:
        here.mkdir(name)
    except FileExistsError:
        return here.open(name, _DIRECTORY)  # another worker was faster
    return here.open(name, _DIRECTORY)
