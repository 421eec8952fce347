"""The floor: a socket that writes prepared bytes and reads the answer's, without a look at them."""

import re
import socket
import ssl
from urllib.parse import urlsplit

from ..place import TOKEN, Place
from . import Works

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def works(place: Place) -> Works:
    where = urlsplit(place.mailbox)
    context = ssl.create_default_context(cafile=place.authority_file)
    plain = socket.create_connection((where.hostname, where.port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = context.wrap_socket(plain, server_hostname=where.hostname)
    head = (
        f"GET {where.path}/messages?$top=10 HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {TOKEN}"
    )
    asked = head.encode() + b"\r\n\r\n"
    buffer = memoryview(bytearray(1 << 20))

    def get() -> None:
        stream.sendall(asked)
        have, whole = 0, 0
        while not whole or have < whole:
            have += stream.recv_into(buffer[have:])
            begun = bytes(buffer[:2048])
            if not whole and (end := begun.find(b"\r\n\r\n")) > 0:
                found = _LENGTH.search(begun)
                whole = end + 4 + (int(found[1]) if found else 0)

    return {"list": get}
