"""Connections whose answers end in time, and whose failures say whether anything was sent.

A socket's timeout, and so urllib3's and requests', begins anew with every byte that comes: a server that sends one now
and then would outlast a call. https://docs.python.org/3/library/socket.html#notes-on-socket-timeouts
"""

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException, IncompleteRead
from typing import Any

from urllib3 import HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import SKIP_HEADER

from . import head
from .trust import Trust

RECORD = 1 << 15
"""Bytes that are asked for at a time: TLS gives 16 KiB at most, so that nothing is read in halves.
https://www.rfc-editor.org/rfc/rfc8446#section-5.1"""


SWITCHING = 101
_PLAIN = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [ -~]*\r\n)+").fullmatch
"""Lines of headers. https://www.rfc-editor.org/rfc/rfc9110#section-5.5"""


class _Timed(io.RawIOBase):
    """A socket's bytes until a moment; without one, as they come."""

    def __init__(self, stream: io.RawIOBase, connection: socket.socket) -> None:
        self._stream, self._connection = stream, connection
        self._decrypted: Any = connection.read if isinstance(connection, ssl.SSLSocket) else None
        self._longest = connection.gettimeout()
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
            self._connection.settimeout(left if self._longest is None else min(left, self._longest))
        if self._decrypted is None:
            return self._stream.readinto(buffer)
        count: int = self._decrypted(len(buffer), buffer)  # what the stream comes to, two calls later
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(http.client.HTTPResponse):
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

    patience: float | None = None
    """Seconds for a connection to be there, where its requests and answers have more."""
    _answer: _Answer | None = None
    _asked: Mapping[str, Any] = {}
    _ready = False

    def connect(self) -> None:
        """Raises ``NewConnectionError`` or ``ConnectTimeoutError`` for whatever fails before a request is sent, the
        trust in a certificate aside, which has its own name."""
        self._ready, whole = False, self.timeout
        self.timeout = min(self.patience or whole, whole) if whole else self.patience
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no TLS connection in time") from error
        except (ConnectionError, ssl.SSLError) as error:
            raise NewConnectionError(self, f"no TLS connection ({type(error).__name__})") from error
        finally:
            self.timeout = whole
        self._ready = True

    @property
    def has_connected_to_proxy(self) -> bool:
        """urllib3 forgets this when a connection breaks, and then takes a lost answer for a proxy out of reach."""
        return self._ready or super().has_connected_to_proxy

    def request(  # type: ignore[override]  # urllib3's signature, which is another than http.client's
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        chunked: bool = False,
        **options: Any,
    ) -> None:
        """As urllib3 and http.client do it, who look at each header by itself, where all are plain lines that say how
        much is sent."""
        self._asked = {"request_method": method, "request_url": url, **options}
        lines = _lines(headers or {})
        told = body is None or (isinstance(body, bytes) and "Content-Length: " in lines)
        if chunked or not told or not lines:
            super().request(method, url, body, headers, chunked=chunked, **options)
            return
        self.sock.settimeout(self.timeout)
        self.putrequest(method, url, skip_accept_encoding=True)
        self._output(lines[:-2].encode("ascii"))  # type: ignore[attr-defined]  # http.client's own
        self.endheaders(body)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3's, as there
        """As urllib3 does it, whose second look at the head finds nothing where ``head`` has read it."""
        self.sock.settimeout(self.timeout)
        shutdown = getattr(self.sock, "shutdown", None)
        answer = http.client.HTTPConnection.getresponse(self)
        return HTTPResponse(
            body=answer,
            headers=HTTPHeaderDict(head.in_one_line(answer.headers)),
            status=answer.status,
            version=answer.version,
            version_string="HTTP/1.1",
            reason=answer.reason,
            original_response=answer,
            sock_shutdown=shutdown,
            **self._asked,
        )

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


def _lines(headers: Mapping[str, str]) -> str:
    """One for each header; none where one is not plain, is to be left out, or would come to two."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    each_one = lines.count("\r\n") == len(headers) and ":" not in "".join(headers)
    return lines if each_one and _PLAIN(lines) and SKIP_HEADER not in lines else ""


class Trusting(HTTPSConnectionPool):
    """A pool whose new connections trust whom the session trusts by then, and are there within its ``patience``."""

    trust: Trust | None = None
    patience: float | None = None

    def _new_conn(self) -> Any:
        if self.trust is not None:
            self.conn_kw["ssl_context"] = self.trust.context()
        made: Any = super()._new_conn()
        made.patience = self.patience
        return made


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
