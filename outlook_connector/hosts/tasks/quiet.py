"""Keeps what tasks carry out of Celery's own logs: it writes results at INFO, arguments at DEBUG, and whole messages
where it cannot read them."""

import logging
from collections.abc import Mapping

from ...redaction import GONE

LOGGERS = (
    *("celery.app.trace", "celery.beat", "celery.concurrency.base", "celery.pool"),
    *("celery.worker.consumer.consumer", "celery.worker.request", "celery.worker.strategy"),
)
"""Celery's loggers whose records may hold inputs and outputs."""
CONTENT = frozenset({"return_value", "args", "kwargs"})
"""Named values that are inputs and outputs."""
TELLTALE = ("body", "args", "task:")
"""Words in a record's text after which its values are a message, or a part of one."""


class Discreet(logging.Filter):
    """Takes the content out of a record, and lets it pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("data", None)
        if isinstance(record.args, Mapping):
            record.args = {name: GONE if name in CONTENT else value for name, value in record.args.items()}
        elif any(word in str(record.msg).lower() for word in TELLTALE):
            told = str(record.msg).strip().partition("\n")[0]
            record.msg, record.args = told.replace("%s", GONE).replace("%r", GONE), ()
            record.exc_info = record.exc_text = None
        return True


_FILTER = Discreet()


def hush() -> None:
    """From now on, in this process and those that it forks."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
