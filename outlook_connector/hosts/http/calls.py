"""Operations and polls over HTTP: the body is the input, the answer the output."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...assembly import Assembly
from ...errors import OutcomeUnknown
from ...exporters.openapi_fixed import BYTES
from .answers import NDJSON, accepts, answer
from .bodies import object_of, read_body
from .connections import Connections
from .files import Files
from .metrics import Metrics
from .settings import Settings
from .streaming import stream
from .workers import Workers

CONNECTION_HEADER = "x-connection"


class Calls:
    """``POST /operations/{name}`` and ``POST /triggers/{name}/poll``."""

    def __init__(
        self, connections: Connections, workers: Workers, settings: Settings, metrics: Metrics, files: Files
    ) -> None:
        self._connections, self._workers = connections, workers
        self._settings, self._metrics, self._files = settings, metrics, files

    def routes(self) -> list[Route]:
        return [
            Route("/operations/{name}", self.invoke, methods=["POST"]),
            Route("/triggers/{name}/poll", self.poll, methods=["POST"]),
        ]

    async def invoke(self, request: Request) -> Response:
        """The operation's output; with ``Accept: application/x-ndjson`` a collection's items, one a line, and with
        ``application/octet-stream`` the file that it gives."""
        name, connection = request.path_params["name"], self._connection(request)
        given = await self._input(request)
        with self._metrics.operation(connection.connector, name), _whole():
            if accepts(request, NDJSON):
                self._files.check_target(given)
                items = await self._workers.run(partial(connection.connector.iterate, name, given))
                return await stream(items, self._workers)
            if accepts(request, BYTES):
                return await self._files.content(connection, name, given, self._workers)
            self._files.check_target(given)
            return await self._answered(partial(connection.connector.invoke, name, given))

    async def poll(self, request: Request) -> Response:
        """``{"value": [event, ...], "cursor", "more"}``, as ``Connector.poll`` gives it."""
        name, connection = request.path_params["name"], self._connection(request)
        given = await self._input(request)
        with self._metrics.operation(connection.connector, name), _whole():
            return await self._answered(partial(connection.connector.poll, name, given))

    def _connection(self, request: Request) -> Assembly:
        return self._connections.find(request.headers.get(CONNECTION_HEADER))

    async def _input(self, request: Request) -> dict[str, Any]:
        body = await read_body(request, self._settings.largest_body, self._settings.patience)
        read = partial(object_of, request.headers.get("content-type", ""), body)
        return read() if len(body) < _SMALL else await self._workers.run(read)

    async def _answered(self, call: partial[dict[str, Any]]) -> Response:
        """Made in the thread too: an answer may have megabytes."""
        return await self._workers.run(lambda: answer(call()))


@contextmanager
def _whole() -> Iterator[None]:
    """What the host's end cuts off is told as ``OutcomeUnknown``."""
    try:
        yield
    except asyncio.CancelledError:
        raise OutcomeUnknown(
            "The host was stopped before this call had ended; what it does may have been done or not.",
            details={"check": "Look in the mailbox before you repeat it."},
        ) from None


_SMALL = 64 * 1024
"""Bytes of JSON that are read in less time than a thread takes to begin."""
