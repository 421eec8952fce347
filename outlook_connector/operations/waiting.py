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
    own: set[str]
    since: _Since = field(default_factory=lambda: _Since(None))

    def look(self) -> dict[str, Any] | None:
        """The first message since then that others sent; what it passes is not looked at again. A copy that the owner
        got of a mail of his own, as one of its receivers, is known by its sender."""
        asked = {"conversationId": self.values["conversationId"]}
        asked |= {"after": self.since.after} if self.since.after else {}
        select = ",".join(conversations.READ)
        first = conversations.in_order(asked, "receivedDateTime", **{"$select": select, "$top": 50})
        asking = messages.with_body_format(first, self.values)
        for page in walk(listing(self.context.graph, asking)):
            self.own |= conversations.senders(page.items, self.sent_items)
            for one in page.items:
                if one.get("isDraft") or one.get("id") in self.since.seen:
                    continue
                self.since = self.since.beyond(one)
                if conversations.is_of_others(one, self.sent_items, self.own):
                    return one
        return None


def wait_for_reply(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The next message that others sent in the conversation, as soon as it is there; after ``timeout`` seconds a
    cursor to go on from. A reply that came after the mailbox's own latest message counts, though it came before
    the call."""
    own = text_of(context.graph.json(get("/mailFolders/sentitems", query={"$select": "id"})), "id")
    place = Place("conversations.waitForReply", context.owner, context.cursor_key)
    mine = {(context.graph.mailbox or "").lower()}
    watch = _Watch(context, values, own, mine)
    if "cursor" in values:
        _resume(watch, place)
    else:
        _start(watch)
    until = min(context.graph.clock() + values.get("timeout", TIMEOUT), context.graph.ends() - RESERVE)
    pause = SHORTEST
    while True:
        found = watch.look()
        left = until - context.graph.clock()
        if found or left <= 0:
            state = [values["conversationId"], watch.since.after, list(watch.since.seen), sorted(watch.own)]
            return {"replied": found is not None, "message": found, "cursor": place.encode(state, 0)}
        context.graph.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST)


def _start(watch: _Watch) -> None:
    """From ``after``; else from the mailbox's own latest message, or the latest of all where it has none."""
    context, values = watch.context, watch.values
    mine = conversations.newest(context, values, watch.sent_items)
    watch.own |= conversations.senders([mine] if mine else [], watch.sent_items)
    latest = mine or conversations.newest(context, values)
    begun = _Since(None).beyond(latest) if latest else _Since(None)
    watch.since = _Since(values["after"]) if "after" in values else begun


def _resume(watch: _Watch, place: Place) -> None:
    state, _ = place.decode(watch.values["cursor"])
    conversation, after, seen, *own = state or (None, None, ())
    if conversation != watch.values["conversationId"]:
        raise InvalidInput.of([("/cursor", "belongs to another conversation")])
    watch.since = _Since(after, tuple(seen))
    watch.own |= {one for each in own for one in each}
