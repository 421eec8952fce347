"""Says that something is going on, once it takes longer than a person waits without wondering."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from .output import errors_console

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from ...progress import OnProgress, Progress

PATIENCE = 1.0
"""Seconds before anything is shown."""


@contextmanager
def working(what: str) -> Iterator[Callable[[str], object]]:
    """Shows ``what`` on stderr while the block runs, where that is a terminal; yields a function that changes it."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    status = errors_console().status(what)
    timer = threading.Timer(PATIENCE, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield status.update
    finally:
        timer.cancel()
        timer.join()
        status.stop()


@contextmanager
def moving(name: str) -> "Iterator[OnProgress | None]":
    """As ``working`` for the operation ``name``; where it tells how far it is, a bar takes the place of the words.
    Yields what to hand to ``invoke``: nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as shown:
        shown.enter_context(working(f"{name} …"))
        yield _Bar(shown).hear


class _Bar:
    """A bar in the place of what is ``shown``, from the first time that something takes long enough."""

    def __init__(self, shown: ExitStack) -> None:
        self._shown = shown
        self._due = time.monotonic() + PATIENCE
        self._bars: dict[str, Bar] = {}

    def hear(self, progress: "Progress") -> None:
        if time.monotonic() < self._due:
            return
        bar = self._bars.get(progress.unit) or self._begin(progress)
        bar.update(bar.task_ids[0], completed=progress.done, total=progress.total)

    def _begin(self, progress: "Progress") -> "Bar":
        self._shown.close()
        bar = self._shown.enter_context(_bar(progress.unit))
        bar.add_task(progress.operation)
        self._bars = {progress.unit: bar}
        return bar


def _bar(unit: str) -> "Bar":
    from rich import progress as parts

    figures = (
        (parts.DownloadColumn(), parts.TransferSpeedColumn())
        if unit == "bytes"
        else (parts.MofNCompleteColumn(), parts.TextColumn(unit))
    )
    return parts.Progress(
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        *figures,
        parts.TimeRemainingColumn(),
        console=errors_console(),
        transient=True,
    )
