"""The HTTP host over TLS: clients that begin no handshake, or end none, hurt nobody else."""

from __future__ import annotations

import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import requests
import trustme
from cli_world import config_file, with_few_files
from http_world import Client, serving

from outlook_connector.sandbox import Sandbox

ASKED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A certificate with its key; the authority's own stands beside it."""
    authority, made = trustme.CA(), tmp_path / "host.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(made))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path, pem: Path) -> Iterator[Client]:
    connections = {"default": sandbox.config()}
    with serving(tmp_path, connections, certificate=str(pem), patience=1.0) as client:
        client.session.verify = str(pem.parent / "ca.pem")
        yield client


def _connected(client: Client) -> socket.socket:
    return socket.create_connection(("127.0.0.1", client.port), timeout=10)


def test_who_begins_no_handshake_is_let_go(host: Client) -> None:
    begun = time.monotonic()
    with _connected(host) as silent:
        assert silent.recv(1) == b""
    assert 0.9 < time.monotonic() - begun < 5


def test_who_speaks_no_tls_is_let_go(host: Client) -> None:
    with _connected(host) as plain:
        plain.sendall(ASKED)
        answer = plain.recv(4096)
    assert not answer.startswith(b"HTTP/")
    assert host.get("/healthz").status_code == 200


def test_a_request_that_comes_with_the_handshakes_end_is_answered(host: Client, pem: Path) -> None:
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=str(pem.parent / "ca.pem"))
    made = context.wrap_bio(coming, going, server_hostname="127.0.0.1")
    with _connected(host) as connection:
        while True:
            try:
                made.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(going.read())
                coming.write(connection.recv(65536))
        made.write(ASKED)
        connection.sendall(going.read())
        answer = b""
        while b"ok" not in answer:
            try:
                answer += made.read(65536)
            except ssl.SSLWantReadError:
                coming.write(connection.recv(65536))
    assert answer.startswith(b"HTTP/1.1 200")


def test_large_answers_and_bodies_go_through(host: Client) -> None:
    file = b"x" * 3_000_000
    kept = host.post("/files", data=file, headers={"Content-Type": "application/octet-stream"})
    assert (kept.status_code, kept.json()["size"]) == (201, len(file))
    assert len(host.get("/openapi.json").content) > 200_000


def test_an_idle_connection_does_not_hold_up_the_end(sandbox: Sandbox, tmp_path: Path, pem: Path) -> None:
    with serving(tmp_path, {"default": sandbox.config()}, certificate=str(pem)) as client:
        idle = requests.Session()
        idle.trust_env, idle.verify = False, str(pem.parent / "ca.pem")
        assert idle.get(f"{client.url}/healthz", timeout=10).status_code == 200
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    idle.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files")
def test_connections_without_a_handshake_keep_nobody_out(sandbox: Sandbox, tmp_path: Path, pem: Path) -> None:
    config = config_file(tmp_path, sandbox.config())
    words = ["serve", "--port", "0", "--json", "--connection", f"default={config}", "--tls-cert", str(pem)]
    with with_few_files(*words) as url, ExitStack() as silent:
        client = Client(url)
        client.session.verify = str(pem.parent / "ca.pem")
        for _ in range(300):
            silent.enter_context(closing(_connected(client)))
        assert client.invoke("profile.get").status_code == 200
