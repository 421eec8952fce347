"""The tree of mail folders, read a level at a time: the folders in 20 others with one batch, so that 1,500 folders in
a hundred cost a handful of requests. https://learn.microsoft.com/graph/api/mailfolder-list-childfolders

``mailFolder: delta`` would tell all folders in fewer calls, but not the hidden ones, and not those below one folder.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from ..binding import GraphRequest, get
from ..errors import ConnectorError, NotFound
from ..graph import batch
from ..graph.client import Graph
from ..graph.paging import Listing, Page, listing, page_of, walk
from ..reply import text_of

Folder = dict[str, Any]

PAGE = 250
"""Folders of one parent that are asked for at a time."""
KEY = 500
"""Letters of a folder's place that a cursor holds."""


def children(parent: str | None, hidden: bool, size: int = PAGE) -> GraphRequest:
    """The folders in ``parent``, an id or a well-known name; those at the top of the mailbox where it is ``None``."""
    query = {"$top": size, "includeHiddenFolders": True if hidden else None}
    if parent is None:
        return get("/mailFolders", query=query)
    return get("/mailFolders/{parent}/childFolders", query=query, parent=parent)


def listed(graph: Graph, parent: str | None, hidden: bool, size: int) -> Listing:
    """All folders below ``parent``, each with its ``path`` from there: a parent before what is in it, and in the order
    of their names. A page's state is the place of the last folder before it, so that a cursor stays small and holds
    good when other folders come and go; the tree is read anew for it."""
    whole: Callable[[], list[Folder]] = cache(lambda: _placed(below(graph, parent, hidden)))

    def fetch(state: Any) -> Page:
        after, passed = state or ("", 0)
        rest = [one for one in whole() if _key(one) >= after]
        same = sum(_key(one) == after for one in rest)
        rest = rest[min(passed, same) :]
        page = rest[:size]
        if len(rest) <= size:
            return Page(page, None)
        last = _key(page[-1])
        given = sum(_key(one) == last for one in page) + (passed if last == after else 0)
        return Page(page, [last, given])

    return fetch


def below(graph: Graph, parent: str | None, hidden: bool) -> list[Folder]:
    """All folders below ``parent``, a level after the other, each with its ``path``.

    One that is gone by the time that its own folders are asked for has none.
    """
    level = [{**one, "path": _name(one)} for one in pages(graph, children(parent, hidden))]
    found = list(level)
    while parents := [one for one in level if one.get("childFolderCount")]:
        requests = [children(text_of(one, "id"), hidden) for one in parents]
        outcomes = batch.run(graph, requests)
        level = []
        for above, request, outcome in zip(parents, requests, outcomes, strict=True):
            for one in _inner(graph, request, outcome):
                level.append({**one, "path": f"{above['path']}/{_name(one)}"})
        found += level
    return found


def _inner(graph: Graph, request: GraphRequest, outcome: batch.Outcome) -> Iterator[Folder]:
    if isinstance(outcome, NotFound):
        return
    if isinstance(outcome, ConnectorError):
        raise outcome
    first = page_of(outcome.json())
    yield from first.items
    if first.following:
        yield from pages(graph, graph.follow(str(first.following), request))


def pages(graph: Graph, request: GraphRequest) -> Iterator[Folder]:
    """The folders of ``request`` and of the pages that it leads to."""
    for page in walk(listing(graph, request)):
        yield from page.items


def _placed(folders: list[Folder]) -> list[Folder]:
    """In order, each folder once."""
    once = {text_of(one, "id"): one for one in folders}
    return sorted(once.values(), key=lambda one: (_key(one), one["id"]))


def _name(folder: Folder) -> str:
    """As a part of a path that leads back to it."""
    return text_of(folder, "displayName").replace("/", "\\/")


def _key(folder: Folder) -> str:
    """A folder's place: it stands before what is in it, since a line's end comes before every letter."""
    return str(folder["path"]).replace("/", "\n").casefold()[:KEY]
