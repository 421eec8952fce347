"""Files that an operation may read or write: only inside the directories that the configuration allows."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from .errors import ConfigError, InvalidInput, OperationDenied

LONGEST_NAME = 200
"""Bytes of a file's name in UTF-8; file systems take 255."""

TEMPORARY = ".outlook-"
"""What the names of half-written files begin with."""

_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10)),
}
"""Names that Windows keeps for devices, whatever their suffix.
https://learn.microsoft.com/windows/win32/fileio/naming-a-file"""

_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
_APPENDING = os.O_RDWR | os.O_CREAT | os.O_APPEND
_ALWAYS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Files:
    """Files below ``allowed`` directories. Links are resolved first, so none leads out."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        try:
            self._allowed = tuple(Path(directory).expanduser().resolve() for directory in allowed)
        except (OSError, RuntimeError, ValueError):
            problem = {"pointer": "/files/allow", "message": "must be directories"}
            raise ConfigError(
                "The connection configuration is not valid: files.allow must be directories.",
                details={"problems": [problem]},
            ) from None

    def open(self, path: str) -> tuple[BinaryIO, int]:
        """A file to read, and its size in bytes. Raises ``OperationDenied``, or ``ValueError`` if unreadable."""
        descriptor, found = self._opened(path, _READING, "read")
        return os.fdopen(descriptor, "rb"), found.st_size

    def appending(self, path: str) -> BinaryIO:
        """A file to read, and to write at its end; made where there is none. Raises as ``replacing`` does."""
        try:
            return os.fdopen(self._opened(path, _APPENDING, "written")[0], "r+b")
        except ValueError as error:
            raise InvalidInput.of([("/saveTo", str(error))]) from None

    def directory(self, path: str) -> str:
        """The directory, made where there is none. Raises ``OperationDenied`` or ``InvalidInput``."""
        target = self._inside(path)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_write(path, error) from None
        return str(self._inside(path))

    def _opened(self, path: str, flags: int, use: str) -> tuple[int, os.stat_result]:
        file = self._inside(path)
        try:
            descriptor = os.open(file, flags | _ALWAYS, 0o600)
        except OSError as error:
            raise ValueError(f"cannot be {use}: {error.strerror}") from None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise ValueError(f"cannot be {use}: it is not a plain file")
            self._check_still_inside(path, found)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor, found

    @contextmanager
    def replacing(self, path: str, temporary: str = TEMPORARY) -> Iterator[BinaryIO]:
        """A file to write: it takes its name only when all was written, and leaves nothing behind otherwise, unless
        the process is killed. Until then its name begins with ``temporary``."""
        target = self._inside(path)
        try:
            with NamedTemporaryFile(dir=target.parent, prefix=temporary, delete=False) as stream:
                yield from _kept(cast("BinaryIO", stream), Path(stream.name), target)
        except OSError as error:
            raise _cannot_write(path, error) from None

    def place(self, directory_or_file: str, name: str) -> str:
        """Where to write: the file that was named; in a directory, ``name`` made safe, and numbered where a file of
        that name is there already."""
        target = self._inside(directory_or_file)
        if not target.is_dir():
            return str(target)
        safe = Path(safe_name(name))
        numbered = (f"{safe.stem} ({number}){safe.suffix}" for number in count(1))
        free = next(one for one in chain([safe.name], numbered) if not (target / one).exists())
        return str(target / free)

    def _check_still_inside(self, path: str, opened: os.stat_result) -> None:
        """A directory may have been exchanged for a link while the file was opened."""
        now = self._inside(path).stat()
        if (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino):
            raise ValueError("cannot be used: it was exchanged while it was opened")

    def _inside(self, path: str) -> Path:
        try:
            file = Path(path).expanduser().resolve()
        except (OSError, RuntimeError, ValueError):
            raise ValueError("must be the path of a file") from None
        if any(file == directory or directory in file.parents for directory in self._allowed):
            return file
        raise OperationDenied(
            f"This connection does not allow the file {path}: it is not inside a directory of files.allow.",
            details={"rule": "files.allow", "path": path},
        )


def _kept(stream: BinaryIO, written: Path, target: Path) -> Iterator[BinaryIO]:
    try:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def _cannot_write(path: str, error: OSError) -> InvalidInput:
    return InvalidInput.of([("/saveTo", f"cannot be written: {error.strerror or 'the path is not usable'}")])


def safe_name(name: str, fallback: str = "attachment") -> str:
    """A name from elsewhere as a file's name on every system: no directories, no control characters, not hidden, not
    empty, not a device, not too long; its end, with the suffix, is what is kept."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(char if char.isprintable() and char not in '<>:"|?*' else "_" for char in last)
    short = clean.strip(" .").encode()[-LONGEST_NAME:].decode("utf-8", "ignore").strip(" .")
    device = short.partition(".")[0].strip().lower() in _DEVICES
    return f"_{short}" if device else short or fallback
