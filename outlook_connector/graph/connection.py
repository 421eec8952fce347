"""Connections whose answers end in time, and whose failures say whether anything was sent.

A socket's timeout, and so urllib3's and requests', begins anew with every byte that comes: a server that sends one now
and then would outlast a call. https://docs.python.org/3/library/socket.html#notes-on-socket-timeouts
"""

import io
import re
import socket
import ssl
import time
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any

from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import SKIP_HEADER

from . import head
from .trust import Trust

RECORD = 1 << 15
"""Bytes that are asked for at a time: TLS gives 16 KiB at most, so that nothing is read in halves.
https://www.rfc-editor.org/rfc/rfc8446#section-5.1"""


SWITCHING = 101
_PLAIN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [ -~]*").fullmatch
"""A header's line. https://www.rfc-editor.org/rfc/rfc9110#section-5.5"""


class _Timed(io.RawIOBase):
    """A socket's bytes until a moment; without one, as they come."""

    def __init__(self, stream: io.RawIOBase, connection: socket.socket) -> None:
        self._stream, self._connection = stream, connection
        self._decrypted: Any = connection.read if isinstance(connection, ssl.SSLSocket) else None
        self._longest = self._present = connection.gettimeout()
        self._until: float | None = None

    def limit(self, seconds: float | None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._until is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took longer than its time")
            self._wait_at_most(left if self._longest is None else min(left, self._longest))
        if self._decrypted is None:
            return self._stream.readinto(buffer)
        count: int = self._decrypted(len(buffer), buffer)  # what the stream comes to, two calls later
        return count

    def _wait_at_most(self, seconds: float) -> None:
        """Or a hundredth longer: each change is a call of the system, which lets go of the interpreter's lock."""
        if self._present is None or not seconds <= self._present <= seconds * 1.01:
            self._connection.settimeout(seconds)
            self._present = seconds

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer whose head, however many lines it has, must be there within the connection's timeout."""

    def __init__(self, connection: socket.socket, *given: Any, **named: Any) -> None:
        super().__init__(connection, *given, **named)
        self.timed = _Timed(self.fp.detach(), connection)
        self.timed.limit(connection.gettimeout())
        self.fp = io.BufferedReader(self.timed, RECORD)

    def begin(self) -> None:
        """Reads up to the head of the answer itself: http.client takes another interim one than 100 for it.
        https://www.rfc-editor.org/rfc/rfc9110#section-15.2"""
        head.begin(self)
        while self.headers is not None and 100 < self.status < 200:
            if self.status == SWITCHING:
                raise HTTPException("the server changes to a protocol that nobody has asked for")
            self.headers = self.msg = None  # type: ignore[assignment]  # as http.client has it before it begins
            head.begin(self)
        self.timed.limit(None)


class Connection(HTTPSConnection):
    """One to a server, as urllib3 makes and keeps it."""

    _answer: _Answer | None = None
    _ready = False

    def connect(self) -> None:
        """Raises ``NewConnectionError`` or ``ConnectTimeoutError`` for whatever fails before a request is sent, the
        trust in a certificate aside, which has its own name."""
        self._ready = False
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no TLS connection in time") from error
        except (ConnectionError, ssl.SSLError) as error:
            raise NewConnectionError(self, f"no TLS connection ({type(error).__name__})") from error
        self._ready = True

    @property
    def has_connected_to_proxy(self) -> bool:
        """urllib3 forgets this when a connection breaks, and then takes a lost answer for a proxy out of reach."""
        return self._ready or super().has_connected_to_proxy

    def putheader(self, header: Any, *values: Any) -> None:
        """As urllib3 and http.client do it, who look at each part by itself, where it is one plain line."""
        texts = len(values) == 1 and isinstance(header, str) and isinstance(values[0], str)
        line = f"{header}: {values[0]}" if texts else ""
        if _PLAIN(line) and values[0] != SKIP_HEADER:
            self._output(line.encode("ascii"))  # type: ignore[attr-defined]  # http.client's own
        else:
            super().putheader(header, *values)

    def response_class(self, *given: Any, **named: Any) -> _Answer:  # type: ignore[override]  # called, as the class was
        self._answer = _Answer(*given, **named)
        return self._answer

    def readinto(self, buffer: memoryview) -> int:
        """Bytes of the present answer's body as they come, without a copy: as many as there is room for, or are left.
        Raises ``OSError`` or ``HTTPException`` where it breaks off."""
        answer = self._answer
        count = answer.readinto(buffer) if answer is not None else 0
        if answer is not None and not count and answer.length:
            raise IncompleteRead(b"", answer.length)
        return count

    def limit(self, seconds: float | None) -> None:
        """What is left of the present answer has to come within ``seconds``; ``None`` lifts that."""
        if self._answer is not None:
            self._answer.timed.limit(seconds)


class Trusting(HTTPSConnectionPool):
    """A pool whose new connections trust whom the session trusts by then."""

    trust: Trust | None = None

    def _new_conn(self) -> Any:
        if self.trust is not None:
            self.conn_kw["ssl_context"] = self.trust.context()
        return super()._new_conn()


class Pool(Trusting):
    """urllib3's, with these connections."""

    ConnectionCls = Connection


def own(kind: type[HTTPSConnectionPool]) -> type[HTTPSConnectionPool]:
    """The pools of ``kind`` with these connections, which go the way that those of ``kind`` go: through SOCKS, say."""
    if kind is HTTPSConnectionPool:
        return Pool
    made: Any = kind.ConnectionCls
    if issubclass(made, Connection):
        return kind
    connections = type(made.__name__, (Connection, made), {})
    return type(kind.__name__, (Trusting, kind), {"ConnectionCls": connections})
