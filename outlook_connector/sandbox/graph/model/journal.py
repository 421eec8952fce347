"""What happened to messages, in order: what delta queries and notifications are made from."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a message lay, and how often it had moved until then (its default id follows from that)."""

    folder: str
    generation: int


@dataclass(frozen=True)
class Change:
    """One message made (`before` is None), changed, moved, or gone (`after` is None)."""

    key: str
    before: Place | None
    after: Place | None


@dataclass(frozen=True)
class Passage:
    """A message's way through one folder: its place there before and after; None means elsewhere."""

    key: str
    first: Place | None
    now: Place | None


def passages(changes: Iterable[Change], folder: str) -> list[Passage]:
    """Every message that was in a folder before the changes or is after them, in the order of its latest change."""
    found: dict[str, Passage] = {}
    for change in changes:
        before, after = _inside(change.before, folder), _inside(change.after, folder)
        known = found.pop(change.key, None)
        found[change.key] = Passage(change.key, known.first if known else before, after)
    return [passage for passage in found.values() if passage.first or passage.now]


def _inside(place: Place | None, folder: str) -> Place | None:
    return place if place is not None and place.folder == folder else None
