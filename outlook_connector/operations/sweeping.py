"""What is done to all messages of a folder, batch after batch; Graph v1.0 has no single call for it.
https://learn.microsoft.com/graph/json-batching"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..binding import GraphRequest, get, patch, post
from ..context import Context
from ..errors import ConnectorError
from ..graph import batch
from ..reply import text_of
from . import tree
from .many import delete

PAGE = 100
RESERVE = 10.0
"""Seconds of the invocation's time that have to be left for another page."""


def mark_all_read(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Every unread message of the folder is marked as read."""
    return _sweep(
        context,
        values["folder"],
        {"$filter": "isRead eq false"},
        lambda one: patch("/messages/{id}", {"isRead": True}, id=one),
    )


def empty(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Every message of the folder goes to Deleted Items, and those that lie there to the recoverable items; with
    ``includeSubfolders`` its child folders as well, whole. https://learn.microsoft.com/graph/api/mailfolder-delete"""
    asked = {"$select": "id"}
    found, bin_ = (
        text_of(context.graph.json(get("/mailFolders/{folder}", query=asked, folder=folder)), "id")
        for folder in (values["folder"], "deleteditems")
    )
    body = {"destinationId": "deleteditems"}
    # A move may be repeated after a lost answer; a deletion would then go a step further.
    move = lambda one: post("/messages/{id}/move", body, id=one, repeatable=True)  # noqa: E731
    swept = _sweep(context, values["folder"], {}, delete if found == bin_ else move)
    if not values.get("includeSubfolders") or not swept["complete"]:
        return swept
    return {**swept, **_folders_gone(context, values["folder"])}


def _folders_gone(context: Context, parent: str) -> dict[str, Any]:
    """The child folders, hidden ones included, deleted each with all that is in it. One that may not be, such as
    one of Exchange's own, stays, and ``complete`` is false."""
    ids = [text_of(one, "id") for one in tree.pages(context.graph, tree.children(parent, hidden=True))]
    requests = [replace(get("/mailFolders/{id}", id=one), method="DELETE", repeatable=False) for one in ids]
    outcomes = batch.run(context.graph, requests)
    failed = sum(isinstance(one, ConnectorError) for one in outcomes)
    return {"foldersDeleted": len(ids) - failed, "complete": not failed}


def _sweep(
    context: Context, folder: str, asked: Mapping[str, str], make: Callable[[str], GraphRequest]
) -> dict[str, Any]:
    """The first page again and again, since what was done leaves it, until none is left, none can be done, or time
    runs out: then ``complete`` is false, and another call goes on."""
    query = {**asked, "$select": "id", "$top": PAGE}
    request, changed = get("/mailFolders/{folder}/messages", query=query, folder=folder), 0
    while True:
        ids = [str(one["id"]) for one in context.graph.json(request).get("value", [])]
        if not ids:
            return {"changed": changed, "complete": True}
        outcomes = batch.run(context.graph, [make(one) for one in ids])
        failed = [one for one in outcomes if isinstance(one, ConnectorError)]
        changed += len(outcomes) - len(failed)
        if len(failed) == len(outcomes):
            raise failed[0]
        if context.graph.clock() + RESERVE > context.graph.ends():
            return {"changed": changed, "complete": False}
