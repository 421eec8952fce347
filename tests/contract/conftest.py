"""The contract tests' connector may do everything, what is off by default included."""

from collections.abc import Iterator

import pytest

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox

from .catalogue import ALLOWED


@pytest.fixture
def outlook_connector(outlook_sandbox: Sandbox) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(**ALLOWED)) as connector:
        yield connector
