"""Sign-ins under way, kept in the store under their state, so that beginning and completing may be two processes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..errors import AuthError
from ..store import Store, StoreConflict
from .hidden import Hidden

LIFE = 600.0
"""Seconds that a sign-in may take from its beginning to its completion."""


class PendingSignIns:
    """The sign-ins of one account. Each is good for one attempt, whatever comes of it."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account

    def keep(self, state: str, flow: Mapping[str, Any]) -> None:
        """Keeps ``flow``, JSON values, for ten minutes."""
        key = _key(state)
        version = self._store.load(key)[1]
        self._store.save(
            key, json.dumps({"flow": dict(flow), "account": self._account}).encode(), version, ttl=LIFE
        )

    def take(self, state: str) -> Hidden:
        """What was kept, deleted before anything is done with it, so that two answers never use it twice.

        Raises ``AuthError`` (code ``signInUnknown``) for a state that is unknown, used or older than ten minutes.
        """
        key = _key(state)
        pending, version = read(self._store.load(key))
        if pending.get("account") != self._account:
            raise _unknown()
        try:
            self._store.save(key, None, version)
        except StoreConflict:
            raise _unknown() from None
        return Hidden(pending["flow"])


def read(row: tuple[bytes | None, int]) -> tuple[Hidden, int]:
    """A row's JSON object, ``{}`` where the row is absent, and its version."""
    return Hidden(json.loads(row[0]) if row[0] else {}), row[1]


def _key(state: str) -> str:
    return "signin/" + hashlib.sha256(state.encode()).hexdigest()


def _unknown() -> AuthError:
    return AuthError(
        "This sign-in is not known here: its state was used already, is older than ten minutes, or was begun with "
        "another token store or account. Begin the sign-in again.",
        code="signInUnknown",
        details={"advice": "Begin the sign-in again."},
    )
