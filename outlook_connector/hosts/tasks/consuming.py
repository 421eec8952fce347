"""What a worker takes from its queue: a message that is no task is thrown away, and the worker goes on.

Celery's own consumer ends with the exception that such a message raises in it; the broker gives the message to the next
worker then. https://docs.celeryq.dev/en/stable/internals/protocol.html#version-2 says what a task is.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from celery.worker.consumer import Consumer as Celerys

log = logging.getLogger("outlook_connector.tasks")

ID = 255
"""Bytes of a task's id at most, as AMQP's short strings have: answers go to a queue of that name."""
HEADERS: Mapping[str, Any] = {
    "task": str,
    "id": str,
    **dict.fromkeys(("root_id", "parent_id", "group", "shadow", "eta", "expires"), str | None),
    **dict.fromkeys(("argsrepr", "kwargsrepr", "origin", "lang"), str | None),
    "retries": int | None,
    "timelimit": list | tuple | None,
    "stamped_headers": list | None,
    "stamps": dict | None,
}
BODY = (("args", list), ("kwargs", dict), ("embed", dict | None))
EMBEDDED: Mapping[str, Any] = {
    **dict.fromkeys(("callbacks", "errbacks", "chain"), list | None),
    "chord": dict | None,
}
UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What a message raises that Celery cannot make sense of, and a lost broker does not."""


class Consumer(Celerys):  # type: ignore[misc] # Celery tells no types
    """Celery's consumer, which outlives what is no task. For Celery's setting ``worker_consumer``."""

    def create_task_handler(self, *arguments: Any, **named: Any) -> Callable[[Any], None]:
        """What is called with each message."""
        handle = super().create_task_handler(*arguments, **named)

        def careful(message: Any) -> None:
            wrong = next(faults(message), None)
            if wrong is None:
                try:
                    handle(message)
                    return
                except UNREADABLE as error:
                    wrong = type(error).__name__
            log.error("A message that is no task was thrown away; what is wrong: %s.", wrong)
            if not message.acknowledged:
                message.reject_log_error(log, self.connection_errors)

        return careful


def faults(message: Any) -> Iterator[str]:
    """The places at which a message is not what Celery's protocol says, never what is there."""
    headers = message.headers if isinstance(message.headers, dict) else {}
    yield from _wrong("header ", headers, HEADERS)
    if len(headers.get("id", "").encode(errors="replace")) > ID:
        yield "header id"
    limits = headers.get("timelimit") or (None, None)
    if len(limits) != 2 or not all(isinstance(one, int | float | None) for one in limits):
        yield "header timelimit"
    try:
        body = message.payload
    except Exception as error:  # noqa: BLE001 - a codec may raise anything on what it cannot read
        yield f"body ({type(error).__name__})"
        return
    if not isinstance(body, list) or len(body) != len(BODY):
        yield "body"
        return
    yield from _wrong("body's ", dict(zip(dict(BODY), body, strict=True)), dict(BODY))
    yield from _wrong("body's ", body[-1] or {}, EMBEDDED)


def _wrong(where: str, found: Mapping[str, Any], types: Mapping[str, Any]) -> Iterator[str]:
    return (f"{where}{name}" for name, kind in types.items() if not isinstance(found.get(name), kind))
