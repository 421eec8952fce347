"""Which messages have arrived: the memory that tells each one once. Pure.

A message has arrived when it is no draft, was received at or after the ``floor``, and is not among the ``seen``.
``seen`` remembers those received in the window before the ``mark``, which is the latest time that has been read up
to; when a round is settled, the mark goes forward, what the window leaves behind is forgotten, and the floor goes
with it, so that what is forgotten is not told again.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from ..reply import text_of
from .source import Item, brief, newest, seconds

OVERLAP = 600
"""Seconds before the mark that are read again: a message can become visible later than others received after it."""
WINDOW = 7 * 86_400
"""Seconds that an arrival in one folder is remembered: a message that comes into the folder later than this after
it was received does not count as received there."""
MOST = 10_000
"""Messages that are remembered."""
KEYS = 2 * MOST
"""What they are known by: two for each."""


@dataclass(frozen=True)
class Arrivals:
    """Times are whole seconds since 1970, as Graph keeps them. ``top`` is the latest time met in this round."""

    floor: int
    mark: int
    top: int = 0
    seen: dict[str, int] = field(default_factory=dict)


def advance(
    state: Arrivals, messages: Iterable[Item], now: float, own: Container[str] = ()
) -> tuple[Arrivals, list[Item]]:
    """The messages that have arrived, in the order given. A copy of one that has arrived, which has a new id, has not;
    what lies in one of the folders ``own``, such as Sent Items, is no copy of what arrives elsewhere. ``now`` keeps a
    message from the future, of which there are some, from moving the mark past those that are yet to come. Raises
    ``UnexpectedResponse``."""
    seen, top, arrived = dict(state.seen), state.top, []
    for one in messages:
        if "@removed" in one or one.get("isDraft"):
            continue
        keys, received = _keys(one, own), seconds(one, "receivedDateTime", state.mark)
        top = max(top, min(received, int(now)))
        if received < state.floor:
            continue
        if seen.keys().isdisjoint(keys):
            arrived.append(one)
        seen |= dict.fromkeys(keys, received)
    return replace(state, seen=seen, top=top), arrived


def _keys(message: Item, own: Container[str]) -> set[str]:
    """What a message is known by: its id, and what all copies of it share."""
    shared = message.get("internetMessageId")
    alone = not shared or message.get("parentFolderId") in own
    return {brief(text_of(message, "id")), *([] if alone else [brief(f"copy of {shared}")])}


def settle(state: Arrivals, window: int) -> Arrivals:
    """The state when all that was received before the latest has been read; ``window`` in seconds."""
    mark = max(state.mark, state.top)
    floor = max(state.floor, mark - window)
    inside = {key: received for key, received in state.seen.items() if received >= floor}
    kept = newest(inside, KEYS)
    lost = max((received for key, received in inside.items() if key not in kept), default=floor - 1)
    return Arrivals(floor=max(floor, lost + 1), mark=mark, seen=kept)
