"""Which messages have changed: the memory that tells each version once, and a new message not at all. Pure.

Everything changed up to the ``mark`` has been read, so that a message met for the first time is new where it was made
within the overlap before it or later. A draft becomes a message when it is sent: before, its changes are not told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..reply import text_of
from .arrivals import MOST, OVERLAP
from .source import Item, brief, newest, seconds

NEW = "new"


@dataclass(frozen=True)
class Versions:
    """Times are whole seconds since 1970. ``seen``: message → when it was changed, its version, and ``NEW`` where it
    was made after the mark."""

    mark: int
    top: int = 0
    seen: dict[str, list[int | str]] = field(default_factory=dict)


def advance(state: Versions, messages: Iterable[Item], now: float) -> tuple[Versions, list[Item]]:
    """The messages that have changed, in the order given. Raises ``UnexpectedResponse``."""
    seen, top, changed = dict(state.seen), state.top, []
    for one in messages:
        if one.get("isDraft"):
            continue
        key, at = brief(text_of(one, "id")), seconds(one, "lastModifiedDateTime", state.mark)
        top = max(top, min(at, int(now)))
        before, version = seen.get(key), brief(version_of(one))
        if before is not None and before[1] == version:
            continue
        born = max(seconds(one, "createdDateTime"), seconds(one, "receivedDateTime"))
        is_new = born >= state.mark - OVERLAP
        seen[key] = [at, version, *([NEW] if is_new else [])]
        if before is not None or not is_new:
            changed.append(one)
    return replace(state, seen=seen, top=top), changed


def version_of(message: Item) -> str:
    """What tells one version of a message from another: the change key, which its entity tag holds as well."""
    return str(message.get("changeKey") or message.get("lastModifiedDateTime") or "")


def settle(state: Versions) -> Versions:
    """The state when all has been read for now."""
    mark = max(state.mark, state.top)
    inside = {key: one for key, one in state.seen.items() if int(one[0]) >= mark - OVERLAP}
    return Versions(mark=mark, seen=newest(inside, MOST))


def trim(state: Versions) -> Versions:
    """The state in the middle of reading by time: what lies further back than the overlap is not met again. What was
    new stays, since it would count as new once more, and not as changed, while the mark stands."""
    back = state.top - OVERLAP
    inside = {key: one for key, one in state.seen.items() if int(one[0]) >= back or one[2:]}
    return replace(state, seen=newest(inside, MOST))
