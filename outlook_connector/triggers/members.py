"""What belongs to a folder, or to the mailbox's tree of folders, and what of it is new, other or gone. Pure.

``known`` remembers every member with a print of what matters of it. When Graph has lost its place, everything is told
anew: then ``old`` holds those that have not been met again yet, and what is left of it at the end is gone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..reply import text_of
from .source import Item, brief, newest

MOST_GONE = 1_000
"""Members that went lately, whose going is not told a second time."""


@dataclass(frozen=True)
class Members:
    """``known`` and ``old``: id → print. ``gone``: those that went lately, in their order."""

    known: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What items say: ``new`` ones; ``other`` ones with their earlier print; ids that ``left``, likewise."""

    new: tuple[Item, ...] = ()
    other: tuple[tuple[Item, str], ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)


def advance(state: Members, items: Iterable[Item], print_of: Callable[[Item], str]) -> tuple[Members, Told]:
    """What is new, other or has left. Raises ``UnexpectedResponse``."""
    known, old, gone = dict(state.known), dict(state.old), dict.fromkeys(state.gone)
    new: dict[str, Item] = {}
    other: dict[str, tuple[Item, str]] = {}
    left: dict[str, str] = {}
    for one in items:
        name = text_of(one, "id")
        before = known.pop(name, None)
        before = old.pop(name, None) if before is None else before
        if "@removed" in one:
            new.pop(name, None)
            other.pop(name, None)
            if brief(name) not in gone:
                left[name] = before or ""
            gone[brief(name)] = None
            continue
        gone.pop(brief(name), None)
        left.pop(name, None)
        known[name] = print_of(one)
        if before is None:
            new[name] = one
        elif before != known[name]:
            other[name] = (one, before)
    kept = tuple(gone)[-MOST_GONE:]
    return Members(known, old, kept), Told(tuple(new.values()), tuple(other.values()), left)


def lose_place(state: Members) -> Members:
    """Everything is going to be told anew."""
    return replace(state, known={}, old={**state.old, **state.known})


def settle(state: Members) -> tuple[Members, Mapping[str, str]]:
    """The state when all has been told for now, and what went unnoticed: id → earlier print."""
    gone = (*state.gone, *map(brief, state.old))[-MOST_GONE:]
    return Members(state.known, {}, gone), state.old


def trim(state: Members, most: int) -> Members:
    """The state with ``most`` members at most, those with the largest prints. Of the others it is told when they go,
    but not what went while Graph had lost its place."""
    return replace(state, known=newest(state.known, most))
