"""Idempotency keys: what was sent under a key is remembered, and only one worker at a time works on it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .errors import InvalidInput
from .store import Store, held

KEPT = 30 * 24 * 3600.0
"""Seconds that a key is remembered after its last use."""


@dataclass
class Claim:
    """The row of one key while this worker holds it; ``row`` is empty for a key that is new."""

    store: Store
    name: str
    row: dict[str, Any]
    version: int

    def save(self, **values: Any) -> None:
        """Merge ``values`` into the row and write it down before anything else is done."""
        self.row = {**self.row, **values}
        self.version = self.store.save(self.name, json.dumps(self.row).encode(), self.version, ttl=KEPT)


@dataclass(frozen=True)
class SentKeys:
    """The keys of one connection. ``longest`` is how many seconds one invocation may hold a key."""

    store: Store
    longest: float

    @contextmanager
    def claimed(self, owner: str, key: str, content: Mapping[str, Any]) -> Iterator[Claim]:
        """Hold ``key`` of the mailbox ``owner``, waiting for another worker that has it.

        Raises ``InvalidInput`` where the key was used before with other content, and ``ConnectorError`` (code
        ``storeBusy``) where the other worker does not finish in time.
        """
        name = "sent/" + _digest([owner, key])
        with held(self.store, name, ttl=self.longest + 10, timeout=self.longest):
            blob, version = self.store.load(name)
            claim = Claim(self.store, name, json.loads(blob) if blob else {}, version)
            wanted = _digest(content)
            if claim.row.get("content", wanted) != wanted:
                told = "was used before for a mail with other content; take a new key for a new mail"
                raise InvalidInput.of([("/idempotencyKey", told)])
            claim.row["content"] = wanted
            yield claim


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
