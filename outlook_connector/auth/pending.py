"""Sign-ins under way, kept in the store under their state, so that beginning and completing may be two processes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..config import Config
from ..errors import AuthError
from ..store import Store, StoreConflict
from .hidden import Hidden

LIFE = 600.0
"""Seconds that a sign-in may take from its beginning to its completion."""

ENDED = "is older than ten minutes"


class PendingSignIns:
    """The sign-ins of one connection. Each is good for one attempt, whatever comes of it."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._of = owner(config)

    def keep(self, state: str, flow: Mapping[str, Any]) -> None:
        """Keeps ``flow``, JSON values, for ten minutes."""
        key = _key(state)
        version = self._store.load(key)[1]
        pending = {"flow": dict(flow), "of": self._of}
        self._store.save(key, json.dumps(pending).encode(), version, ttl=LIFE)

    def take(self, state: str) -> Hidden:
        """What was kept, deleted before anything is done with it, so that two answers never use it twice.

        Raises ``AuthError`` (code ``signInUnknown``) for a state that is unknown, used or older than ten minutes, and
        for one of another connection, which can still complete it.
        """
        key = _key(state)
        pending, version = read(self._store.load(key))
        check(pending, self._of)
        try:
            self._store.save(key, None, version)
        except StoreConflict:
            raise unknown("state", ENDED) from None
        return Hidden(pending["flow"])


def read(row: tuple[bytes | None, int]) -> tuple[Hidden, int]:
    """A row's JSON object, ``{}`` where the row is absent, and its version."""
    return Hidden(json.loads(row[0]) if row[0] else {}), row[1]


def _key(state: str) -> str:
    return "signin/" + hashlib.sha256(state.encode()).hexdigest()


def owner(config: Config) -> dict[str, str]:
    """Whose a sign-in is, by the configuration's keys: what it brings may serve no other app, tenant or account."""
    return {
        "authority": config.authority.lower(),
        "graphAudience": config.graph_audience.lower(),
        "clientId": config.client_id.lower(),
        "auth": config.auth,
        "account": config.account,
    }


def check(pending: Mapping[str, Any], own: Mapping[str, str], what: str = "state", end: str = ENDED) -> None:
    """Refuses a sign-in that is not there, or that was begun by a connection with another ``owner``."""
    theirs = pending.get("of")
    if not isinstance(theirs, Mapping):
        raise unknown(what, end)
    differs = [key for key, value in own.items() if theirs.get(key) != value]
    if not differs:
        return
    advice = "Complete it with the connection that began it, or begin it here."
    raise AuthError(
        f"This sign-in was begun by another connection: {', '.join(differs)} in its configuration "
        f"{'is' if len(differs) == 1 else 'are'} not the same as here. {advice}",
        code="signInUnknown",
        details={"differs": differs, "advice": advice},
    )


def unknown(what: str, end: str) -> AuthError:
    """``what`` names the sign-in, ``end`` says what may have become of it."""
    return AuthError(
        f"This sign-in is not known here: its {what} was used already, {end}, or was begun with another token store. "
        "Begin the sign-in again.",
        code="signInUnknown",
        details={"advice": "Begin the sign-in again."},
    )
