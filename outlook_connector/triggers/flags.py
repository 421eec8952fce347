"""Which messages have been flagged: those that are flagged now and were not when they were last met. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..reply import text_of
from .arrivals import MOST
from .source import Item, brief, newest, seconds


@dataclass(frozen=True)
class Flags:
    """Times are whole seconds since 1970. ``flagged``: message → when it was last changed."""

    mark: int
    top: int = 0
    flagged: dict[str, int] = field(default_factory=dict)


def advance(state: Flags, messages: Iterable[Item], now: float) -> tuple[Flags, list[Item]]:
    """The messages whose flag was set since they were last met. Raises ``UnexpectedResponse``."""
    flagged, top, turned = dict(state.flagged), state.top, []
    for one in messages:
        key, at = brief(text_of(one, "id")), seconds(one, "lastModifiedDateTime", state.mark)
        top = max(top, min(at, int(now)))
        if not is_flagged(one):
            flagged.pop(key, None)
        elif key not in flagged:
            turned.append(one)
            flagged[key] = at
    return replace(state, flagged=flagged, top=top), turned


def is_flagged(message: Item) -> bool:
    """Whether the flag is set and not completed."""
    flag = message.get("flag")
    return isinstance(flag, dict) and flag.get("flagStatus") == "flagged"


def settle(state: Flags) -> Flags:
    """The state when all has been read for now."""
    return Flags(mark=max(state.mark, state.top), flagged=newest(state.flagged, MOST))
