"""A collection as it comes, one JSON value a line: https://github.com/ndjson/ndjson-spec"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from ...errors import ConnectorError
from .answers import NDJSON, json_bytes, told
from .workers import Workers

MOST = 200
SOON = 0.05
"""Items that are sent in one piece at most, and seconds after which what is there is sent."""

PIECE = 65_536
"""Bytes that are sent at once."""

Batch = tuple[list[dict[str, Any]], bool]


async def stream(items: Iterator[dict[str, Any]], workers: Workers) -> Response:
    """The answer that sends ``items``. The first are asked for before it begins, so that an error with them has a
    status of its own; a later one is the last line, ``{"error": {...}}``."""
    first = await workers.run(lambda: batch(items))
    return StreamingResponse(_lines(items, first, workers), media_type=NDJSON)


def batch(items: Iterator[dict[str, Any]], clock: Callable[[], float] = time.monotonic) -> Batch:
    """The next items, and whether there may be more; stops early where they are slow to come."""
    found: list[dict[str, Any]] = []
    until = clock() + SOON
    for item in items:
        found.append(item)
        if len(found) == MOST or clock() > until:
            return found, True
    return found, False


async def _lines(items: Iterator[dict[str, Any]], first: Batch, workers: Workers) -> AsyncIterator[bytes]:
    found, more = first
    try:
        for piece in _pieces(found):
            yield piece
        while more:
            found, more = await workers.run(lambda: batch(items))
            for piece in _pieces(found):
                yield piece
    except ConnectorError as error:
        yield json_bytes(told(error)) + b"\n"


def _pieces(values: list[dict[str, Any]]) -> Iterator[bytes]:
    """What a slow client can take within its time."""
    text = b"".join(json_bytes(value) + b"\n" for value in values)
    for begin in range(0, len(text), PIECE):
        yield text[begin : begin + PIECE]
