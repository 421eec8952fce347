"""Whether anybody listens. What tells them is imported only then."""

import sys
from collections.abc import Mapping
from logging import INFO
from typing import Any, Protocol

from . import records
from .unseen import UNSEEN, Unseen


def unused(loaded: Mapping[str, Any] = sys.modules) -> bool:
    """Whether nothing in this process has imported OpenTelemetry's API, so that nobody can have configured it."""
    return "opentelemetry.trace" not in loaded and "opentelemetry.metrics" not in loaded


class Entry(Protocol):
    """An operation or a trigger of the manifest."""

    @property
    def name(self) -> str: ...
    @property
    def effect(self) -> str: ...


def observed(entry: Entry | None) -> Unseen:
    """Looks at one invocation of ``entry`` (``None``: there is none of that name), which begins now and ends with the
    block, or with ``items``. Gives ``UNSEEN`` where neither OpenTelemetry nor a log wants to know."""
    if unused() and not records.operations.isEnabledFor(INFO):
        return UNSEEN
    from .observing import Observation
    from .signals import signals

    return Observation(entry, signals())
