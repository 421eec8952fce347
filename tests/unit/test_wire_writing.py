"""What is written on the wire: a request as http.client writes it, value by value, whatever the short way is."""

import socket
from http.client import HTTPMessage
from io import BytesIO

import pytest
from urllib3.connection import HTTPSConnection
from urllib3.util import SKIP_HEADER

from outlook_connector.graph import head
from outlook_connector.graph.connection import Connection

HEADERS = {
    "User-Agent": "outlook-connector",
    "Authorization": "Bearer " + "a" * 3000,
    "X-Empty": "",
    "X-Word": "caf\u00e9",
    "X-Tab": "a\tb",
    "X-Folded": "one\r\n two",
}


def written(kind: type[HTTPSConnection], host: str, port: int, headers: dict[str, str]) -> bytes:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = kind(host, port)
        connection.sock = ours
        connection.request("GET", "/v1.0/me?a=b", headers=headers)
        return theirs.recv(65536)


@pytest.mark.parametrize(
    ("host", "port"), [("graph.example", 443), ("graph.example", 8443), ("bücher.example", 443), ("::1", 443)]
)
def test_a_request_is_written_as_by_urllib3(host: str, port: int) -> None:
    expected = written(HTTPSConnection, host, port, HEADERS)
    assert b"\r\nHost: " in expected
    assert written(Connection, host, port, HEADERS) == expected


def test_a_header_that_is_to_be_left_out_is() -> None:
    headers = {"User-Agent": SKIP_HEADER}
    expected = written(HTTPSConnection, "graph.example", 443, headers)
    assert b"User-Agent" not in expected
    assert written(Connection, "graph.example", 443, headers) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "1\r\nX-B: 2"),
        ("X-A", "1\nX-B: 2"),
        ("X A\r\n", "1"),
        ("X-A:", "1"),
        ("X-A: 1\r\nX-B", "2"),
        ("X-A: 1", "2"),
    ],
)
def test_a_header_that_would_break_its_line_is_refused_by_the_connection_too(name: str, value: str) -> None:
    for kind in (HTTPSConnection, Connection):
        with pytest.raises(ValueError, match="Invalid header"):
            written(kind, "graph.example", 443, {name: value})


def test_an_answers_fields_are_asked_for_in_any_case_of_letters_and_the_first_counts() -> None:
    text = b"Retry-After: 3\r\nretry-after: 5\r\nX-Word: caf\xe9\r\n\r\n"
    found, message = head.fields(BytesIO(text)), HTTPMessage()
    for name, value in (("Retry-After", "3"), ("retry-after", "5")):
        message[name] = value
    assert found.get("RETRY-AFTER") == message.get("RETRY-AFTER") == "3"
    assert found["retry-after"] == "3"
    assert found.get_all("Retry-After") == message.get_all("Retry-After") == ["3", "5"]
    assert found.get("absent") is None
    assert found.items() == [("Retry-After", "3"), ("retry-after", "5"), ("X-Word", "caf\u00e9")]
