"""Sources of the triggers that tell of messages as they change: the whole mailbox, by the time of the last change.

https://learn.microsoft.com/graph/api/user-list-messages
https://learn.microsoft.com/graph/api/resources/message
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..binding import get
from ..context import Context
from ..graph.paging import listing, walk
from ..reply import text_of
from . import flags, versions
from .arrivals import MOST, OVERLAP
from .flags import Flags
from .reading import PAGE, Position, by_time, latest, size_of
from .source import Happening, Item, State, Step, Subject, brief, seconds
from .versions import Versions, version_of

CHANGED = "lastModifiedDateTime"
LOOK = 3600
"""Seconds without an event from the watched folder, after which it is looked up: a mailbox's list of messages does not
say that a folder has gone."""
Machine = Callable[[State, Iterable[Item], float, bool], tuple[State, list[Item]]]
"""State, messages, now, and whether that is all for now → the parts of the state that are its own, and what is told."""


@dataclass(frozen=True)
class Changed:
    """Messages as they change, of one ``folder`` or of all. ``machine`` decides which are told, ``start`` makes the
    parts of the state that it needs."""

    context: Context
    folder: str | None
    machine: Machine
    start: Callable[[int, int | None], State]
    size: int

    def begin(self, since: int | None) -> State:
        graph = self.context.graph
        only: State = {}
        if self.folder:
            only = {"only": _folder_id(self.context, self.folder), "looked": int(self.context.clock())}
        if since is not None:
            return {"quiet": False, **only, **self.start(since, since)}
        last = latest(graph, CHANGED)
        mark = min(seconds(last, CHANGED), int(self.context.clock())) if last else 0
        return {"quiet": last is not None, **only, **self.start(mark, None)}

    @property
    def subject(self) -> Subject:
        return Subject(self.folder, ("created", "updated") if self.folder else ("updated",))

    def look(self, state: State, ids: Sequence[str]) -> Step:
        """The whole mailbox was read: there is nothing else to find."""
        return Step(state, [], done=True)

    def step(self, state: State) -> Step:
        place = Position(*state["place"]) if "place" in state else Position(max(state["mark"] - OVERLAP, 0))
        size = PAGE if state["quiet"] else self.size
        items, place_after = by_time(self.context.graph, CHANGED, None, place, size)
        after = {name: value for name, value in state.items() if name != "place"}
        if place_after:
            after["place"] = [place_after.at, place_after.link]
        own, found = self.machine(state, items, self.context.clock(), place_after is None)
        told = [one for one in found if "only" not in state or one.get("parentFolderId") == state["only"]]
        happenings = [] if state["quiet"] else [_changed(one) for one in told]
        looked = self._looked(state, bool(told), place_after is None) if "only" in state else {}
        return Step({**after, **own, **looked}, happenings, place_after is None)

    def _looked(self, state: State, told: bool, settled: bool) -> State:
        """When the folder is known to have been there. Raises ``NotFound`` where it has gone; never in a poll that has
        events of it, which a refusal would keep back."""
        now, looked = int(self.context.clock()), state.get("looked", 0)
        if not told and settled and now - looked >= LOOK:
            _folder_id(self.context, state["only"])
            return {"looked": now}
        return {"looked": now if told else min(looked, now)}


def updated(context: Context, values: dict[str, Any]) -> Changed:
    """Every version of a message that is neither new nor a draft."""

    def machine(state: State, items: Iterable[Item], now: float, settled: bool) -> tuple[State, list[Item]]:
        memory = Versions(state["mark"], state["top"], state["seen"])
        memory, found = versions.advance(memory, items, now)
        return vars(versions.settle(memory) if settled else versions.trim(memory)), found

    return Changed(
        context, values.get("folder"), machine, lambda mark, _: vars(Versions(mark)), size_of(values)
    )


def flagged(context: Context, values: dict[str, Any]) -> Changed:
    """Messages whose flag was set."""

    def machine(state: State, items: Iterable[Item], now: float, settled: bool) -> tuple[State, list[Item]]:
        memory = Flags(state["mark"], state["top"], state["flagged"])
        memory, found = flags.advance(memory, items, now)
        return vars(flags.settle(memory) if settled else memory), found

    def start(mark: int, since: int | None) -> State:
        return vars(Flags(mark, flagged=_flagged_before(context, since)))

    return Changed(context, values.get("folder"), machine, start, size_of(values))


def _flagged_before(context: Context, since: int | None) -> dict[str, int]:
    """The messages that are flagged, but for those changed at ``since`` or later: theirs may have been set then."""
    asked = {"$filter": "flag/flagStatus eq 'flagged'", "$select": f"id,{CHANGED}", "$top": 200}
    found: dict[str, int] = {}
    for page in walk(listing(context.graph, get("/messages", query=asked))):
        times = {brief(text_of(one, "id")): seconds(one, CHANGED) for one in page.items}
        found |= {key: at for key, at in times.items() if since is None or at < since}
        if len(found) >= MOST:
            break
    return found


def _folder_id(context: Context, folder: str) -> str:
    return text_of(
        context.graph.json(get("/mailFolders/{folder}", query={"$select": "id"}, folder=folder)), "id"
    )


def _changed(message: Item) -> Happening:
    when = message.get(CHANGED)
    facts = (version_of(message),)
    return Happening("updated", "message", text_of(message, "id"), message, when and str(when), facts)
