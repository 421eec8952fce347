"""What has changed since last time. https://learn.microsoft.com/graph/delta-query-messages

A cursor holds Graph's link, as it is. Pages are given whole: a page that is asked for again need not be the same.
These are no collections for ``iterate``: it gives items alone, and without the cursor of the last answer nobody could
go on from there.
"""

from dataclasses import dataclass, replace
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..errors import GraphError, InvalidInput, UnexpectedResponse
from ..graph.paging import DEFAULT_LIMIT, Place, page_of, page_size

LOST = ("syncstatenotfound", "syncstateinvalid", "resyncrequired")
"""Graph's codes for a token that it knows no more, in lower case."""


def messages(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Changes of one folder's messages. What leaves the folder is told as ``@removed``, a move included."""
    since = values.get("receivedAfter")
    query = {
        "$select": values.get("select"),
        "changeType": values.get("changeType"),
        "$filter": f"receivedDateTime ge {since}" if since else None,
    }
    first = get("/mailFolders/{folder}/messages/delta", query=query, folder=values["folder"])
    return _changes(context, values, "messages.changes", first)


def folders(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Changes of the mailbox's folders, on every level."""
    first = get("/mailFolders/delta", query={"$select": values.get("select")})
    return _changes(context, values, "folders.changes", first)


def _changes(context: Context, values: dict[str, Any], name: str, first: GraphRequest) -> dict[str, Any]:
    place = Place(name, context.owner, context.cursor_key)
    first = replace(first, prefer={"odata.maxpagesize": str(page_size(values))})
    link = _link(place, values, first) if "cursor" in values else None
    restarted = False
    try:
        items, following, complete = _read(context, first, link, values.get("limit", DEFAULT_LIMIT))
    except GraphError as error:
        if link is None or not is_lost(error):
            raise
        restarted = True
        items, following, complete = _read(context, first, None, values.get("limit", DEFAULT_LIMIT))
    cursor = place.encode([first.path, following], 0)
    return {"value": items, "cursor": cursor, "complete": complete, "restarted": restarted}


def _link(place: Place, values: dict[str, Any], first: GraphRequest) -> str:
    state, _ = place.decode(values["cursor"])
    path, link = state or ("", "")
    if path != first.path:
        raise InvalidInput.of([("/cursor", "belongs to another folder")])
    return str(link)


def is_lost(error: GraphError) -> bool:
    """410, or 40x with a code that says so: the changes have to be read from the beginning."""
    return error.status == 410 or (error.graph_code or "").lower() in LOST


@dataclass(frozen=True)
class Changes:
    """A page of changes: the items, the link to go on by, and whether that is all for now."""

    items: list[dict[str, Any]]
    link: str
    complete: bool


def changes_of(answer: dict[str, Any], link: str | None) -> Changes:
    """The page that stands in Graph's answer to ``link``. Raises ``UnexpectedResponse`` where it leads nowhere, or to
    itself. https://learn.microsoft.com/graph/delta-query-overview"""
    page, end = page_of(answer), answer.get("@odata.deltaLink")
    following = end or page.following
    if not isinstance(following, str) or not following or (not end and following == link):
        raise UnexpectedResponse("Graph's answer to a delta query leads nowhere.")
    return Changes(page.items, following, bool(end))


def _read(
    context: Context, first: GraphRequest, link: str | None, limit: int
) -> tuple[list[dict[str, Any]], str, bool]:
    """Whole pages until ``limit`` is reached or Graph has told everything: items, the next link, whether that is
    all for now."""
    items: list[dict[str, Any]] = []
    while True:
        page = changes_of(context.graph.json(context.graph.follow(link, first) if link else first), link)
        items, link = items + page.items, page.link
        if page.complete or len(items) >= limit:
            return items, link, page.complete
