"""Delta queries: what came, changed and went since the last time.

https://learn.microsoft.com/graph/delta-query-messages
https://learn.microsoft.com/graph/api/mailfolder-delta
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.folder import ROOT
from outlook_connector.sandbox.graph.model.journal import Passage, Place, passages
from outlook_connector.sandbox.graph.model.sync import Item, Sync
from outlook_connector.sandbox.graph.model.typed import moment
from outlook_connector.sandbox.graph.odata.properties import FolderView
from outlook_connector.sandbox.graph.odata.query import Query
from outlook_connector.sandbox.graph.permissions import BASIC
from outlook_connector.sandbox.graph.problem import Problem, bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.folders import folder_json
from outlook_connector.sandbox.graph.resources.messages import arrival, message_json
from outlook_connector.sandbox.graph.routing import Route
from outlook_connector.sandbox.graph.searching import counts

Json = dict[str, Any]
Write = Callable[[Request, Item], Json | None]
_PAGE = 10
_MOST_FILTERED = 5000
_FILTER = re.compile(r"receivedDateTime\s+(ge|gt)\s+(\S+)", re.IGNORECASE)
_CHANGES = ("created", "updated", "deleted")


def messages_delta(request: Request) -> Answer:
    """A page of a folder's changes; the whole mailbox has no delta."""
    if "folder" not in request.params:
        raise bad_request("Change tracking is not supported against 'microsoft.graph.message'.")
    folder = request.folder()
    place = f"messages:{request.owner.id}:{folder.key}"
    state = _state(request, place)
    if state is None:
        query = _checked(request.query)
        state = Sync(place, query, _everything(request, folder.key, query), len(request.mailbox.journal))
    elif request.query.delta_token is not None:
        state = _next_round(request, state, folder.key)
    return _page(request, state, "message", _message)


def _state(request: Request, place: str) -> Sync | None:
    """The state that the request's token stands for; None for a first request. Raises 400 and 410."""
    token = request.query.delta_token or request.query.skip_token
    if token is None:
        return None
    found = request.world.sync.find(token)
    if found is None:
        # Clients begin again there: https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset
        again = {"Location": f"{request.base_url}{request.call.path}"}
        raise Problem(410, "SyncStateNotFound", "The sync state generation is not found.", again)
    if found.place != place:
        raise bad_request("The token belongs to another collection.", "ErrorInvalidSyncStateData")
    return found


def _checked(query: Query) -> Query:
    unsupported = [("$search", query.search), ("$skip", query.skip), ("$count", query.count)]
    for name, value in unsupported:
        if value:
            raise bad_request(f"The query parameter '{name}' is not supported with change tracking.")
    if any(order != ("receivedDateTime", True) for order in query.orderby):
        raise bad_request("With change tracking, $orderby can be 'receivedDateTime desc' alone.")
    wanted = query.custom.get("changetype")
    if wanted is not None and wanted.lower() not in _CHANGES:
        raise bad_request(f"Requested value '{wanted}' of changeType was not found.")
    _earliest(query)
    return query


def _earliest(query: Query) -> tuple[datetime, bool] | None:
    """The time that `$filter` sets, and whether it is itself included."""
    if query.filter is None:
        return None
    found = _FILTER.fullmatch(query.filter.strip())
    if found is None:
        raise bad_request(
            "With change tracking, $filter can be 'receivedDateTime ge' or 'gt' a time alone.",
            "ErrorInvalidUrlQueryFilter",
        )
    return moment("receivedDateTime", found.group(2)), found.group(1).lower() == "ge"


def _late_enough(query: Query, received: datetime) -> bool:
    limit = _earliest(query)
    if limit is None:
        return True
    earliest, included = limit
    return received > earliest or (included and received == earliest)


def _everything(request: Request, folder: str, query: Query) -> tuple[Item, ...]:
    views = [request.view(message) for message in request.mailbox.listed(folder)]
    kept = [view for view in views if _late_enough(query, view.message.received)]
    kept.sort(key=arrival, reverse=True)
    most = _MOST_FILTERED if query.filter else len(kept)
    return tuple(Item(key=view.message.key) for view in kept[:most])


def _next_round(request: Request, state: Sync, folder: str) -> Sync:
    journal = request.mailbox.journal
    wanted = state.query.custom.get("changetype", "").lower()
    items = [
        item
        for passage in passages(journal[state.since :], folder)
        for kind, item in _told(request, passage)
        if wanted in ("", kind) and (item.removed or _in_time(request, state.query, item))
    ]
    return replace(state, pending=tuple(items), since=len(journal))


def _in_time(request: Request, query: Query, item: Item) -> bool:
    return _late_enough(query, request.mailbox.messages[item.key].received)


def _told(request: Request, passage: Passage) -> list[tuple[str, Item]]:
    """What a client hears of a message; one that went and came back has another default id since."""
    there = Item(key=passage.key)
    if passage.now is None:
        return [("deleted", _gone(request, passage.key, passage.first))]
    if passage.first is None:
        return [("created", there)]
    if passage.first.generation == passage.now.generation or request.prefer.immutable_ids:
        return [("updated", there)]
    return [("deleted", _gone(request, passage.key, passage.first)), ("created", there)]


def _gone(request: Request, key: str, place: Place | None) -> Item:
    owner = request.mailbox.owner
    if request.prefer.immutable_ids or place is None:
        return Item(removed=ids.immutable_id(owner, key))
    return Item(removed=ids.default_id(owner, key, place.generation))


def _message(request: Request, item: Item) -> Json | None:
    """The message as it is now; None where it has left the folder meanwhile: the next round tells."""
    message = request.mailbox.messages.get(item.key)
    if message is None or message.folder != request.folder().key:
        return None
    return {"@odata.type": "#microsoft.graph.message", **message_json(request, request.view(message))}


def _page(request: Request, state: Sync, kind: str, write: Write) -> Answer:
    """One page of a round, with the link to the next page or, at its end, to the next round."""
    own = replace(request, query=state.query)
    size = state.query.top or request.prefer.page_size or _PAGE
    now, later = state.pending[:size], state.pending[size:]
    written = [_removed(request, item) if item.removed else write(own, item) for item in now]
    value = [row for row in written if row is not None]
    if request.switches.repeat_delta_items and value:
        value.append(value[0])
    token = request.world.sync.keep(replace(state, pending=later))
    name, option = ("nextLink", "$skiptoken") if later else ("deltaLink", "$deltatoken")
    link = request.link(urlencode({option: token}, safe="$", quote_via=quote))
    context = f"{request.base_url}/v1.0/$metadata#Collection({kind})"
    return Answer.json(200, {"@odata.context": context, "value": value, f"@odata.{name}": link})


def _removed(request: Request, item: Item) -> Json:
    return {"id": item.removed, "@removed": {"reason": request.switches.removed_reason}}


def folders_delta(request: Request) -> Answer:
    """A page of the changes among all folders, or among those below one."""
    top = request.folder().key if "folder" in request.params else ""
    place = f"folders:{request.owner.id}:{top}"
    state = _state(request, place)
    if state is None:
        state = _folder_round(request, Sync(place, _checked_folders(request.query)), top)
    elif request.query.delta_token is not None:
        state = _folder_round(request, state, top)
    return _page(request, state, "mailFolder", lambda _own, item: dict(state.folders.get(item.key, {})))


def _checked_folders(query: Query) -> Query:
    if query.filter or query.orderby or query.search or query.skip:
        raise bad_request("Change tracking of folders takes $select and $top alone.")
    return query


def _folder_round(request: Request, state: Sync, top: str) -> Sync:
    """Compares the folders with those that were told last."""
    own = replace(request, query=state.query)
    found = counts(request.mailbox)
    below = request.mailbox.subtree(request.mailbox.folders[top or ROOT])[1:]
    views = [FolderView(request.mailbox, folder, found[folder.key]) for folder in below if not folder.hidden]
    rows = {view.folder.id: folder_json(own, view) for view in views}
    changed = [Item(key=key) for key, row in rows.items() if state.folders.get(key) != row]
    removed = [Item(removed=key) for key in state.folders if key not in rows]
    return replace(state, pending=(*changed, *removed), folders=rows)


ROUTES = (
    Route("GET", "messages/delta", BASIC, messages_delta),
    Route("GET", "mailFolders/delta", BASIC, folders_delta),
    Route("GET", "mailFolders/{folder}/childFolders/delta", BASIC, folders_delta),
)
