"""Reading Graph by pages: messages in the order of a time, and changes by delta.

https://learn.microsoft.com/graph/api/user-list-messages
https://learn.microsoft.com/graph/delta-query-messages
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..binding import GraphRequest, get
from ..errors import ConnectorError, GraphError, NotFound, ServiceUnavailable
from ..graph import batch
from ..graph.client import Graph
from ..graph.paging import DEFAULT_LIMIT, page_of
from ..operations.delta import Changes, changes_of, is_lost
from ..reply import Reply, text_of
from .source import Item, seconds, stamp

PAGE = 200
"""Messages of a page at most."""
SHOWN = (
    *("id", "changeKey", "subject", "bodyPreview", "from", "sender", "toRecipients", "ccRecipients"),
    *("receivedDateTime", "sentDateTime", "createdDateTime", "lastModifiedDateTime", "isRead", "isDraft"),
    *("hasAttachments", "importance", "categories", "flag", "conversationId", "internetMessageId"),
    "parentFolderId",
)
"""What an event says of its message; the body is one ``messages.get`` away."""
SELECT = ",".join(SHOWN)


def size_of(values: Mapping[str, Any]) -> int:
    """How many messages to read at a time: as many as events are wanted."""
    return min(int(values.get("limit", DEFAULT_LIMIT)), PAGE)


@dataclass(frozen=True)
class Position:
    """Where a list by time is left: from ``at`` on (seconds since 1970), or by Graph's ``link``."""

    at: int
    link: str | None = None


def by_time(
    graph: Graph, order: str, folder: str | None, place: Position, size: int
) -> tuple[list[dict[str, Any]], Position | None]:
    """The messages whose ``order`` (a time's name) is ``place.at`` or later, the earliest first, and where to go on;
    ``None`` at the end.

    The next page begins at the last message's time rather than at Graph's link, which counts messages: where one goes
    between two pages, another would be passed over. Those of that second come twice.
    """
    query = {
        "$filter": f"{order} ge {stamp(place.at)}",
        "$orderby": order,
        "$select": SELECT,
        "$top": min(max(size, 10), PAGE),
    }
    path = "/mailFolders/{folder}/messages" if folder else "/messages"
    first = get(path, query=query, **({"folder": folder} if folder else {}))
    page = page_of(graph.json(graph.follow(place.link, first) if place.link else first))
    if page.following is None:
        return page.items, None
    last = seconds(page.items[-1], order, place.at) if page.items else place.at
    return page.items, Position(last) if last > place.at else Position(place.at, str(page.following))


def changes(graph: Graph, first: GraphRequest, link: str, size: int) -> Changes | None:
    """The page of about ``size`` items that ``link`` leads to, the first one where it is empty; ``None`` where Graph
    has lost the place, so that everything has to be read again. https://learn.microsoft.com/graph/delta-query-overview
    Raises ``ServiceUnavailable``, retryable, where it says so of a beginning, which names no place."""
    first = replace(first, prefer={"odata.maxpagesize": str(max(size, 10))})
    try:
        answer = graph.json(graph.follow(link, first) if link else first)
    except GraphError as error:
        if not is_lost(error):
            raise
        if link:
            return None
        raise _not_begun(error) from error
    return changes_of(answer, link)


def _not_begun(error: GraphError) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"Graph cannot tell changes from the beginning at the moment: {error.message}",
        status=error.status,
        graph_code=error.graph_code,
        request_id=error.request_id,
        retry_after=error.retry_after,
        retryable=True,
    )


def folder_ids(graph: Graph, *names: str) -> list[str]:
    """The ids of well-known folders, in one request; those that the mailbox lacks are left out."""
    query = {"$select": "id"}
    found = looked_up(graph, [get("/mailFolders/{name}", query=query, name=name) for name in names])
    return [text_of(one, "id") for one in found if one is not None]


def looked_up(graph: Graph, requests: list[GraphRequest]) -> list[dict[str, Any] | None]:
    """What each read finds, ``None`` for what is not there. Raises whatever else went wrong with one of them."""
    return [_found(outcome) for outcome in batch.run(graph, requests)]


def _found(outcome: batch.Outcome) -> dict[str, Any] | None:
    if isinstance(outcome, Reply):
        return outcome.json()
    if isinstance(outcome, NotFound):
        return None
    raise outcome


def named(graph: Graph, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The messages of these ids that are there, as far as Graph makes anything of the ids. Raises what may pass by
    itself."""
    outcomes = batch.run(graph, [a_message(one) for one in ids]) if ids else []
    for one in outcomes:
        if isinstance(one, ConnectorError) and one.retryable:
            raise one
    return [one.json() for one in outcomes if isinstance(one, Reply)]


def a_message(message_id: str) -> GraphRequest:
    """A read of what an event says of its message."""
    return get("/messages/{id}", query={"$select": SELECT}, id=message_id)


def latest(graph: Graph, order: str) -> Item | None:
    """The mailbox's latest message by ``order``; only its times. ``None`` in a mailbox without messages."""
    query: Mapping[str, Any] = {"$orderby": f"{order} desc", "$top": 1, "$select": f"id,{order}"}
    return next(iter(page_of(graph.json(get("/messages", query=query))).items), None)
