"""What the store keeps of a watch with a subscription: its own row, which one worker at a time writes, and the marks
that notifications leave, which any receiver writes. Ids, times and a secret; never content.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import ConnectorError
from ..store import Store, StoreConflict
from .push import Push
from .states import KEPT

MOST_IDS = 1_000
"""Ids that wait for a look at most; what is beyond is found by reading alone."""
MOST_LIFECYCLE = 50
TRIES = 20


@dataclass(frozen=True)
class Watch:
    """``secret`` is what notifications prove themselves by, ``cursor`` the place up to which the host has taken events
    over, ``None`` before the first, ``address`` a print of where its subscription posts to, ``push`` the state of the
    machine."""

    secret: str = field(repr=False)
    cursor: str | None = None
    address: str = ""
    push: Push = field(default_factory=Push)

    def blob(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":")).encode()


@dataclass(frozen=True)
class Marks:
    """What was heard and not looked at yet: how many notifications and events, the messages they name, and the events
    of subscriptions, with their ids."""

    heard: int = 0
    ids: tuple[str, ...] = ()
    lifecycle: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Marks") -> "Marks":
        ids = tuple(dict.fromkeys((*self.ids, *other.ids)))[-MOST_IDS:]
        lifecycle = tuple(dict.fromkeys((*self.lifecycle, *other.lifecycle)))[-MOST_LIFECYCLE:]
        return Marks(self.heard + other.heard, ids, lifecycle)

    def __sub__(self, done: "Marks") -> "Marks":
        """Without those that were looked at. A message or an event that was named once more meanwhile is still counted
        as heard."""
        return Marks(
            max(self.heard - done.heard, 0),
            tuple(one for one in self.ids if one not in frozenset(done.ids)),
            tuple(one for one in self.lifecycle if one not in done.lifecycle),
        )


def load_watch(store: Store, name: str) -> tuple[Watch | None, int]:
    """The watch called ``name`` and its row's version."""
    blob, version = store.load(f"watch/{name}")
    if blob is None:
        return None, version
    told: dict[str, Any] = json.loads(blob)
    return Watch(**{**told, "push": Push(**told["push"])}), version


def save_watch(store: Store, name: str, watch: Watch, version: int) -> int:
    """The row's new version. Raises ``StoreConflict`` where another worker has written it."""
    return store.save(f"watch/{name}", watch.blob(), version, ttl=KEPT)


def load_marks(store: Store, name: str) -> tuple[Marks, int]:
    """The marks of the watch called ``name`` and their row's version."""
    blob, version = store.load(f"marks/{name}")
    told: dict[str, Any] = json.loads(blob) if blob else {}
    lifecycle = tuple((event, subscription) for event, subscription in told.get("lifecycle", []))
    return Marks(told.get("heard", 0), tuple(told.get("ids", [])), lifecycle), version


def add_marks(store: Store, name: str, marks: Marks) -> None:
    """Leave marks for the watch's worker. Raises ``ConnectorError`` (retryable) where the row is never free."""
    _change(store, name, lambda before: before + marks)


def drop_marks(store: Store, name: str, done: Marks) -> None:
    """Take away the marks that were looked at; what came meanwhile stays. Raises as ``add_marks`` does."""
    _change(store, name, lambda before: before - done)


def _change(store: Store, name: str, change: Callable[[Marks], Marks]) -> None:
    for _ in range(TRIES):
        before, version = load_marks(store, name)
        after = change(before)
        if after == before:
            return
        blob = json.dumps(asdict(after), separators=(",", ":")).encode() if after != Marks() else None
        try:
            store.save(f"marks/{name}", blob, version, ttl=KEPT)
        except StoreConflict:
            continue
        return
    raise ConnectorError(
        "The store's row of a watch is written by too many at once.", code="storeBusy", retryable=True
    )
