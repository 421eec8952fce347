"""Which proxy a call goes through: the configured one, or the environment's, SOCKS among them."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection, create_server, socket

import pytest

from outlook_connector import ConfigError, TransportError, connect
from outlook_connector.sandbox import Sandbox

NOBODY = "127.0.0.1:9"
"""The port to discard to, where nothing listens."""


@pytest.fixture(autouse=True)
def _no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def _passed_on(source: socket, target: socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
    target.close()


def _tunnel(client: socket) -> None:
    """SOCKS 5 without a sign-in, to an IPv4 address: https://www.rfc-editor.org/rfc/rfc1928"""
    stream = client.makefile("rb", buffering=0)
    stream.read(2 + 1)
    client.sendall(b"\x05\x00")
    asked = stream.read(10) or b""
    target = create_connection((".".join(map(str, asked[4:8])), int.from_bytes(asked[8:10], "big")))
    client.sendall(b"\x05\x00\x00\x01" + bytes(6))
    threading.Thread(target=_passed_on, args=(target, client), daemon=True).start()
    _passed_on(client, target)


def _serve(listening: socket, seen: list[str]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            seen.append("tunnel")
            threading.Thread(target=_tunnel, args=(client,), daemon=True).start()


@contextmanager
def socks() -> Iterator[tuple[str, list[str]]]:
    """A proxy's host and port, and one word for each connection through it."""
    seen: list[str] = []
    with create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, seen), daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", seen


def test_calls_go_through_a_socks_proxy(outlook_sandbox: Sandbox) -> None:
    pytest.importorskip("socks", reason="PySocks is not installed")
    with socks() as (place, seen):
        http = {"caBundle": outlook_sandbox.ca_file, "proxy": f"socks5h://{place}"}
        with connect(outlook_sandbox.config(http=http)) as connector:
            assert connector.invoke("messages.list", {"limit": 1})["value"]
        assert seen


@pytest.mark.parametrize("named", ["HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_the_environments_proxy_is_used(
    named: str, monkeypatch: pytest.MonkeyPatch, outlook_sandbox: Sandbox
) -> None:
    monkeypatch.setenv(named, f"http://{NOBODY}")
    before = len(outlook_sandbox.requests)
    http = {"caBundle": outlook_sandbox.ca_file, "attempts": 1}
    with (
        connect(outlook_sandbox.config(http=http)) as connector,
        pytest.raises(TransportError, match="proxy"),
    ):
        connector.invoke("profile.get")
    assert len(outlook_sandbox.requests) == before


def test_socks_without_its_package_is_a_wrong_configuration(
    monkeypatch: pytest.MonkeyPatch, outlook_sandbox: Sandbox
) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    http = {"caBundle": outlook_sandbox.ca_file, "proxy": f"socks5h://{NOBODY}"}
    with pytest.raises(ConfigError, match="PySocks") as caught:
        connect(outlook_sandbox.config(http=http))
    assert caught.value.details["problems"][0]["pointer"] == "/http/proxy"


@pytest.mark.parametrize(
    ("proxy", "fault"), [(f"socks://{NOBODY}", "is none of"), ("http://", "names no host")]
)
def test_an_environments_proxy_that_cannot_be_one_is_named_at_once(
    proxy: str, fault: str, monkeypatch: pytest.MonkeyPatch, outlook_sandbox: Sandbox
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigError, match=f"ALL_PROXY.*{fault}"):
        connect(outlook_sandbox.config())


@pytest.mark.parametrize("named", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "fault"), [(None, "does not exist"), (b"not PEM", "holds no certificates")]
)
def test_an_environments_bundle_that_cannot_be_one_is_named_at_once(
    named: str, content: bytes | None, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "authorities.pem"
    if content is not None:
        bundle.write_bytes(content)
    config = {
        "auth": "application",
        "tenantId": "t",
        "clientId": "c",
        "clientSecret": "s",
        "mailbox": "a@b.example",
    }
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(named, str(bundle))
    with pytest.raises(ConfigError, match=f"{named} names .*{fault}"):
        connect({**config, "tokenStore": "memory:"})
