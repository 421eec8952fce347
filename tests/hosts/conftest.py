"""One sandbox for the command line's tests, as new for each, and a configuration file that leads to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import config_file
from http_running import serving

from outlook_connector.manifest import Manifest, load
from outlook_connector.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))  # the Redis server that tests share

DEAR = (
    *("test_http_schemathesis", "test_worker_schedule", "test_worker", "test_same_everywhere"),
    *("test_explorer_browser", "test_worker_messages", "test_export_wso2", "test_export_wso2_calls"),
)
"""Modules that take longest, which therefore begin first."""
WHOLE = frozenset(
    {
        *("test_worker_schedule", "test_worker", "test_worker_messages", "test_explorer_browser"),
        *(
            "test_explorer_snippets",
            "test_export_wso2",
            "test_export_wso2_calls",
            "test_export_power_platform",
        ),
        *(
            "test_http_guards",
            "test_http_calls",
            "test_http_files",
            "test_http_docs",
            "test_http_slow_clients",
        ),
    }
)
"""Modules whose tests share what is dear to start: one process of pytest runs all of such a module."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(DEAR)}
    items.sort(key=lambda item: order.get(item.path.stem, len(DEAR)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Every test by itself, but the modules of ``WHOLE``; in the order in which they are collected."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if Path(file).stem in WHOLE else nodeid

    config.option.loadscopereorder = False
    return Scheduling(config, log)


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
