"""``python -m benchmarks.scripts.parts PLACE ROUNDS``: how long a core is at work for a ``messages.list`` of 10, and at
what: it is looked at after each millisecond of work."""

import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import process_time
from types import FrameType
from typing import Any

from ..contenders import bare, connector
from ..place import Place

Work = Callable[[], Any]
EVERY = 0.001
CALLS = 500
PARTS: Mapping[str, tuple[str, ...]] = {
    "JSON, and that it is not nested without measure": ("json_reading.py",),
    "validation of the output": ("checks.py:check_output",),
    "bytes off the connection": ("ssl.py:read",),
    "urllib3 and http.client: lines and headers, TLS, the answer's head": (
        *("ssl.py", "socket.py", "/http/client.py", "/urllib3/", "graph/connection.py", "graph/head.py"),
        "graph/wire.py",
    ),
    "address, headers, request, the adapter of requests": (
        *("graph/session.py", "graph/shaping.py", "/requests/", "graph/client.py:_send"),
    ),
    "permits of the mailbox": ("graph/limits.py", "graph/client.py:_pass"),
    "the token, the cursor and its seal": (
        "/auth/",
        "graph/bearer.py",
        "paging.py:encode",
        "dispatcher.py:_place",
    ),
    "input checked, made plain and normalised; the call's context and request": (
        *("dispatcher.py:_begin", "dispatcher.py:_run"),
    ),
}
"""Part → the files, or functions of files, that are its. What is called from one of them is its too."""
REST = "the rest: deadline, retry budget, what is told of errors"


def main(place: Place, rounds: int) -> None:
    """Prints ``{"samples": {contender: seconds of a core}, "seen": {part: times}}``."""
    works = {"bare": bare.works(place)["list"], "connector": connector.works(place)["list"]}
    samples: dict[str, list[float]] = {name: [] for name in works}
    seen: Counter[str] = Counter()
    for number in range(-1, rounds):
        for name, work in works.items():
            begun = process_time()
            _repeated(work)
            if number >= 0:
                samples[name].append((process_time() - begun) / CALLS)
        with _watched(seen):
            _repeated(works["connector"])
    print(json.dumps({"samples": samples, "seen": seen}))


def _repeated(work: Work) -> None:
    for _ in range(CALLS):
        work()


@contextmanager
def _watched(seen: Counter[str]) -> Iterator[None]:
    """Counts the part of what runs, whenever this process has worked for so long."""

    def look(_: int, frame: FrameType | None) -> None:
        seen[_part(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        code = frame.f_code
        place = f"{code.co_filename}:{code.co_name}"
        for part, marks in PARTS.items():
            if any(place.endswith(mark) if ".py:" in mark else mark in place for mark in marks):
                return part
        frame = frame.f_back
    return REST


if __name__ == "__main__":
    main(Place(**json.loads(sys.argv[1])), int(sys.argv[2]))
