"""HTTP/1.1 for clients that cannot be trusted to be quick: whoever sends or takes nothing for long is cut off."""

import asyncio
import socket
import struct
from operator import itemgetter
from typing import Any, ClassVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers, or of what is beside the content of a body in chunks, on end."""
MOST_QUEUED = 100
"""Requests that a connection has sent ahead while one before them is answered."""
IDLE = 75
"""Seconds that a connection is kept for its next request: longer than proxies usually keep theirs."""
TRANSPORT = "outlook.transport"


class Impatient(HttpToolsProtocol):
    """uvicorn's protocol for clients that may hang. The head of a request has to be there within ``patience`` seconds
    from its first byte, and not be too large; a connection needs one within ``patience`` seconds from its beginning,
    and another within ``IDLE`` seconds from the answer before. Of an answer, some has to be taken in each ``patience``
    seconds. Where there are ``most`` connections, a new one ends one that is idle.

    ``beneath`` is the transport that carries TLS, where there is TLS.

    Trailer fields are headers to nobody: https://www.rfc-editor.org/rfc/rfc9110#section-6.5.1
    """

    patience: ClassVar[float] = 30.0
    most: ClassVar[int] = 1000
    beneath: Any = None
    _alarm: asyncio.TimerHandle | None = None
    _beside = 0
    _left = 0
    _headed = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await(self.patience)
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        awaited = self._alarm is not None and not self._drains()
        if awaited and not self._beside:
            self._await(self.patience)
        self._beside += len(data)
        super().data_received(data)
        if self._beside > LARGEST_HEAD or len(self.pipeline) > MOST_QUEUED:
            cut_off(self.transport)

    def on_message_begin(self) -> None:
        self._headed = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._headed:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._beside = 0
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        self._calm()
        self._beside, self._headed = 0, True
        extensions: dict[str, Any] = {TRANSPORT: self.transport}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline:
            self._left = self.transport.get_write_buffer_size()
            self._await(self.patience if self._left or self._drains() else IDLE)

    def shutdown(self) -> None:
        """A connection over TLS that is idle does not wait for the client's own goodbye, which few say unasked."""
        idle = self.cycle is None or self.cycle.response_complete
        super().shutdown()
        if idle and self.beneath is not None and not self.beneath.get_write_buffer_size():
            self.transport.abort()

    def _make_room(self) -> None:
        """Ends the connection that would be ended next for being idle; where all have a call under way, this one."""
        others = (one for one in self.connections if isinstance(one, Impatient) and one is not self)
        idle = [(one._alarm.when(), one) for one in others if one._alarm is not None]
        chosen = min(idle, key=itemgetter(0))[1] if idle else self
        self.connections.discard(chosen)
        cut_off(chosen.transport)

    def _await(self, seconds: float) -> None:
        self._calm()
        self._alarm = self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        before, self._left = self._left, self.transport.get_write_buffer_size()
        if self._left >= before > 0:
            cut_off(self.transport)
        elif before:
            self._await(self.patience if self._left else IDLE)
        else:
            self.transport.close()

    def _calm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _drains(self) -> bool:
        """Whether a body still comes in whose request has been answered already."""
        return self.cycle is not None and self.cycle.more_body


def protocol(patience: float, most: int) -> type[Impatient]:
    """The protocol for one server, which has ``most`` connections at once."""
    return type("Impatient", (Impatient,), {"patience": patience, "most": most})


def cut_off(transport: Any) -> None:
    """Ends a connection at once; the system too forgets what it still had to send."""
    found = transport.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def impatient(app: ASGIApp, patience: float) -> ASGIApp:
    """The same application, whose answers have to be taken: a client that takes nothing for ``patience`` seconds is
    cut off, and what was to come for it is given up."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            try:
                async with asyncio.timeout(patience):
                    await send(message)
            except TimeoutError:
                transport = scope.get("extensions", {}).get(TRANSPORT)
                if transport is not None:
                    cut_off(transport)
                raise ClientGone from None

        await app(scope, receive, sending)

    return guarded


class ClientGone(Exception):
    """The client took nothing of its answer for too long."""
