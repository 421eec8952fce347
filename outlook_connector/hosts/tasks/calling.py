"""Calling from Python: a task, and its answer in the form of every host."""

from collections.abc import Mapping
from typing import Any

from .configuration import INVOKE, UNSAID
from .failures import OperationFailed


def submit(
    app: Any,
    operation: str,
    input: Mapping[str, Any] | None = None,  # noqa: A002 - the contract's word
    connection: str | None = None,
    *,
    task_id: str | None = None,
) -> Any:
    """Hand an operation to the workers and return Celery's ``AsyncResult``, once the broker has confirmed it. Where
    that fails, submit it again with the same ``task_id``, by which a mail is sent once."""
    given = {"operation": operation, "input": dict(input or {}), "connection": connection}
    return app.send_task(INVOKE, kwargs=given, task_id=task_id, **UNSAID)


def answer_of(result: Any, timeout: float | None = None) -> dict[str, Any]:
    """The operation's output, or ``{"error": {...}}``. Raises ``celery.exceptions.TimeoutError``."""
    try:
        answer: dict[str, Any] = result.get(timeout=timeout)
    except OperationFailed as failed:
        told: dict[str, Any] = failed.args[0]
        return told
    return answer
