"""The sandbox of a module, and the world around it as new for each test; a module may define its own instead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graph_calls import Client, Office
from signin_world import World

from outlook_connector.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """With the options that the module names in ``SANDBOX``."""
    with Sandbox(**getattr(request.module, "SANDBOX", {})) as running:
        yield running


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    sandbox.reset()
    return World(sandbox)


@pytest.fixture
def office() -> Office:
    """Graph alone, without a network."""
    return Office()


@pytest.fixture
def adele(office: Office) -> Client:
    return office.person()
