"""Files that an operation may read or write: only inside the directories that the configuration allows."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from .errors import OperationDenied

LONGEST_NAME = 200


class Files:
    """Files below ``allowed`` directories. Links are resolved first, so none leads out."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = tuple(Path(directory).expanduser().resolve() for directory in allowed)

    def open(self, path: str) -> tuple[BinaryIO, int]:
        """A file to read, and its size in bytes. Raises ``OperationDenied``, or ``ValueError`` if unreadable."""
        file = self._inside(path)
        try:
            descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            stream = os.fdopen(descriptor, "rb")
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        return stream, os.fstat(descriptor).st_size

    @contextmanager
    def replacing(self, path: str) -> Iterator[BinaryIO]:
        """A file to write: it takes its name only when all was written, and leaves nothing behind otherwise."""
        target = self._inside(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".outlook-", delete=False) as stream:
            try:
                yield cast("BinaryIO", stream)
                stream.flush()
                os.fsync(stream.fileno())
                Path(stream.name).replace(target)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise

    def place(self, directory_or_file: str, name: str) -> str:
        """Where to write: ``name`` made safe in a directory, or the file that was named."""
        target = self._inside(directory_or_file)
        return str(target / safe_name(name)) if target.is_dir() else str(target)

    def _inside(self, path: str) -> Path:
        file = Path(path).expanduser().resolve()
        if any(file == directory or directory in file.parents for directory in self._allowed):
            return file
        raise OperationDenied(
            f"This connection does not allow the file {path}: it is not inside a directory of files.allow.",
            details={"rule": "files.allow", "path": path},
        )


def safe_name(name: str) -> str:
    """An attachment's name as a file's name: no directories, no control characters, not hidden, not empty."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(char if char.isprintable() and char not in '<>:"|?*' else "_" for char in last).strip(
        " ."
    )
    return clean[-LONGEST_NAME:] or "attachment"
