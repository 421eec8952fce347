"""What a trigger's source is: a state, and steps from one state to the next."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

State = dict[str, Any]
"""A JSON value. ``quiet`` in it is true until what was there before the start has been read: none of it is told.
``met`` is true where that has been read although there is more: the poll after this one tells what it finds.
``settled`` is true where Graph had told everything for then."""

Item = Mapping[str, Any]
"""A resource as Graph gave it."""


@dataclass(frozen=True)
class Happening:
    """Something that happened to a message or a folder.

    ``resource`` is what Graph says of it now, ``None`` where it is gone. ``time`` is when it happened, where Graph
    tells. ``facts`` tell it from whatever else happens to the same item: only what a delta, a list and a
    notification say alike. ``parts`` are properties that an event of this trigger has besides.
    """

    change: str
    kind: str
    id: str
    resource: Item | None
    time: str | None = None
    facts: tuple[str, ...] = ()
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """The state after a page, what has happened, and whether Graph has told everything for now. ``idle``: the page was
    empty, so that the state before it leads to the same."""

    state: State
    happenings: list[Happening]
    done: bool
    idle: bool = False


@dataclass(frozen=True)
class Subject:
    """What Graph can notify of: changes, in the words of ``subscriptions.create``, of a folder's messages or of the
    mailbox's."""

    folder: str | None
    changes: tuple[str, ...]


class Source(Protocol):
    """Where a trigger's events come from."""

    @property
    def subject(self) -> Subject | None:
        """What notifications tell that there is something to read; ``None`` where Graph has none for it."""

    def begin(self, since: int | None) -> State:
        """The state to start in: from ``since`` (seconds since 1970), else from now. Raises ``GraphError``."""

    def step(self, state: State) -> Step:
        """Read one page, with no more requests than that and what its events need. Raises ``GraphError``."""

    def look(self, state: State, ids: Sequence[str]) -> Step:
        """Look at the messages that notifications named: what happened to those that no page has told of. Raises
        ``GraphError``."""


def seconds(item: Item, name: str, otherwise: int = 0) -> int:
    """A time that Graph gave, in whole seconds since 1970; ``otherwise`` where it is missing or is none."""
    try:
        moment = datetime.fromisoformat(str(item.get(name)))
        return int(moment.timestamp() if moment.tzinfo else moment.replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        return otherwise


def stamp(at: int) -> str:
    """Seconds since 1970 as Graph writes them in a filter; what lies before Outlook's years is their beginning."""
    return datetime.fromtimestamp(max(at, 0), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def brief(text: str) -> str:
    """16 hexadecimal digits in place of an id, for memories of many: 64 bits, so that two ids do not share them."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def newest(memory: Mapping[str, Any], most: int) -> dict[str, Any]:
    """The ``most`` entries with the largest values."""
    if len(memory) <= most:
        return dict(memory)
    return dict(sorted(memory.items(), key=lambda entry: entry[1])[-most:])
