"""TLS for clients that may hang: a connection counts, and may be ended, from the moment that it is taken.

asyncio's servers tell nobody of a connection before its handshake is through, so that any number could be open without
one: https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.start_tls
"""

import asyncio
import ssl
from typing import Any, ClassVar

from ..protocol import Impatient, cut_off


class Handshakes:
    """Those under way: ``most`` at once, of which the oldest goes for a new one, for ``patience`` seconds each."""

    def __init__(self, context: ssl.SSLContext, patience: float, most: int) -> None:
        self._context, self._patience, self._most = context, patience, most
        self._open: dict[Any, asyncio.Task[None]] = {}

    def begin(self, transport: Any, inner: Impatient) -> None:
        """``inner`` gets the connection once it is secured."""
        self._open[transport] = asyncio.ensure_future(self._shaken(transport, inner))
        if len(self._open) > self._most:
            oldest = next(iter(self._open))
            self._open.pop(oldest)
            if not oldest.is_closing():
                cut_off(oldest)

    async def _shaken(self, transport: Any, inner: Impatient) -> None:
        early = _Early()
        shaking = asyncio.get_running_loop().start_tls(
            transport, early, self._context, server_side=True, ssl_handshake_timeout=self._patience
        )
        try:
            secured = await shaking
        except OSError:  # of which those of ssl are; the connection is closed
            return
        finally:
            self._open.pop(transport, None)
        if secured is not None:
            inner.beneath = transport
            early.hand_over(secured, inner)


class Secured(asyncio.Protocol):
    """A new connection, which begins with a handshake."""

    inner: ClassVar[type[Impatient]]
    handshakes: ClassVar[Handshakes]

    def __init__(self, **made_with: Any) -> None:
        self._inner = self.inner(**made_with)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.handshakes.begin(transport, self._inner)


class _Early(asyncio.Protocol):
    """Keeps what comes with the handshake's last message, before the inner protocol has its connection."""

    def __init__(self) -> None:
        self._found: list[bytes] = []
        self._lost = False
        self._inner: asyncio.Protocol | None = None

    def data_received(self, data: bytes) -> None:
        self._found.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def hand_over(self, transport: Any, inner: Impatient) -> None:
        if self._lost:
            return
        self._inner = inner
        transport.set_protocol(inner)
        inner.connection_made(transport)
        for data in self._found:
            inner.data_received(data)


def secured(inner: type[Impatient], context: ssl.SSLContext, patience: float, most: int) -> type[Secured]:
    """The protocol ``inner`` of one server over TLS, with so many handshakes at once."""
    return type("Secured", (Secured,), {"inner": inner, "handshakes": Handshakes(context, patience, most)})
