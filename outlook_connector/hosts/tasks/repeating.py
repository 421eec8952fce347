"""What may be done again: a broker delivers a task at least once, and a worker may be lost at any moment of it.

A send gets the task's id as its idempotency key. What cannot be repeated is marked in the connection's token store when
it is begun, for as long as a sent key is; where it is delivered again without having ended, its outcome is unknown, and
it is not done again.
https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.acks_late
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...errors import ConnectorError, OutcomeUnknown
from ...manifest import Manifest
from ...sent import KEPT, digest
from ...store import MemoryStore, Store, StoreConflict

KEY = "idempotencyKey"
KEYLESS: Mapping[str, Any] = {"delivery": "direct", "saveToSentItems": False}
"""Inputs with which a send takes no idempotency key."""
MOST = 5
"""How often a task is begun again whose worker was lost each time: it may be what ends them."""


def keyed(manifest: Manifest, name: Any, given: Any, task_id: str) -> tuple[Any, bool]:
    """The input, with the task's id for its idempotency key where it takes one and has none; and whether the
    operation may be done twice then."""
    operation = manifest.operations.get(name) if isinstance(name, str) else None
    if operation is None or not isinstance(given, Mapping):
        return given, True
    properties = manifest.schemas.document(operation.input_schema).get("properties", {})
    if KEY in given:
        return given, True
    if KEY in properties and not any(given.get(one) == value for one, value in KEYLESS.items()):
        return {**given, KEY: task_id}, True
    reads = operation.by_method and given.get("method", "GET") == "GET"
    return given, operation.idempotent or reads


@contextmanager
def marked(store: Store, task_id: str, *, repeatable: bool, redelivered: bool) -> Iterator[None]:
    """The task's work is done in the block. Raises ``OutcomeUnknown`` where it was begun before and must not be done
    again, ``ConnectorError`` (``workerLost``) where it was begun too often. A store that ends with its process cannot
    tell whether it was begun, so that it counts as begun where it is delivered again."""
    if repeatable and not redelivered:
        yield
        return
    if redelivered and not repeatable and isinstance(store, MemoryStore):
        raise _lost()
    mark = _Mark(store, f"task/{digest([task_id])}")
    mark.begin(repeatable)
    try:
        yield
    except OutcomeUnknown:
        raise
    except ConnectorError:
        mark.forget()
        raise


class _Mark:
    """The row of one task: how often it was begun."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name, self._version = store, name, 0

    def begin(self, repeatable: bool) -> None:
        blob, version = self._store.load(self._name)
        begun = json.loads(blob) if blob else 0
        if begun and not repeatable:
            raise _lost()
        if begun >= MOST:
            raise _worn_out()
        try:
            self._version = self._store.save(self._name, json.dumps(begun + 1).encode(), version, ttl=KEPT)
        except StoreConflict:
            raise _lost() from None

    def forget(self) -> None:
        try:
            self._store.save(self._name, None, self._version)
        except StoreConflict:  # another worker has it by now, and its mark stays
            return


def _lost() -> OutcomeUnknown:
    return OutcomeUnknown(
        "The worker was lost while it did this, and it is not known how far it came. It was not done again.",
        details={"check": "the mailbox, for what the operation would have done"},
    )


def _worn_out() -> ConnectorError:
    told = f"The worker was lost {MOST} times while it did this, which may be what ends it. It was given up."
    return ConnectorError(told, code="workerLost")
