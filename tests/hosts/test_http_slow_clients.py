"""Clients that send too much, too slowly or not at all, and those that take nothing, hurt nobody else."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from http_world import Client, error, serving

from outlook_connector.sandbox import Sandbox

LARGEST = 1024 * 1024


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"default": sandbox.config()}, patience=1.0, largest_body=LARGEST) as client:
        yield client


def test_a_body_of_100_megabytes_is_refused_before_it_is_kept(host: Client) -> None:
    answer = host.post(
        "/operations/messages.list", data=b"x" * 100_000_000, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, error(answer)["code"]) == (413, "tooLarge")
    assert host.get("/healthz").status_code == 200


def test_a_large_body_whose_length_is_not_stated_is_refused_too(host: Client) -> None:
    pieces = (b"x" * 100_000 for _ in range(100))
    answer = host.post("/operations/messages.list", data=pieces, headers={"Content-Type": "application/json"})
    assert (answer.status_code, error(answer)["code"]) == (413, "tooLarge")


def _open(host: Client) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", host.port), timeout=10)
    connection.settimeout(10)
    return connection


def _all(connection: socket.socket) -> bytes:
    """What arrives until the other side ends it."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        return found
    return found


@pytest.mark.parametrize("sent", [b"", b"POST /operations/messages.list HTTP/1.1\r\nHost: local"])
def test_a_client_that_does_not_finish_its_head_is_cut_off(sent: bytes, host: Client) -> None:
    with _open(host) as connection:
        connection.sendall(sent)
        begun = time.monotonic()
        assert _all(connection) == b""
    assert 0.5 < time.monotonic() - begun < 5


def test_a_client_that_trickles_its_head_is_cut_off(host: Client) -> None:
    begun = time.monotonic()
    with _open(host) as connection, pytest.raises(OSError):
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        for number in range(100):
            connection.sendall(b"X-%d: y\r\n" % number)
            time.sleep(0.1)
    assert time.monotonic() - begun < 5


def test_a_head_without_end_is_cut_off(host: Client) -> None:
    with _open(host) as connection, pytest.raises(OSError):
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        for _ in range(10_000):
            connection.sendall(b"X-Padding: " + b"y" * 1000 + b"\r\n")


CHUNKED = (
    b"POST /operations/profile.get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: application/json\r\n\r\n2\r\n{}\r\n"
)
ENDLESS = {
    "trailers": CHUNKED + b"0\r\n",
    "one trailer": CHUNKED + b"0\r\na: ",
    "a chunk's extension": CHUNKED + b"2;a=",
    "a second head": b"POST /operations/profile.get HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    b"GET /healthz HTTP/1.1\r\n",
}


@pytest.mark.parametrize("begin", ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_beside_a_body_is_cut_off(begin: bytes, host: Client, sandbox: Sandbox) -> None:
    sandbox.fault("GET /me*", delay=2.0)
    padding = b"y" * 65_536 if begin.endswith((b"a: ", b"a=")) else b"a:b\r\n" * 13_000
    with _open(host) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        connection.sendall(begin)
        for _ in range(300):
            connection.sendall(padding)


def test_requests_sent_ahead_without_end_are_cut_off(host: Client, sandbox: Sandbox) -> None:
    sandbox.fault("GET /me*", delay=2.0)
    with _open(host) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        connection.sendall(CHUNKED + b"0\r\n\r\n")
        for _ in range(300):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000)


def test_trailers_are_no_headers(sandbox: Sandbox, tmp_path: Path) -> None:
    with (
        serving(tmp_path, {"default": sandbox.config()}, keys=("k-1",)) as client,
        _open(client) as connection,
    ):
        head, body = CHUNKED.split(b"\r\n\r\n")
        sent = head + b"\r\nConnection: close\r\n\r\n" + body + b"0\r\nX-API-Key: k-1\r\n\r\n"
        connection.sendall(sent)
        assert _all(connection).startswith(b"HTTP/1.1 401 ")


def test_a_client_that_does_not_finish_its_body_is_told_and_cut_off(host: Client) -> None:
    head = b"POST /operations/messages.list HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with _open(host) as connection:
        connection.sendall(head + b"Content-Length: 100\r\n\r\n{")
        told = _all(connection)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b'"tooSlow"' in told


def test_a_client_that_goes_away_within_its_body_is_no_fault_of_the_hosts(
    host: Client, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /operations/messages.list HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with _open(host) as connection:
        connection.sendall(head + b"Content-Length: 100\r\n\r\n{")
    gone = 'route="/operations/{name}",status="499"'
    for _ in range(100):
        if gone in host.get("/metrics").text:
            break
        time.sleep(0.05)
    assert gone in host.get("/metrics").text
    assert not caplog.records


def test_a_client_that_does_not_take_its_answer_is_cut_off(host: Client) -> None:
    with _open(host) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(request * 50)
        time.sleep(3)
        found = _all(connection)
    assert found.count(b"HTTP/1.1 200") < 50
    assert host.get("/healthz").status_code == 200


def test_a_connection_between_two_requests_is_kept(host: Client) -> None:
    connection = HTTPConnection("127.0.0.1", host.port, timeout=10)
    connection.auto_open = 0
    connection.connect()
    for _ in range(2):
        connection.request("POST", "/operations/profile.get")
        assert b"userPrincipalName" in connection.getresponse().read()
        time.sleep(2)
    connection.close()


def test_clients_that_hang_keep_nobody_else_waiting(host: Client) -> None:
    hanging = [_open(host) for _ in range(100)]
    try:
        begun = time.monotonic()
        assert host.invoke("profile.get").status_code == 200
        assert time.monotonic() - begun < 5
    finally:
        for connection in hanging:
            connection.close()


def test_what_is_no_http_gets_a_short_answer(host: Client, capfd: pytest.CaptureFixture[str]) -> None:
    with _open(host) as connection:
        connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        assert _all(connection).startswith(b"HTTP/1.1 400 ")
    assert "Traceback" not in capfd.readouterr().err
