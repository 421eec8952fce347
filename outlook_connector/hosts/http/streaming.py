"""A collection as it comes, one JSON value a line: https://github.com/ndjson/ndjson-spec"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response, StreamingResponse

from ...errors import ConnectorError
from .answers import NDJSON, UNKEPT, json_bytes, told
from .refusals import RequestRefused, stopped
from .workers import Workers

MOST = 200
SOON = 0.05
"""Items that are sent in one piece at most, and seconds after which what is there is sent."""

PIECE = 65_536
"""Bytes that are sent at once."""


@dataclass(frozen=True)
class Batch:
    """Items, whether there may be more, and the error that ended them."""

    items: list[dict[str, Any]]
    more: bool = False
    error: ConnectorError | None = None


async def stream(items: Iterator[dict[str, Any]], workers: Workers) -> Response:
    """The answer that sends ``items``. The first are asked for before it begins, so that an error with them has a
    status of its own; a later one is the last line, ``{"error": {...}}``."""
    first = await workers.run(lambda: batch(items))
    if first.error and not first.items:
        raise first.error
    return StreamingResponse(_lines(items, first, workers), headers=UNKEPT, media_type=NDJSON)


def batch(items: Iterator[dict[str, Any]], clock: Callable[[], float] = time.monotonic) -> Batch:
    """The next items; fewer where they are slow to come."""
    found: list[dict[str, Any]] = []
    until = clock() + SOON
    try:
        for item in items:
            found.append(item)
            if len(found) == MOST or clock() > until:
                return Batch(found, more=True)
    except ConnectorError as error:
        return Batch(found, error=error)
    return Batch(found)


async def _lines(items: Iterator[dict[str, Any]], now: Batch, workers: Workers) -> AsyncIterator[bytes]:
    while True:
        for piece in _pieces(now.items):
            yield piece
        if not now.more:
            break
        try:
            now = await workers.run(lambda: batch(items))
        except RequestRefused as error:
            now = Batch([], error=error)
        except asyncio.CancelledError:
            now = Batch([], error=stopped())
    if now.error:
        yield json_bytes(told(now.error)) + b"\n"


def _pieces(values: list[dict[str, Any]]) -> Iterator[bytes]:
    """What a slow client can take within its time."""
    text = b"".join(json_bytes(value) + b"\n" for value in values)
    for begin in range(0, len(text), PIECE):
        yield text[begin : begin + PIECE]
