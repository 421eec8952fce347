"""The states that cursors name, in the store.

A row holds a state, and once events have been told from it, what they were and the row that comes after it: whoever
asks with its cursor again is told the same. It is there until its successor has told events in turn, or nobody has
asked for ``KEPT`` seconds. Of an event it holds ids and times, never content.
"""

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import ConnectorError, InvalidInput
from ..graph.paging import Place
from ..store import Store, StoreConflict
from .source import State, stamp

KEPT = 30 * 86_400.0
"""Seconds that a state is kept after it was last written; one that is in use is written at least once a day."""


@dataclass(frozen=True)
class Row:
    """``inputs`` is the digest of the input that it belongs to, ``values`` the input in Graph's form, ``parent`` the
    row before, ``day`` when it was written, ``answer`` the events told from it and the row after it."""

    inputs: str
    values: dict[str, Any]
    state: State
    day: int
    parent: str | None = None
    answer: dict[str, Any] | None = None


@dataclass(frozen=True)
class Kept:
    """A row as it lies in the store: its name, and the version that it had when it was read."""

    name: str
    row: Row
    version: int


@dataclass(frozen=True)
class States:
    """The states of one trigger on one mailbox."""

    store: Store
    place: Place

    def cursor(self, name: str, day: int) -> str:
        return self.place.encode([name, day], 0)

    def find(self, cursor: str) -> Kept:
        """The row that a cursor names. Raises ``InvalidInput`` for one that is not ours, or that is kept no more."""
        found, _ = self.place.decode(cursor)
        name, day = found or ("", 0)
        blob, version = self.store.load(_key(name))
        if blob is None:
            raise InvalidInput(
                "The cursor names a state that is kept no more: a later one has been used, or it was not used for 30 "
                f"days, or the store is another. Start again, with since {stamp(day * 86_400)} where the trigger "
                "takes it: what was told before comes again, with the same ids.",
                code="cursorLost",
                details={"problems": [{"pointer": "/cursor", "message": "is kept no more"}]},
            )
        return Kept(name, Row(**json.loads(blob)), version)

    def add(self, row: Row) -> str:
        """The name of a new row."""
        name = secrets.token_urlsafe(16)
        _, version = self.store.load(_key(name))
        self._save(Kept(name, row, version))
        return name

    def replace(self, kept: Kept, row: Row) -> bool:
        """Whether ``row`` is there now in place of ``kept``; not where another worker has written it meanwhile."""
        try:
            self._save(replace(kept, row=row))
        except StoreConflict:
            return False
        return True

    def drop(self, name: str) -> None:
        """Forget a row; where another worker is at it, it goes by its own time."""
        blob, version = self.store.load(_key(name))
        if blob is not None:
            with suppress(StoreConflict):
                self.store.save(_key(name), None, version)

    def _save(self, kept: Kept) -> None:
        blob = json.dumps(asdict(kept.row), separators=(",", ":")).encode()
        self.store.save(_key(kept.name), blob, kept.version, ttl=KEPT)


def taken_over() -> ConnectorError:
    """Other workers went on from the same state again and again."""
    return ConnectorError(
        "Other workers use the same cursor at the same time. Give each its own, or ask again.",
        code="pollTakenOver",
        retryable=True,
    )


def _key(name: str) -> str:
    return f"trigger/{name}"
