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
        file = self._inside(path)
        flags = (
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0)
        )
        try:
            descriptor = os.open(file, flags)
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise ValueError("cannot be read: it is not a plain file")
            self._check_still_inside(path, found)
            return os.fdopen(descriptor, "rb"), found.st_size
        except BaseException:
            os.close(descriptor)
            raise

    @contextmanager
    def replacing(self, path: str) -> Iterator[BinaryIO]:
        """A file to write: it takes its name only when all was written, and leaves nothing behind otherwise."""
        target = self._inside(path)
        try:
            with NamedTemporaryFile(dir=target.parent, prefix=".outlook-", delete=False) as stream:
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
            raise ValueError("cannot be read: it was exchanged while it was opened")

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


def safe_name(name: str) -> str:
    """An attachment's name as a file's name: no directories, no control characters, not hidden, not empty."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(char if char.isprintable() and char not in '<>:"|?*' else "_" for char in last).strip(
        " ."
    )
    return clean[-LONGEST_NAME:] or "attachment"
