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

FIRST = 1.0
"""Seconds before the first repetition where the service did not say; they double each time."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of a task's message."""

    task_id: str
    retries: int = 0
    redelivered: bool = False


@dataclass(frozen=True)
class Patience:
    """How often a task is tried again, and the seconds that it waits at most before that."""

    retries: int
    longest: float


@dataclass
class Again(Exception):
    """The call may be made again after ``wait`` seconds; ``failure`` is its answer until then."""

    failure: OperationFailed
    wait: float


def invoke(
    connections: Connections,
    patience: Patience,
    delivery: Delivery,
    operation: Any,
    given: Any,
    connection: Any,
) -> dict[str, Any]:
    """The operation's output. Raises ``OperationFailed``; ``Again`` where the error passes by itself and patience
    is left."""
    repeatable = False
    try:
        _, parts = connections.find(connection)
        given = {} if given is None else given
        given, repeatable = keyed(parts.connector.manifest, operation, given, delivery.task_id)
        with marked(parts.store, delivery.task_id, repeatable=repeatable, redelivered=delivery.redelivered):
            return parts.connector.invoke(operation, given)
    except ConnectorError as error:
        failure = OperationFailed.of(error)
        wait = _wait(error, repeatable, delivery.retries, patience)
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback could quote what was sent
        failure, wait = unexpected(error), None
    if wait is not None:
        raise Again(failure, wait)
    raise failure


def _wait(error: ConnectorError, repeatable: bool, tried: int, patience: Patience) -> float | None:
    """Seconds after which the same call is made again; ``None`` where it is not."""
    passes = error.retryable or (repeatable and isinstance(error, OutcomeUnknown))
    if not passes or tried >= patience.retries:
        return None
    told = error.details.get("retryAfter")
    if not isinstance(told, (int, float)):
        return min(FIRST * 2.0**tried, patience.longest)
    return float(told) if told <= patience.longest else None
