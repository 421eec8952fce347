"""The head of an answer as http.client reads it, but for the parser of e-mail that takes its lines apart there.

That parser knows attachments and six ways to be wrong, and takes longer than the rest of the reading. Where a line is
not a name, a colon and a value, it still has the word. https://www.rfc-editor.org/rfc/rfc9112#section-5
"""

import http.client
import re
from http.client import HTTPException, HTTPMessage, HTTPResponse, LineTooLong
from io import BufferedIOBase, BytesIO
from types import FunctionType
from typing import Any

LONGEST, MOST = 65536, 100
"""Bytes of a line, and lines of a head: http.client's own bounds."""
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n]*)\r\n").fullmatch
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_END = (b"\r\n", b"\n", b"")


class Fields(HTTPMessage):
    """Fields whose values are text as it is, of one line each, and are asked for as such: an e-mail's would be looked
    through for what an e-mail may hold each time."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[str, str] = {}

    def take(self, name: str, value: str) -> None:
        self.set_raw(name, value)
        self._first.setdefault(name.lower(), value)

    def get(self, name: str, failobj: Any = None) -> Any:
        return self._first.get(name.lower(), failobj)

    def items(self) -> list[tuple[str, str]]:
        return list(self.raw_items())


def fields(stream: BufferedIOBase, **_: Any) -> HTTPMessage:
    """The fields that come next. Raises ``HTTPException`` for too many of them, and for one that is too long."""
    lines = _lines(stream)
    found = Fields()
    for line in lines:
        field = _FIELD(line)
        if field is None:
            return http.client.parse_headers(BytesIO(b"".join(lines) + b"\r\n"))
        found.take(field[1].decode(), field[2].strip(b" \t").decode("iso-8859-1"))
    return found


def in_one_line(found: HTTPMessage) -> list[tuple[str, str]]:
    """The fields; a value that goes on in the next line is of one line, as it is meant.
    https://www.rfc-editor.org/rfc/rfc9112#section-5.2"""
    plain = isinstance(found, Fields)
    return found.items() if plain else [(name, _FOLD.sub(" ", value)) for name, value in found.items()]


def _lines(stream: BufferedIOBase) -> list[bytes]:
    lines: list[bytes] = []
    while (line := stream.readline(LONGEST + 1)) not in _END:
        lines.append(line)
        if len(line) > LONGEST:
            raise LineTooLong("header line")
        if len(lines) > MOST:
            raise HTTPException(f"got more than {MOST} headers")
    return lines


begin: Any = FunctionType(HTTPResponse.begin.__code__, {**vars(http.client), "parse_headers": fields})
"""``http.client.HTTPResponse.begin``, its own code, which is to know how an answer ends; it calls ``fields``."""
