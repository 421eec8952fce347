"""Stopping without cutting off what runs."""

import threading
from time import monotonic

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ...errors import TransportError


class Draining:
    """Counts the calls under way. The SDK's streams end at once when the server is told to stop, answered or not, so
    it is told only when they are through. Streams that a client merely listens on are not waited for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running = 0
        self._closing = False
        self._changed = threading.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
        elif self._closing:
            error = TransportError("The server is being stopped.", retryable=True)
            await JSONResponse({"error": error.to_dict()}, 503)(scope, receive, send)
        else:
            self._add(1)
            try:
                await self._app(scope, receive, send)
            finally:
                self._add(-1)

    def drain(self, seconds: float) -> None:
        """Takes no more calls, and waits for those under way, ``seconds`` at most. For another thread to call."""
        ends = monotonic() + seconds
        with self._changed:
            self._closing = True
            while self._running and (left := ends - monotonic()) > 0:
                self._changed.wait(left)

    def _add(self, number: int) -> None:
        with self._changed:
            self._running += number
            self._changed.notify_all()
