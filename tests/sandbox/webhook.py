"""A receiver of notifications on loopback TLS, as a test wants it to behave."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

Json = dict[str, Any]


@dataclass
class Webhook:
    """What arrived, and how to answer: `statuses` for the next notifications, `handshake` for all handshakes."""

    url: str = ""
    received: list[tuple[str, Json]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    handshake: tuple[int, str, str] = (200, "text/plain", "{token}")
    handshakes: int = 0
    pause: float = 0.0

    def at(self, path: str) -> list[Json]:
        """The notifications that one path got, oldest first."""
        return [item for where, body in self.received if where == path for item in body["value"]]

    def take(self, path: str, query: str, body: bytes) -> tuple[int, str, bytes]:
        """Answers one request."""
        tokens = parse_qs(query).get("validationToken")
        if tokens:
            self.handshakes += 1
            time.sleep(self.pause)
            status, kind, text = self.handshake
            return status, kind, text.replace("{token}", tokens[0]).encode()
        self.received.append((path, json.loads(body)))
        return (self.statuses.pop(0) if self.statuses else 202), "text/plain", b""


@contextmanager
def serving() -> Iterator[Webhook]:
    """A webhook that listens until the block ends."""
    hook = Webhook()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hook))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    hook.url = f"https://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


def _handler(hook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, content = hook.take(parts.path, parts.query, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Says nothing: a test has its own output."""

    return Handler
