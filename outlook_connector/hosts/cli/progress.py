"""Says that something is going on, once it takes longer than a person waits without wondering."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .output import errors_console

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
