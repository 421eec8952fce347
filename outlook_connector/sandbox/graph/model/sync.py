"""States that delta tokens name: where a client stands in the changes of a folder, or among the folders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outlook_connector.sandbox.graph.model.ids import digest
from outlook_connector.sandbox.graph.odata.query import Query

Json = dict[str, Any]
_MOST = 20_000


@dataclass(frozen=True)
class Item:
    """One thing to tell: the key of what is there, or the id of what is not there any more."""

    key: str = ""
    removed: str = ""


@dataclass(frozen=True)
class Sync:
    """A round of a delta query: what is left to tell of it, and where the next one begins.

    `place` names mailbox and collection; `since` is a position in the journal of messages; `folders` are the
    folders as they were told, id -> JSON. `query` is that of the first request, which all rounds follow.
    """

    place: str
    query: Query
    pending: tuple[Item, ...] = ()
    since: int = 0
    folders: Mapping[str, Json] = field(default_factory=dict)


class SyncStates:
    """The states that tokens stand for; the oldest are forgotten when there are very many."""

    def __init__(self) -> None:
        self._states: dict[str, Sync] = {}
        self._serial = 0

    def keep(self, state: Sync) -> str:
        """Stores a state and returns its token."""
        self._serial += 1
        token = digest("sync", state.place, self._serial, size=48).replace("+", "-").replace("/", "_")
        self._states[token] = state
        if len(self._states) > _MOST:
            del self._states[next(iter(self._states))]
        return token

    def find(self, token: str) -> Sync | None:
        """The state of a token, None where it is lost."""
        return self._states.get(token)

    def forget(self) -> None:
        """Loses all of them: every token is answered 410 from now on."""
        self._states.clear()
