"""How far an operation is that moves much: uploads, downloads, exports.

A host hands ``invoke`` a callable. It is called in the thread that called ``invoke``, at most ten times a second and
at the end, with figures alone: nothing of a mail's content is among them.
"""

import logging
import time
from collections.abc import Callable
from typing import Literal

from .frozen import frozen

log = logging.getLogger("outlook_connector.progress")

INTERVAL = 0.1
"""Seconds between one call and the next."""

Unit = Literal["bytes", "messages"]


@frozen
class Progress:
    """``done`` of ``total`` (``None`` where nobody knows) in ``unit``, for the file or folder that is under way: an
    operation with several files begins anew with each."""

    operation: str
    unit: Unit
    done: int
    total: int | None


OnProgress = Callable[[Progress], object]
Report = Callable[[Unit, int, int | None], object]
"""What the parts that move something call: unit, done, total."""


class Moving:
    """For how many seconds large files were on their way in one invocation, piece by piece: those are no waiting, so
    they do not count against ``http.deadline``. Each piece has ``http.timeout`` to itself."""

    def __init__(self) -> None:
        self.seconds = 0.0


def silent(unit: Unit, done: int, total: int | None) -> None:
    """For a host that does not ask."""


def reporter(operation: str, hear: OnProgress | None, clock: Callable[[], float] = time.monotonic) -> Report:
    """Tells ``hear`` how far ``operation`` is. What ``hear`` raises is logged by its type, and it is asked no more:
    a mail is not left half sent because a display broke."""
    if hear is None:
        return silent
    due = float("-inf")

    def report(unit: Unit, done: int, total: int | None) -> None:
        nonlocal due
        if clock() < due and done != total:
            return
        due = clock() + INTERVAL
        try:
            hear(Progress(operation, unit, done, total))
        except Exception as error:  # noqa: BLE001 - it is the host's, and may be anything
            due = float("inf")
            log.warning("the host's on_progress failed with %s; it is not called again", type(error).__name__)

    return report
