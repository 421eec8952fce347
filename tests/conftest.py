"""What tests of every kind may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .hearing import Heard


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Spans, measurements and log records of the connector; the import makes a process one that uses OpenTelemetry."""
    from .hearing import hearing

    with hearing() as found:
        yield found
