"""A proxy for tests: the connector's ``http.proxy``, through which every name of the internet leads to this process.

It is our own, and small. Toxiproxy, the usual one, is a program in Go that knows bytes only and keeps addresses of its
own, to which Graph's links would not lead; mitmproxy brings some thirty packages for what is a loop here.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import Any, Self, cast

import trustme


@dataclass(frozen=True)
class Heard:
    """A request as it came in: ``target`` is the ``host:port`` that it was meant for."""

    target: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """An answer. Where there is ``raw``, these bytes are sent instead, and the connection is closed."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    raw: bytes | None = None


Tunnel = Callable[[socket, str], None]
"""What becomes of a connection that the client believes to lead to ``host:port``; it ends when this returns."""


class Proxy:
    """An HTTP proxy on loopback whose tunnels are handed to ``tunnel``, each in a thread of its own."""

    def __init__(self, tunnel: Tunnel) -> None:
        self.tunnels = 0

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(handler) -> None:  # noqa: N805 - the proxy is self
                handler.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                handler.close_connection = True
                self.tunnels += 1
                with suppress(OSError):  # one of the two has gone, which is what tests are about
                    tunnel(handler.connection, handler.path)

            def log_message(handler, *_: Any) -> None:  # noqa: N805
                """Nothing is told: tests look at what was heard."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class Certificates:
    """A certificate for every name that is asked for, from an authority of its own."""

    def __init__(self) -> None:
        self._authority = trustme.CA()
        self._made: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def write(self, path: Path) -> str:
        """The authority's certificate, as a CA bundle."""
        self._authority.cert_pem.write_to_path(str(path))
        return str(path)

    def wrap(self, connection: socket, target: str) -> ssl.SSLSocket:
        """The server's side of TLS, as ``target``. Raises ``OSError``."""
        host = target.rpartition(":")[0].strip("[]")
        return self._context(host).wrap_socket(connection, server_side=True)

    def _context(self, host: str) -> ssl.SSLContext:
        with self._lock:
            if host not in self._made:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(_certifiable(host)).configure_cert(context)
                self._made[host] = context
            return self._made[host]


def _certifiable(host: str) -> str:
    """A name as certificates have it: the client's own check drops a dot at the end."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.rstrip(".").lower() or "nothing.example"


def serve(connection: ssl.SSLSocket, target: str, respond: Callable[[Heard], Said]) -> None:
    """Answers requests until the client goes."""

    class Inside(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            heard = Heard(
                target, self.command, self.path, dict(self.headers.items()), self.rfile.read(length)
            )
            said = respond(heard)
            if said.raw is not None:
                self.wfile.write(said.raw)
                self.close_connection = True
                return
            self.send_response_only(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            """Nothing is told: tests look at what was heard."""

    Inside(connection, ("127.0.0.1", 0), cast("Any", None))
