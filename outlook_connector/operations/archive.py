"""The directory that an export fills, and its manifest: what was written whole, so that a killed export goes on.

``manifest.jsonl`` begins with a line that says what is exported; each further line is one message that stands in
the directory: ``id``, ``folder``, ``file``, ``bytes``, ``sha256`` (of a JSON line, ``offset`` too). No line of it
holds anything that a person wrote. A line is added only once what it names is on the disk.
"""

import json
import os
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from ..errors import InvalidInput
from ..files import TEMPORARY, Files
from .locking import lock

MANIFEST = "manifest.jsonl"
LOCK = "manifest.lock"
UNFINISHED = TEMPORARY + "export-"
"""What the names of files that an export has not finished begin with: what a killed process left of them may go."""

Row = Mapping[str, Any]


class Form(Protocol):
    """The form in which messages stand in the directory."""

    def is_empty(self) -> bool:
        """Whether nothing stands there that a new export would overwrite."""

    def begin(self) -> None:
        """The rows are asked about from the first."""

    def keeps(self, row: Row) -> bool:
        """Whether the row's message stands in the directory, whole."""


class Archive:
    """The directory, held for this process alone until ``close``. Of each message that it has, 16 bytes are kept in
    memory. Rows whose message does not stand there any more are dropped, and it is written again."""

    def __init__(self, files: Files, directory: str, header: Row) -> None:
        self.directory = Path(directory)
        self.manifest = str(self.directory / MANIFEST)
        self._files = files
        self._header = dict(header)
        self._known: set[bytes] = set()
        self._lock = files.appending(str(self.directory / LOCK))
        self._stream: BinaryIO | None = None

    def open(self, form: Form) -> None:
        """Take up what is there. Raises ``InvalidInput`` where it is another export, or another is writing it."""
        try:
            lock(self._lock)
        except OSError:
            raise _refusal("is being written by another export") from None
        if not Path(self.manifest).exists():
            if not form.is_empty():
                raise _refusal(f"holds messages without their {MANIFEST}: choose another directory")
            with self._files.replacing(self.manifest, UNFINISHED) as target:
                target.write(_line(self._header))
        self._stream = self._files.appending(self.manifest)
        self._check_header()
        form.begin()
        if not all(row is not None and form.keeps(row) and self._learn(row) for row, _ in self._rows()):
            self._rewrite(form)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, message_id: str) -> bool:
        return _key(message_id) in self._known

    def add(self, row: Row) -> None:
        """A message stands in the directory from now on."""
        self._append(row)
        self._known.add(_key(row["id"]))

    def close(self) -> None:
        for stream in (self._stream, self._lock):
            if stream is not None:
                stream.close()

    def _append(self, row: Row) -> None:
        stream = self._open_stream
        stream.write(_line(row))
        to_disk(stream)

    @property
    def _open_stream(self) -> BinaryIO:
        if self._stream is None:
            raise ValueError("the archive is not open")
        return self._stream

    def _check_header(self) -> None:
        self._open_stream.seek(0)
        found = _parsed(self._open_stream.readline())
        if found is None or "export" not in found:
            raise _refusal(f"holds a {MANIFEST} that is not an export's: choose another directory")
        differing = [name for name in {**found, **self._header} if found.get(name) != self._header.get(name)]
        if differing:
            told = ", ".join(sorted(differing))
            raise _refusal(f"holds an export of something else ({told}): choose another directory")

    def _rows(self) -> Iterator[tuple[Row | None, bytes]]:
        """Each line after the first; ``None`` for one that is no row, such as the torn last one of a killed process."""
        self._open_stream.seek(0)
        self._open_stream.readline()
        for line in self._open_stream:
            yield _row(line), line

    def _learn(self, row: Row) -> bool:
        """Whether the message was not known yet; from now on it is."""
        key = _key(row["id"])
        new = key not in self._known
        self._known.add(key)
        return new

    def _rewrite(self, form: Form) -> None:
        """The manifest with the good rows alone, in the place of the old one."""
        self._known.clear()
        form.begin()
        with self._files.replacing(self.manifest, UNFINISHED) as target:
            target.write(_line(self._header))
            for row, line in self._rows():
                if row is not None and form.keeps(row) and self._learn(row):
                    target.write(line)
            self._open_stream.close()  # a file that is open cannot be replaced on Windows
        self._stream = self._files.appending(self.manifest)


def to_disk(stream: BinaryIO) -> None:
    """What was written outlasts a crash from now on."""
    stream.flush()
    os.fsync(stream.fileno())


def _line(row: Row) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _row(line: bytes) -> Row | None:
    found = _parsed(line) or {}
    whole = all(isinstance(found.get(name), str) for name in ("id", "file")) and isinstance(
        found.get("bytes"), int
    )
    return found if whole else None


def _key(message_id: str) -> bytes:
    return blake2b(message_id.encode(), digest_size=16).digest()


def _refusal(told: str) -> InvalidInput:
    return InvalidInput.of([("/saveTo", told)])
