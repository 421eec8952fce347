"""The task ``outlook.invoke``: an operation by its name, as ``Connector.invoke`` runs it.

https://docs.celeryq.dev/en/stable/userguide/tasks.html
"""

import logging
from dataclasses import dataclass
from typing import Any

from ...errors import ConnectorError, OutcomeUnknown
from .connections import Connections
from .failures import OperationFailed, unexpected
from .repeating import keyed, marked

log = logging.getLogger("outlook_connector.tasks")

LONGEST = 600.0
"""Seconds that a task waits at most before it is tried again; a service that wants more is told to the caller."""
FIRST = 1.0
"""Seconds before the first repetition where the service did not say; they double each time."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of a task's message."""

    task_id: str
    retries: int = 0
    redelivered: bool = False


@dataclass
class Again(Exception):
    """The call may be made again after ``wait`` seconds; ``failure`` is its answer until then."""

    failure: OperationFailed
    wait: float


def invoke(
    connections: Connections, retries: int, delivery: Delivery, operation: Any, given: Any, connection: Any
) -> dict[str, Any]:
    """The operation's output. Raises ``OperationFailed``; ``Again`` where the error passes by itself and the task has
    not been tried more than ``retries`` times."""
    repeatable = False
    try:
        _, parts = connections.find(connection)
        given = {} if given is None else given
        given, repeatable = keyed(parts.connector.manifest, operation, given, delivery.task_id)
        with marked(parts.store, delivery.task_id, repeatable=repeatable, redelivered=delivery.redelivered):
            return parts.connector.invoke(operation, given)
    except ConnectorError as error:
        failure = OperationFailed.of(error)
        wait = _wait(error, repeatable, delivery.retries) if delivery.retries < retries else None
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback could quote what was sent
        failure, wait = unexpected(error), None
    if wait is not None:
        raise Again(failure, wait)
    raise failure


def _wait(error: ConnectorError, repeatable: bool, tried: int) -> float | None:
    """Seconds after which the same call may be made again; ``None`` where it may not."""
    if not error.retryable and not (repeatable and isinstance(error, OutcomeUnknown)):
        return None
    told = error.details.get("retryAfter")
    if not isinstance(told, (int, float)):
        return min(FIRST * 2.0**tried, LONGEST)
    return float(told) if told <= LONGEST else None
