"""``python -m benchmarks.server CERTIFICATE``: one thread a connection, blocking sockets, TLS.

Prints the port. An address that begins with ``/50ms`` is answered after 50 milliseconds. Ends with its standard input.
"""

import re
import socket
import ssl
import sys
import time
from contextlib import suppress
from threading import Thread

from .answers import Answer, route_of, uploaded

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RANGE = re.compile(rb"\r\ncontent-range: *bytes (\d+)-(\d+)/(\d+)", re.IGNORECASE)
_DELAY = re.compile(r"/(\d+)ms(/.*)")
LARGEST = 8 * 1024 * 1024


class Connection:
    """One client's, answered request by request until it closes."""

    def __init__(self, stream: ssl.SSLSocket, origin: str) -> None:
        self._stream, self._origin = stream, origin
        self._buffer = memoryview(bytearray(LARGEST))

    def serve(self) -> None:
        have = 0
        with suppress(OSError), self._stream:
            while True:
                end = bytes(self._buffer[: min(have, 65536)]).find(b"\r\n\r\n")
                if end < 0:
                    got = self._stream.recv_into(self._buffer[have:])
                    if not got:
                        return
                    have += got
                    continue
                head = bytes(self._buffer[: end + 4])
                named = _LENGTH.search(head)
                whole = end + 4 + (int(named[1]) if named else 0)
                while have < whole:
                    got = self._stream.recv_into(self._buffer[have:])
                    if not got:
                        return
                    have += got
                for piece in self._answer(head, self._buffer[end + 4 : whole]):
                    self._stream.sendall(piece)
                have = 0

    def _answer(self, head: bytes, body: memoryview) -> Answer:
        method, target, _ = head[: head.index(b"\r\n")].decode().split(" ")
        prefix = ""
        if delayed := _DELAY.fullmatch(target):
            prefix, target = f"/{delayed[1]}ms", delayed[2]
            time.sleep(int(delayed[1]) / 1000)
        if method == "PUT" and (span := _RANGE.search(head)):
            return uploaded(int(span[2]), int(span[3]))
        if not target.startswith("/v1.0"):
            return route_of(method, target.partition("?")[0])(self._origin + prefix, target, bytes(body))
        below = target.removeprefix("/v1.0")
        route = route_of(method, below.partition("?")[0])
        return route(f"{self._origin}{prefix}/v1.0", below, bytes(body))


def main(certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
    print(listener.getsockname()[1], flush=True)
    Thread(target=_accept, args=(listener, context, origin), daemon=True).start()
    sys.stdin.read()


def _accept(listener: socket.socket, context: ssl.SSLContext, origin: str) -> None:
    while True:
        plain, _ = listener.accept()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=_serve, args=(plain, context, origin), daemon=True).start()


def _serve(plain: socket.socket, context: ssl.SSLContext, origin: str) -> None:
    with suppress(OSError):
        Connection(context.wrap_socket(plain, server_side=True), origin).serve()


if __name__ == "__main__":
    main(sys.argv[1])
