"""One sandbox for the command line's tests, as new for each, and a configuration file that leads to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_world import config_file
from http_running import serving

from outlook_connector.manifest import Manifest, load
from outlook_connector.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))  # the Redis server that tests share


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    server.reset()
    return server


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> str:
    """A person's connection, by a refresh token that the configuration holds."""
    return config_file(tmp_path, sandbox.config())


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load()


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Sandbox]:
    """A sandbox that nobody resets under the host, which would sign it out."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def host(mailbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An HTTP host's address, with the mailbox as its connection ``office``; a module may have a host of its own."""
    config = config_file(tmp_path_factory.mktemp("connection"), mailbox.config())
    with serving(config, "office") as url:
        yield url
