"""pytest plugin: a sandbox and a connector to it, for contract tests.

    def test_my_flow_reads_mail(outlook_connector):
        assert outlook_connector.invoke("messages.list", {"limit": 1})["value"]

pytest finds it through its entry point. Needs the `sandbox` extra once a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from outlook_connector import Connector
    from outlook_connector.sandbox import Sandbox


@pytest.fixture(scope="session")
def _outlook_sandbox_server() -> Iterator[Sandbox]:
    try:
        from outlook_connector.sandbox import Sandbox
    except ModuleNotFoundError as missing:
        pytest.fail(str(missing), pytrace=False)
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def outlook_sandbox(_outlook_sandbox_server: Sandbox) -> Sandbox:
    """The sandbox, as new for each test; one server a session (with pytest-xdist, one a worker)."""
    _outlook_sandbox_server.reset()
    return _outlook_sandbox_server


@pytest.fixture
def outlook_connector(outlook_sandbox: Sandbox) -> Iterator[Connector]:
    """A connector signed in as the sandbox's first user."""
    from outlook_connector import connect

    with connect(outlook_sandbox.config()) as connector:
        yield connector
