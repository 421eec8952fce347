"""A collection as it comes, one JSON value a line: https://github.com/ndjson/ndjson-spec"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
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
    batches = _batches(items, workers)
    first = await anext(batches)
    if first.error and not first.items:
        raise first.error
    return StreamingResponse(_lines(first, batches), headers=UNKEPT, media_type=NDJSON)


def batch(
    items: Iterator[dict[str, Any]],
    clock: Callable[[], float] = time.monotonic,
    found: list[dict[str, Any]] | None = None,
) -> Batch:
    """The next items, in ``found``, from which another thread may take them meanwhile; fewer where they are slow to
    come."""
    found = [] if found is None else found
    until = clock() + SOON
    try:
        for count, item in enumerate(items, 1):
            found.append(item)
            if count == MOST or clock() > until:
                return Batch(found, more=True)
    except ConnectorError as error:
        return Batch(found, error=error)
    return Batch(found)


async def _batches(items: Iterator[dict[str, Any]], workers: Workers) -> AsyncGenerator[Batch]:
    """All of them; what is there does not wait for a next item that takes long."""
    more = True
    while more:
        found: list[dict[str, Any]] = []
        task = asyncio.ensure_future(workers.run(partial(batch, items, found=found)))
        try:
            while not (await asyncio.wait({task}, timeout=SOON))[0]:
                taken = found[:]
                del found[: len(taken)]
                if taken:
                    yield Batch(taken, more=True)
        finally:
            task.cancel()
        now = task.result()
        more = now.more
        yield now


async def _lines(now: Batch, batches: AsyncIterator[Batch]) -> AsyncIterator[bytes]:
    while True:
        for piece in _pieces(now.items):
            yield piece
        if not now.more:
            break
        try:
            now = await anext(batches)
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
