"""The HTTP host as its callers meet it: a running server on a port, and requests to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from cli_world import config_file

from outlook_connector.hosts.http.connections import Connections, opened
from outlook_connector.hosts.http.running import Running, serve
from outlook_connector.hosts.http.settings import Settings
from outlook_connector.manifest import load


class Client:
    """Requests to one host; ``kept`` are headers that all of them have."""

    def __init__(self, url: str, **kept: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(kept)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=30, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> requests.Response:
        given = {} if body is None else {"json": body}
        return self.session.post(self.url + path, timeout=30, **given, **more)

    def invoke(self, name: str, body: Any = None, **headers: str) -> requests.Response:
        return self.post(f"/operations/{name}", body, headers=headers)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def serving(directory: Path, configs: Mapping[str, Mapping[str, Any]], **settings: Any) -> Iterator[Client]:
    """A host for these connections in a thread of its own; ``settings`` are those of ``Settings``."""
    files = {name: config_file(directory, one, f"{name}.json") for name, one in configs.items()}
    with running(opened(files), **settings) as client:
        yield client


@contextmanager
def running(connections: Connections, **settings: Any) -> Iterator[Client]:
    """The same for connections that there are already."""
    there = threading.Event()
    found: list[Running] = []

    def ready(host: Running) -> None:
        found.append(host)
        there.set()

    given = (load(), connections, Settings(**{"port": 0, **settings}), ready)
    thread = threading.Thread(target=serve, args=given, daemon=True)
    thread.start()
    assert there.wait(10)
    client = Client(f"{Settings(**settings).scheme}://127.0.0.1:{found[0].port}")
    try:
        yield client
    finally:
        client.session.close()
        found[0].stop()
        thread.join(20)
    assert not thread.is_alive()


def error(response: requests.Response) -> dict[str, Any]:
    """What is told of an error; every one has this form."""
    assert response.headers["content-type"] == "application/json"
    told: dict[str, Any] = response.json()["error"]
    assert set(told) == {"error", "code", "message", "retryable", "details"}
    assert "Traceback" not in response.text
    return told
