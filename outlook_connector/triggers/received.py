"""Sources of the triggers that tell of messages as they arrive.

A whole mailbox is read by the time of receipt, with an overlap: one request, whichever folder a rule or a person moves
a message to. One folder is read that way until it has caught up, and by delta from then on, which also tells of what
comes into it later; where a cloud has no delta, by time alone.
https://learn.microsoft.com/graph/delta-query-messages
https://learn.microsoft.com/graph/api/message-delta
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ..binding import get
from ..context import Context
from ..errors import NotFound
from ..graph.paging import listing, walk
from ..operations import query
from ..operations.attachments import SHOWN
from ..reply import text_of
from . import arrivals
from .arrivals import OVERLAP, WINDOW, Arrivals
from .reading import PAGE, SELECT, Position, by_time, changes, folder_ids, latest, named, size_of
from .source import Happening, Item, State, Step, Subject, brief, seconds, stamp

log = logging.getLogger("outlook_connector.triggers")

WITHOUT_DELTA = ("china",)
"""Clouds that have no delta of messages: https://learn.microsoft.com/graph/api/message-delta"""
Tell = Callable[[Item], Iterable[Happening]]


@dataclass(frozen=True)
class Received:
    """Messages as they arrive; ``tell`` makes the happenings of one. Without a ``folder``, what lies in Sent Items or
    the Outbox has not been received."""

    context: Context
    folder: str | None
    tell: Tell
    size: int

    def begin(self, since: int | None) -> State:
        own = [] if self.folder else folder_ids(self.context.graph, "sentitems", "outbox")
        if since is not None:
            return {"own": own, "quiet": False, **vars(Arrivals(floor=since, mark=since))}
        last = latest(self.context.graph, "receivedDateTime")
        mark = min(seconds(last, "receivedDateTime"), int(self.context.clock())) if last else 0
        floor = max(mark - OVERLAP, 0)
        return {"own": own, "quiet": last is not None, **vars(Arrivals(floor=floor, mark=mark))}

    @property
    def subject(self) -> Subject:
        return Subject(self.folder, ("created",))

    def look(self, state: State, ids: Sequence[str]) -> Step:
        """A message that came into the folder and has left it before it was read is found by its id, wherever it is;
        what it says of the time moves no mark, since others of that time may not have been read."""
        memory = _memory(state)
        found = named(self.context.graph, [one for one in ids if brief(one) not in memory.seen])
        step = self._told(state, memory, found, settled=False, done=True)
        return replace(step, state={**step.state, "top": memory.top})

    def step(self, state: State) -> Step:
        return self._by_delta(state) if "delta" in state else self._by_time(state)

    def _by_time(self, state: State) -> Step:
        memory = _memory(state)
        place = Position(*state["place"]) if "place" in state else Position(_from(memory))
        size = PAGE if state["quiet"] else self.size
        items, place_after = by_time(self.context.graph, "receivedDateTime", self.folder, place, size)
        after = {name: value for name, value in state.items() if name != "place"}
        if place_after:
            after["place"] = [place_after.at, place_after.link]
        by_delta = bool(self.folder) and self.context.graph.config.cloud not in WITHOUT_DELTA
        if place_after is None and by_delta:
            after |= {"delta": "", "met": True}
        return self._told(after, memory, items, settled=True, done=place_after is None and not by_delta)

    def _by_delta(self, state: State) -> Step:
        memory = _memory(state)
        earliest = max(memory.floor, memory.mark - WINDOW)
        asked = {"$select": SELECT, "$filter": f"receivedDateTime ge {stamp(earliest)}"}
        first = get("/mailFolders/{folder}/messages/delta", query=asked, folder=str(self.folder))
        page = changes(self.context.graph, first, state["delta"], self.size)
        if page is None:
            log.warning("Graph has lost its place in the changes of a folder: it is read again")
            again = {name: one for name, one in state.items() if name != "delta"}
            return Step({**again, "place": [earliest, None]}, [], done=False)
        after = {**state, "delta": page.link}
        return self._told(after, memory, page.items, settled=page.complete, done=page.complete)

    def _told(
        self, state: State, memory: Arrivals, items: list[dict[str, Any]], *, settled: bool, done: bool
    ) -> Step:
        """``settled``: all that was received before the latest of ``items`` has been read, as it always has by time."""
        memory, found = arrivals.advance(memory, items, self.context.clock(), state["own"])
        if settled:
            memory = arrivals.settle(memory, WINDOW if self.folder else OVERLAP)
        told = (
            [] if state["quiet"] else [one for one in found if one.get("parentFolderId") not in state["own"]]
        )
        happenings = [happening for one in told for happening in self.tell(one)]
        return Step({**state, **vars(memory)}, happenings, done, idle=not items)


def _memory(state: State) -> Arrivals:
    return Arrivals(state["floor"], state["mark"], state["top"], state["seen"])


def _from(memory: Arrivals) -> int:
    return max(memory.floor, memory.mark - OVERLAP)


def received(context: Context, values: dict[str, Any]) -> Received:
    """Every message that arrives, in the mailbox or in one folder."""
    return Received(context, values.get("folder"), _itself, size_of(values))


def sent(context: Context, values: dict[str, Any]) -> Received:
    """Every message that comes into Sent Items."""
    return Received(context, "sentitems", lambda one: [_message(one, time="sentDateTime")], size_of(values))


def matching(context: Context, values: dict[str, Any]) -> Received:
    """Messages that arrive and fit every filter of the input."""
    return Received(
        context,
        values.get("folder"),
        lambda one: _itself(one) if query.is_meant(values, one) else [],
        size_of(values),
    )


def attachments(context: Context, values: dict[str, Any]) -> Received:
    """The attachments of the messages that arrive, each by itself.
    https://learn.microsoft.com/graph/api/message-list-attachments"""
    wanted = str(values.get("fileName", "*")).lower()

    def tell(message: Item) -> Iterable[Happening]:
        if not (message.get("hasAttachments") or values.get("includeInline")):
            return
        if not query.is_meant(
            {name: values[name] for name in ("from", "subject") if name in values}, message
        ):
            return
        for one in _attachments(context, text_of(message, "id")):
            inline = one.get("isInline") and not values.get("includeInline")
            if not inline and fnmatchcase(str(one.get("name")).lower(), wanted):
                name = text_of(one, "id")
                parts = {"attachmentId": name, "attachment": one}
                yield replace(_message(message), facts=(name,), parts=parts)

    return Received(context, values.get("folder"), tell, size_of(values))


def _attachments(context: Context, message_id: str) -> list[dict[str, Any]]:
    """Without their contents; none where the message has gone meanwhile."""
    request = get("/messages/{id}/attachments", query={"$select": SHOWN}, id=message_id)
    try:
        return [one for page in walk(listing(context.graph, request)) for one in page.items]
    except NotFound:
        return []


def replied(context: Context, values: dict[str, Any]) -> Received:
    """Messages that answer: others than the first of their conversation."""
    watched = values.get("conversationId")

    def tell(message: Item) -> Iterable[Happening]:
        if watched in (None, message.get("conversationId")) and _has_earlier(context, message, watched):
            yield _message(message)

    return Received(context, values.get("folder"), tell, size_of(values))


def _has_earlier(context: Context, message: Item, watched: str | None) -> bool:
    """Whether the mailbox holds an earlier message of the conversation, sent or received, other than the sender's
    copy of this one; of one that is watched, it is known. https://learn.microsoft.com/graph/api/user-list-messages"""
    if watched is not None:
        return True
    conversation, received = message.get("conversationId"), message.get("receivedDateTime")
    if not conversation:
        return False
    itself = (message.get("id"), message.get("internetMessageId"))
    conditions = f"receivedDateTime le {received} and conversationId eq {query.literal(str(conversation))}"
    asked = {
        "$filter": conditions,
        "$orderby": "receivedDateTime",
        "$top": 10,
        "$select": "id,isDraft,receivedDateTime,internetMessageId",
    }
    found = listing(context.graph, get("/messages", query=asked))(None).items
    return any(
        not one.get("isDraft") and one.get("id") != itself[0] and one.get("internetMessageId") != itself[1]
        for one in found
    )


def _itself(message: Item) -> list[Happening]:
    return [_message(message)]


def _message(message: Item, time: str = "receivedDateTime") -> Happening:
    when = message.get(time)
    return Happening("created", "message", text_of(message, "id"), message, when and str(when))
