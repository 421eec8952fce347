"""Somebody who may write to an allowed directory exchanges its parts for links while files are read and written."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from outlook_connector import ConnectorError
from outlook_connector.directories import HELD
from outlook_connector.files import Files

SECONDS = 0.6
"""For each of the ways; the exchanges take microseconds."""

pytestmark = pytest.mark.skipif(not HELD, reason="this system cannot work relative to an open directory")


class Place:
    """An allowed directory with ``inner`` in it, and one outside that is laid out alike."""

    def __init__(self, root: Path) -> None:
        self.allowed, self.outside = root / "allowed", root / "outside"
        self.inner = self.allowed / "inner"
        for directory, text in ((self.inner, b"inside"), (self.outside, b"secret")):
            directory.mkdir(parents=True)
            (directory / "file").write_bytes(text)
        self.files = Files((str(self.allowed),))

    def exchange(self) -> None:
        """``inner`` is a link that leads out, for a moment."""
        spare = self.allowed / "spare"
        self.inner.rename(spare)
        self.inner.symlink_to(self.outside)
        self.inner.unlink()
        spare.rename(self.inner)

    def exchange_file(self) -> None:
        """So is the file."""
        spare, file = self.inner / "spare", self.inner / "file"
        with suppress(FileNotFoundError):
            file.rename(spare)
        file.symlink_to(self.outside / "file")
        file.unlink()
        with suppress(FileNotFoundError):
            spare.rename(file)


def read(place: Place) -> None:
    stream, _ = place.files.open(str(place.inner / "file"))
    with stream:
        assert stream.read() == b"inside"


def replace(place: Place) -> None:
    with place.files.replacing(str(place.inner / "new")) as stream:
        stream.write(b"x")


def append(place: Place) -> None:
    with place.files.appending(str(place.inner / "log")) as stream:
        stream.write(b"x")


def make(place: Place) -> None:
    place.files.directory(str(place.inner / "one" / "two"))
    with suppress(OSError):
        (place.inner / "one" / "two").rmdir()


@contextmanager
def attacker(work: Callable[[], None]) -> Iterator[None]:
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            with suppress(OSError):
                work()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


@pytest.mark.parametrize("way", [read, replace, append, make])
@pytest.mark.parametrize("exchanged", [Place.exchange, Place.exchange_file])
def test_nothing_outside_is_read_or_written_however_the_parts_are_exchanged(
    exchanged: Callable[[Place], None], way: Callable[[Place], None], tmp_path: Path
) -> None:
    place = Place(tmp_path)
    done = 0
    with attacker(lambda: exchanged(place)):
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with suppress(ConnectorError, ValueError):
                way(place)
                done += 1
    assert done, "it works in between"
    assert {one.name for one in place.outside.iterdir()} == {"file"}
    assert (place.outside / "file").read_bytes() == b"secret"


def test_nothing_is_left_behind_where_a_file_cannot_take_its_name(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (place.inner / "taken").mkdir()
    taken = str(place.inner / "taken")
    with pytest.raises(ConnectorError, match="/saveTo"), place.files.replacing(taken) as stream:
        stream.write(b"x")
    assert {one.name for one in place.inner.iterdir()} == {"file", "taken"}


@pytest.mark.parametrize("name", ["file", "new"])
def test_a_link_at_the_end_of_a_path_leads_nowhere_outside(name: str, tmp_path: Path) -> None:
    place = Place(tmp_path)
    (place.allowed / "link").symlink_to(place.outside / name)
    for way in (place.files.open, place.files.appending, place.files.directory):
        with pytest.raises(ConnectorError):
            way(str(place.allowed / "link"))
    assert not (place.outside / "new").exists()


def test_files_are_for_this_user_alone(tmp_path: Path) -> None:
    place = Place(tmp_path)
    replace(place)
    append(place)
    assert {(place.inner / one).stat().st_mode & 0o777 for one in ("new", "log")} == {0o600}
    assert os.listdir(place.inner)  # noqa: PTH208 - names are enough
