"""What tests of every kind may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from .hearing import Heard

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
"""A machine that does other things as well fails no test."""


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Spans, measurements and log records of the connector; the import makes a process one that uses OpenTelemetry."""
    from .hearing import hearing

    with hearing() as found:
        yield found
