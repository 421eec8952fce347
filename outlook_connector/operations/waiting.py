"""Waiting for a reply: the conversation is looked at until something new is in it.
https://learn.microsoft.com/graph/api/user-list-messages"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..binding import get
from ..context import Context
from ..errors import InvalidInput
from ..graph.paging import Place, listing, walk
from ..reply import text_of
from . import conversations, messages

TIMEOUT = 60.0
SHORTEST, LONGEST = 1.0, 10.0
"""Seconds between two looks: the first pause, which doubles, and the longest."""
RESERVE = 5.0
"""Seconds of the invocation's time that are left for the last look."""


@dataclass(frozen=True)
class _Since:
    """Where the conversation was left: a time (to the second, as Graph keeps it) and the ids seen at it."""

    after: str | None
    seen: tuple[str, ...] = ()

    def beyond(self, message: Mapping[str, Any]) -> "_Since":
        moment = text_of(message, "receivedDateTime")
        earlier = self.seen if moment == self.after else ()
        return _Since(moment, (*earlier, text_of(message, "id")))


@dataclass
class _Watch:
    """One conversation under watch."""

    context: Context
    values: Mapping[str, Any]
    sent_items: str
    since: _Since = field(default_factory=lambda: _Since(None))

    def look(self) -> dict[str, Any] | None:
        """The first message since then that others sent; what it passes is not looked at again."""
        asked = {"conversationId": self.values["conversationId"]}
        asked |= {"after": self.since.after} if self.since.after else {}
        select = ",".join(conversations.READ)
        first = conversations.in_order(asked, "receivedDateTime", **{"$select": select, "$top": 50})
        asking = messages.with_body_format(first, self.values)
        found = (one for page in walk(listing(self.context.graph, asking)) for one in page.items)
        for one in found:
            if one.get("isDraft") or one.get("id") in self.since.seen:
                continue
            self.since = self.since.beyond(one)
            if one.get("parentFolderId") != self.sent_items:
                return one
        return None


def wait_for_reply(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The next message that others sent in the conversation, as soon as it is there; after ``timeout`` seconds a
    cursor to go on from. A reply that came after the mailbox's own latest message counts, though it came before
    the call."""
    own = text_of(context.graph.json(get("/mailFolders/sentitems", query={"$select": "id"})), "id")
    place = Place("conversations.waitForReply", context.owner, context.cursor_key)
    watch = _Watch(context, values, own)
    watch.since = _resumed(place, values) if "cursor" in values else _start(context, values, own)
    until = min(context.graph.clock() + values.get("timeout", TIMEOUT), context.graph.ends() - RESERVE)
    pause = SHORTEST
    while True:
        found = watch.look()
        left = until - context.graph.clock()
        if found or left <= 0:
            state = [values["conversationId"], watch.since.after, list(watch.since.seen)]
            return {"replied": found is not None, "message": found, "cursor": place.encode(state, 0)}
        context.graph.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST)


def _start(context: Context, values: Mapping[str, Any], own: str) -> _Since:
    """From ``after``; else from the mailbox's own latest message, or the latest of all where it has none."""
    if "after" in values:
        return _Since(values["after"])
    latest = conversations.newest(context, values, own) or conversations.newest(context, values)
    return _Since(None).beyond(latest) if latest else _Since(None)


def _resumed(place: Place, values: Mapping[str, Any]) -> _Since:
    state, _ = place.decode(values["cursor"])
    conversation, after, seen = state or (None, None, ())
    if conversation != values["conversationId"]:
        raise InvalidInput.of([("/cursor", "belongs to another conversation")])
    return _Since(after, tuple(seen))
