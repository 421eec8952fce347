"""Bytes on their way into a file: all of them, in their order, and an error where the file takes no more."""

import hashlib
import io
import threading
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from outlook_connector.operations.writing import BATCH, LASTING, WrittenAhead

PIECE = 300_000


def pieces(size: int) -> list[bytes]:
    whole, rest = divmod(size, PIECE)
    return [bytes([number % 251]) * PIECE for number in range(whole)] + [b"z" * rest]


def full_of_zeros(buffer: memoryview) -> int:
    """More than any file holds."""
    return len(buffer)


@pytest.mark.parametrize("size", [0, 1, BATCH, BATCH + 1, 2 * LASTING + 12_345])
@pytest.mark.parametrize("lasting", [False, True])
def test_every_byte_is_there_when_the_block_ends(size: int, lasting: bool) -> None:
    heard: list[int] = []
    source = io.BytesIO(b"".join(pieces(size))).readinto
    with TemporaryFile() as file:
        with WrittenAhead(file, lambda unit, done, total: heard.append(done), lasting=lasting) as written:
            while written.more(source):
                pass
        file.seek(0)
        content = file.read()
    assert content == b"".join(pieces(size))
    assert written.size == size
    assert written.digest.hexdigest() == hashlib.sha256(content).hexdigest()
    assert heard[-1:] == [size][: size > 0]


def test_a_disk_that_is_full_is_an_error_and_ends_the_thread() -> None:
    before = threading.active_count()
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="space"),
        WrittenAhead(Behind(full)) as written,
    ):
        while written.more(full_of_zeros):
            pass
    assert threading.active_count() == before


def test_an_error_of_the_caller_ends_the_thread_too() -> None:
    before = threading.active_count()
    with TemporaryFile() as file, pytest.raises(KeyError), WrittenAhead(file, lasting=True) as written:
        while written.size < 3 * LASTING:
            written.more(full_of_zeros)
        raise KeyError
    assert threading.active_count() == before


def test_a_disk_that_fails_on_the_way_is_an_error_when_the_block_ends() -> None:
    """The system tells of it once: whoever asks it again hears that all is well."""
    before = threading.active_count()
    with (
        Path("/dev/null").open("wb") as unkept,  # nothing that a disk could keep: fsync refuses it
        pytest.raises(OSError, match="argument"),
        WrittenAhead(unkept, lasting=True) as written,
    ):
        while written.size < LASTING:
            written.more(full_of_zeros)
    assert threading.active_count() == before


class Behind:
    """A file that takes the first megabytes, and then none."""

    def __init__(self, full: Any) -> None:
        self._full, self._taken = full, 0

    def write(self, piece: bytes) -> int:
        self._taken += len(piece)
        return len(piece) if self._taken <= BATCH else self._full.write(piece)
