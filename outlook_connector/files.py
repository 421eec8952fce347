"""Files that an operation may read or write: only inside the directories that the configuration allows."""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import ConfigError, ConnectorError, InvalidInput, OperationDenied

if TYPE_CHECKING:
    from .directories import Directory

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

_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
"""What ails the disk, not the path."""

_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
_APPENDING = os.O_RDWR | os.O_CREAT | os.O_APPEND
_CREATING = os.O_RDWR | os.O_CREAT | os.O_EXCL


class Files:
    """Files below ``allowed`` directories. Links are resolved first, so none leads out, and none that comes in between
    is followed (see ``directories``)."""

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
        try:
            descriptor, found = self._opened(path, _READING, "read")
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        return os.fdopen(descriptor, "rb"), found.st_size

    def appending(self, path: str) -> BinaryIO:
        """A file to read, and to write at its end; made where there is none. Raises as ``replacing`` does."""
        try:
            return os.fdopen(self._opened(path, _APPENDING, "written")[0], "r+b")
        except ValueError as error:
            raise InvalidInput.of([("/saveTo", str(error))]) from None
        except OSError as error:
            raise _cannot_write(path, error) from None

    def directory(self, path: str) -> str:
        """The directory, made where there is none. Raises ``OperationDenied`` or ``InvalidInput``."""
        target, top = self._inside(path)
        try:
            with _reached(top, target, make=True):
                return str(target)
        except OSError as error:
            raise _cannot_write(path, error) from None

    def _opened(self, path: str, flags: int, use: str) -> tuple[int, os.stat_result]:
        file, top = self._inside(path)
        with _reached(top, _parent(file, top)) as directory:
            descriptor = directory.open(file.name, flags)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise ValueError(f"cannot be {use}: it is not a plain file")
        return descriptor, found

    @contextmanager
    def replacing(self, path: str, temporary: str = TEMPORARY) -> Iterator[BinaryIO]:
        """A file to write: it takes its name only when all was written, and leaves nothing behind otherwise, unless
        the process is killed. Until then its name begins with ``temporary``."""
        target, top = self._inside(path)
        try:
            with _reached(top, _parent(target, top)) as directory:
                name = temporary + secrets.token_hex(8)
                stream = os.fdopen(directory.open(name, _CREATING), "w+b")
                with stream:
                    yield from _kept(stream, directory, name, target.name)
        except OSError as error:
            raise _cannot_write(path, error) from None

    def place(self, directory_or_file: str, name: str) -> str:
        """Where to write: the file that was named; in a directory, ``name`` made safe, and numbered where a file of
        that name is there already."""
        target, _ = self._inside(directory_or_file)
        if not target.is_dir():
            return str(target)
        safe = Path(safe_name(name))
        numbered = (f"{safe.stem} ({number}){safe.suffix}" for number in count(1))
        free = next(one for one in chain([safe.name], numbered) if not (target / one).exists())
        return str(target / free)

    def _inside(self, path: str) -> tuple[Path, Path]:
        """The path with all its links followed, and the allowed directory that it is in."""
        try:
            file = Path(path).expanduser().resolve()
        except (OSError, RuntimeError, ValueError):
            raise ValueError("must be the path of a file") from None
        for directory in self._allowed:
            if file == directory or directory in file.parents:
                return file, directory
        raise OperationDenied(
            f"This connection does not allow the file {path}: it is not inside a directory of files.allow.",
            details={"rule": "files.allow", "path": path},
        )


def _reached(top: Path, place: Path, *, make: bool = False) -> "AbstractContextManager[Directory]":
    from .directories import reached  # late: most calls touch no file

    return reached(top, place, make=make)


def _parent(file: Path, top: Path) -> Path:
    """Where a file's name stands; the allowed directory itself is no file."""
    if file == top:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return file.parent


def _kept(stream: BinaryIO, directory: "Directory", written: str, name: str) -> Iterator[BinaryIO]:
    try:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        directory.rename(written, name)
    except BaseException:
        with suppress(FileNotFoundError):
            directory.unlink(written)
        raise


@contextmanager
def storing(path: str) -> Iterator[None]:
    """What the file system refuses within becomes a ``ConnectorError`` that names ``path``."""
    try:
        yield
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: str, error: OSError) -> ConnectorError:
    """A full or failing disk is no fault of the input: the same call works once there is room."""
    told = error.strerror or "the path is not usable"
    if error.errno in _PASSING:
        return ConnectorError(
            f"{path} could not be written: {told}. Make room, or mend the disk, and repeat the call.",
            code="storageFailed",
            retryable=True,
            details={"path": path},
        )
    return InvalidInput.of([("/saveTo", f"cannot be written: {told}")])


def safe_name(name: str, fallback: str = "attachment") -> str:
    """A name from elsewhere as a file's name on every system: no directories, no control characters, not hidden, not
    empty, not a device, not too long; its end, with the suffix, is what is kept."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(char if char.isprintable() and char not in '<>:"|?*' else "_" for char in last)
    short = clean.strip(" .").encode()[-LONGEST_NAME:].decode("utf-8", "ignore").strip(" .")
    device = short.partition(".")[0].strip().lower() in _DEVICES
    return f"_{short}" if device else short or fallback
