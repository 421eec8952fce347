"""A Graph that has been tampered with, and the internet around it.

The connector's proxy is the whole internet: Graph is one name in it, and everything else is the attacker. A module
imports the fixtures by name, ``world`` too, on which the others rest.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, connect

from .proxy import Certificates, Heard, Proxy, Said, serve

GRAPH, TOKEN = "graph.contoso.example", "canary-token"
API = f"https://{GRAPH}/v1.0"


@dataclass
class Net:
    """The internet: what ``script`` answers as Graph, and what was heard there and elsewhere."""

    script: Callable[[Heard], Said | None] = lambda heard: None
    graph: list[Heard] = field(default_factory=list)
    elsewhere: list[Heard] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=list)
    proxy: str = ""
    authorities: str = ""
    plain_port: int = 0

    def respond(self, heard: Heard) -> Said:
        if heard.target != f"{GRAPH}:443":
            self.elsewhere.append(heard)
            return Said()
        self.graph.append(heard)
        return self.script(heard) or Said(404, {}, b'{"error": {"code": "ErrorItemNotFound"}}')

    def address(self, form: str, path: str = "/v1.0/me/messages") -> str:
        return form.format(graph=GRAPH, plain=self.plain_port, path=path)

    @property
    def leaks(self) -> list[Any]:
        """All that came to any other place."""
        return [*self.elsewhere, *self.plain]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    certificates, net = Certificates(), Net()

    def tunnel(connection: socket.socket, target: str) -> None:
        with certificates.wrap(connection, target) as tls:
            serve(tls, target, net.respond)

    with Proxy(tunnel) as proxy, socket.create_server(("127.0.0.1", 0)) as plain:
        net.proxy, net.plain_port = proxy.url, plain.getsockname()[1]
        net.authorities = certificates.write(tmp_path_factory.mktemp("rogue") / "ca.pem")
        threading.Thread(target=_listen, args=(plain, net.plain), daemon=True).start()
        yield net


def _listen(plain: socket.socket, heard: list[bytes]) -> None:
    """Without TLS: notes what comes, and hangs up."""
    while True:
        try:
            connection, _ = plain.accept()
        except OSError:
            return
        with connection:
            heard.append(connection.recv(4096))


@pytest.fixture
def net(world: Net) -> Net:
    world.graph.clear()
    world.elsewhere.clear()
    world.plain.clear()
    world.script = lambda heard: None
    return world


@pytest.fixture
def connector(net: Net, tmp_path: Path) -> Iterator[Connector]:
    config = {
        "accessToken": TOKEN,
        "graphUrl": API,
        "tokenStore": "memory:",
        "files": {"allow": [str(tmp_path)]},
        "operations": {"allow": ["*", "graph.request", "graph.batch"]},
        "http": {"proxy": net.proxy, "caBundle": net.authorities, "attempts": 1, "timeout": 5},
    }
    with connect(config) as made:
        yield made


def says(**answer: Any) -> Said:
    return Said(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())


UPLOAD = {"name": "large.bin", "contentBytes": base64.b64encode(bytes(3 << 20)).decode()}


def uploading(address: str) -> Callable[[Heard], Said | None]:
    def script(heard: Heard) -> Said | None:
        if heard.path.endswith("/createUploadSession"):
            return says(uploadUrl=address, nextExpectedRanges=["0-"])
        if heard.method == "PUT":
            return Said(201, {"Location": f"https://{GRAPH}/x/Attachments('new')"}, b"")
        return None

    return script
