"""Mail folders. https://learn.microsoft.com/graph/api/resources/mailfolder"""

from collections.abc import Mapping
from typing import Any

from ..binding import GraphRequest, get, post
from ..context import Context
from ..graph.paging import Listing, Page, listing, page_of, page_size
from ..reply import text_of


def list_(context: Context, values: dict[str, Any]) -> Listing:
    """The folders of the mailbox or of one folder; the whole tree, each with its path, where it is asked for."""
    first = _children(values.get("parentFolder"), values)
    return _tree(context, first, values) if values.get("recursive") else listing(context.graph, first)


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A new folder at the top of the mailbox, or in ``parentFolder``."""
    body = {"displayName": values["displayName"], "isHidden": values.get("isHidden", False)}
    if "parentFolder" in values:
        return context.graph.json(
            post("/mailFolders/{parent}/childFolders", body, parent=values["parentFolder"])
        )
    return context.graph.json(post("/mailFolders", body))


def _children(parent: str | None, values: Mapping[str, Any]) -> GraphRequest:
    query = {
        "$top": page_size(dict(values)),
        "includeHiddenFolders": True if values.get("includeHidden") else None,
    }
    if parent is None:
        return get("/mailFolders", query=query)
    return get("/mailFolders/{parent}/childFolders", query=query, parent=parent)


def _tree(context: Context, first: GraphRequest, values: Mapping[str, Any]) -> Listing:
    """Parents before children. The state is what is still to be read: ``[folder id, its path, link]`` each."""

    def fetch(state: Any) -> Page:
        (parent, path, link), *rest = state or [(None, "", None)]
        start = _children(parent, values) if parent else first
        request = context.graph.follow(link, first) if link else start
        page = page_of(context.graph.json(request))
        items = [{**one, "path": f"{path}/{text_of(one, 'displayName')}".lstrip("/")} for one in page.items]
        below = [(text_of(one, "id"), one["path"], None) for one in items if one.get("childFolderCount")]
        following = [*([(parent, path, page.following)] if page.following else []), *below, *rest]
        return Page(items, following or None)

    return fetch
