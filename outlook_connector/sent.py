"""Idempotency keys: what was sent under a key is remembered, and only one worker at a time works on it."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import ConnectorError, InvalidInput
from .frozen import frozen
from .store import Store, StoreConflict, held

KEPT = 30 * 24 * 3600.0
"""Seconds that a key is remembered after its last use."""


class Claim:
    """The row of one key while this worker holds it. It is empty for a key that is new; ``begun`` names a draft whose
    writing was begun under the key, ``draft`` one that is complete, ``answer`` what was answered."""

    def __init__(self, store: Store, name: str, row: dict[str, Any], version: int) -> None:
        self.store, self.name, self.row, self.version = store, name, row, version

    def check(self, content: str) -> None:
        """Raises ``InvalidInput`` where something was written under the key with other content."""
        if self.row.get("content", content) != content:
            raise other_content()

    def save(self, **values: Any) -> None:
        """Merge ``values`` into the row and write it down before anything else is done.

        Raises ``ConnectorError`` (``keyTakenOver``, retryable) where this worker took so long that another one has
        gone on in its place.
        """
        self.row = {**self.row, **values}
        try:
            self.version = self.store.save(self.name, json.dumps(self.row).encode(), self.version, ttl=KEPT)
        except StoreConflict:
            raise ConnectorError(
                "Another worker has gone on with this idempotency key, since this one took too long. Repeat the "
                "call to learn how it ended.",
                code="keyTakenOver",
                retryable=True,
            ) from None


@frozen
class SentKeys:
    """The keys of one store. ``longest`` is how many seconds one invocation may hold a key."""

    store: Store
    longest: float

    @contextmanager
    def claimed(self, owner: str, key: str) -> Iterator[Claim]:
        """Hold ``key`` of the mailbox ``owner``, waiting for another worker that has it.

        Raises ``ConnectorError`` (``storeBusy``, retryable) where the other worker does not finish in time.
        """
        name = "sent/" + digest([owner, key])
        with held(self.store, name, ttl=self.longest + 10, timeout=self.longest):
            blob, version = self.store.load(name)
            yield Claim(self.store, name, json.loads(blob) if blob else {}, version)


def other_content() -> InvalidInput:
    """The error for a key under which something else was written."""
    told = "was used before for a mail with other content; take a new key for a new mail"
    return InvalidInput.of([("/idempotencyKey", told)])


def digest(value: Any) -> str:
    """A SHA-256, in hex, of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
