"""Mail folders. https://learn.microsoft.com/graph/api/resources/mailfolder"""

from typing import Any

from ..binding import post
from ..context import Context
from ..graph.paging import Listing, listing, page_size
from . import tree


def list_(context: Context, values: dict[str, Any]) -> Listing:
    """The folders of the mailbox or of one folder; the whole tree, each with its path, where it is asked for."""
    parent, hidden = values.get("parentFolder"), values.get("includeHidden", False)
    if values.get("recursive"):
        return tree.listed(context.graph, parent, hidden, page_size(values))
    return listing(context.graph, tree.children(parent, hidden, page_size(values)))


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A new folder at the top of the mailbox, or in ``parentFolder``."""
    body = {"displayName": values["displayName"], "isHidden": values.get("isHidden", False)}
    if "parentFolder" in values:
        path = "/mailFolders/{parent}/childFolders"
        return context.graph.json(post(path, body, parent=values["parentFolder"]))
    return context.graph.json(post("/mailFolders", body))
