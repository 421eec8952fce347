"""Messages read: what is more than one call, or has to be decided.
https://learn.microsoft.com/graph/api/resources/message"""

from collections.abc import Mapping
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..errors import UnexpectedResponse
from ..frozen import changed
from ..graph.paging import Listing, Page, listing, page_of, page_size, walk
from . import query

SEARCH_LIMIT = 1000
"""Results that Graph gives to one search at most. https://learn.microsoft.com/graph/search-query-parameter"""


def list_(context: Context, values: dict[str, Any]) -> Listing:
    """Messages of one folder, or of the whole mailbox, by friendly or raw filters."""
    first = request_for(values, {**query.compile_query(values), "$select": values.get("select")})
    if not query.needs_search(values):
        return listing(context.graph, first)
    if "select" in values:
        first = first.with_query(select=",".join(dict.fromkeys([*values["select"], *query.CHECKED])))
    return _searching(context, first, values)


def search(context: Context, values: dict[str, Any]) -> Listing:
    """Messages that match a text or a KQL query, newest first."""
    words = values["query"].replace("\\", "\\\\").replace('"', '\\"')
    return _searching(
        context, request_for(values, {"$search": f'"{words}"', "$select": values.get("select")}), {}
    )


def request_for(values: Mapping[str, Any], asked: Mapping[str, Any]) -> GraphRequest:
    """The first page of a folder's messages, or of the whole mailbox's; what ``asked`` says wins."""
    everything = {"$top": page_size(dict(values)), "$expand": values.get("expand"), **asked}
    if "folder" in values:
        request = get("/mailFolders/{folder}/messages", query=everything, folder=values["folder"])
    else:
        request = get("/messages", query=everything)
    return with_body_format(request, values)


def with_body_format(request: GraphRequest, values: Mapping[str, Any]) -> GraphRequest:
    """Bodies as text or html, where the input asks for one."""
    wanted = values.get("bodyFormat")
    return changed(request, prefer={"outlook.body-content-type": wanted}) if wanted else request


def _searching(context: Context, first: GraphRequest, values: Mapping[str, Any]) -> Listing:
    """Pages of a search, whose state counts what was found, since Graph ends after 1,000 without a word."""

    def fetch(state: Any) -> Page:
        link, seen = state or (None, 0)
        page = page_of(context.graph.json(context.graph.follow(link, first) if link else first))
        seen += len(page.items)
        items = [one for one in page.items if query.is_meant(values, one)]
        if page.following is None or seen >= SEARCH_LIMIT:
            ends_early = seen >= SEARCH_LIMIT
            return Page(items, None, "Graph gives at most 1,000 results to a search" if ends_early else None)
        return Page(items, [page.following, seen])

    return fetch


def count(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """How many messages fit the filters. What only a search can answer is counted message by message."""
    if query.needs_search(values):
        return _count_found(list_(context, {**values, "pageSize": SEARCH_LIMIT, "limit": SEARCH_LIMIT}))
    place = "/mailFolders/{folder}/messages/$count" if "folder" in values else "/messages/$count"
    ids = {"folder": values["folder"]} if "folder" in values else {}
    asked = {"$filter": query.compile_query(values).get("$filter")}
    told = context.graph.call(get(place, query=asked, **ids)).body.decode("utf-8-sig", "replace").strip()
    if not told.isdigit():
        raise UnexpectedResponse("Graph's answer to a count is not a number.")
    return {"count": int(told)}


def _count_found(fetch: Listing) -> dict[str, Any]:
    found, ends_early = 0, None
    for page in walk(fetch):
        found, ends_early = found + len(page.items), page.incomplete
    return {"count": found, **({"incomplete": ends_early} if ends_early else {})}
