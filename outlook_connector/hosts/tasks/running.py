"""A worker as a process: Celery's own, with the schedule beside it where it is asked for.

https://docs.celeryq.dev/en/stable/userguide/workers.html
"""

import logging
import os
import socket
import sys
from typing import Any

from celery import signals
from celery.beat import EmbeddedService

from ...redaction import Redaction
from .configuration import IN_MEMORY
from .publishing import Publisher

FORM = "%(asctime)s %(levelname)s %(processName)s %(name)s: %(message)s"
TICK = 1.0
"""Seconds that the schedule sleeps at most."""


def run(app: Any, publisher: Publisher, *, concurrency: int, beat: bool) -> int:
    """Work until SIGTERM or Ctrl-C, which let what is under way end; a second one does not. Gives the exit code.

    Any number of workers may have a schedule: a trigger is polled by one at a time. Events go out by ``publisher``.
    """
    signals.setup_logging.connect(_own_logging, weak=False)
    schedule = EmbeddedService(app, thread=True, max_interval=TICK, scheduler_cls=IN_MEMORY) if beat else None
    worker = app.Worker(
        hostname=f"outlook-{os.getpid()}@{socket.gethostname()}",
        concurrency=concurrency,
        pool_cls="prefork",
        quiet=True,
        without_mingle=True,
        without_gossip=True,
    )

    def begin(**_: Any) -> None:
        if schedule is not None:
            publisher.declare()
            schedule.start()

    signals.worker_ready.connect(begin, weak=False)
    worker.start()
    if schedule is not None:
        schedule.service.stop()
    return int(worker.exitcode or 0)


def _own_logging(**_: Any) -> None:
    """To stderr; where ``--debug`` has set up more, that stays."""
    if logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Redaction())
    logging.basicConfig(level=logging.INFO, handlers=[handler], format=FORM)
