"""Messages: list, get, create, change, delete. https://learn.microsoft.com/graph/api/resources/message"""

from collections.abc import Iterator
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.folder import DELETED, DRAFTS, DUMPSTER, Folder
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.writable import DRAFT_ONLY, read
from outlook_connector.sandbox.graph.odata.properties import MESSAGE
from outlook_connector.sandbox.graph.odata.render import entity, expanded
from outlook_connector.sandbox.graph.permissions import BASIC, READ, WRITE
from outlook_connector.sandbox.graph.post.compose import compose
from outlook_connector.sandbox.graph.post.incoming import posted_message
from outlook_connector.sandbox.graph.post.mime import mime_of
from outlook_connector.sandbox.graph.problem import bad_request, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.listing import count_answer, entity_answer, page_answer
from outlook_connector.sandbox.graph.routing import Route
from outlook_connector.sandbox.graph.view import View

Json = dict[str, Any]


def message_json(request: Request, view: View) -> Json:
    """A message with what the query selects and expands."""
    values = entity(view, MESSAGE, request.query.select, basic=request.basic)
    more = expanded(view, request.query.expand, MESSAGE, basic=request.basic)
    return {"@odata.etag": view.etag, **values, **more}


def message_answer(request: Request, status: int, message: Message) -> Answer:
    """A message as the answer to a request."""
    view = request.view(message)
    headers = {"Location": f"{request.base_url}/v1.0/users/{request.owner.id}/messages/{view.id}"}
    created = headers if status == 201 else None
    return entity_answer(request, status, message_json(request, view), "/messages", created)


def arrival(view: View) -> tuple[Any, int]:
    """The default order: by time of receipt, and in one second by arrival."""
    return (view.message.received, view.message.serial)


def _rows(request: Request) -> Iterator[View]:
    # Mail.ReadBasic lets nobody search, nor look into bodies by another way.
    # https://learn.microsoft.com/graph/permissions-reference#mailreadbasic
    asked = (request.query.filter or "").lower()
    if request.basic and (request.query.search is not None or "body" in asked or "extended" in asked):
        raise problem("denied")
    inside = "folder" in request.params
    shown = request.content(request.folder()) if inside else request.mailbox.listed()
    return (request.view(message) for message in shown)


def list_messages(request: Request) -> Answer:
    """A page of a folder's messages, or of the whole mailbox's."""
    place = f"/mailFolders('{request.params['folder']}')" if "folder" in request.params else ""

    def write(view: View) -> Json:
        return message_json(request, view)

    return page_answer(request, _rows(request), MESSAGE, arrival, write, f"{place}/messages")


def count_messages(request: Request) -> Answer:
    """How many there are."""
    return count_answer(request, _rows(request), MESSAGE, arrival)


def get_message(request: Request) -> Answer:
    """One message."""
    return message_answer(request, 200, request.message())


def get_mime(request: Request) -> Answer:
    """The message as MIME: https://learn.microsoft.com/graph/outlook-get-mime-message"""
    return Answer(200, mime_of(request.message()), {"Content-Type": "text/plain"})


def holding(folder: Folder) -> Folder:
    """A folder that can hold messages. Raises 400 for one that only finds them."""
    if folder.search is not None:
        raise bad_request("A search folder holds no messages of its own.", "ErrorMoveCopyFailed")
    return folder


def create_message(request: Request) -> Answer:
    """Makes a draft, in Drafts or in the folder that the path names."""
    data, answering = posted_message(request)
    folder = holding(request.folder()).key if "folder" in request.params else DRAFTS
    made = compose(request.world, request.mailbox, data, request.now, folder=folder, answering=answering)
    return message_answer(request, 201, request.mailbox.put(made))


def update_message(request: Request) -> Answer:
    """Changes what may be changed: subject, body and some more only of a draft."""
    message = request.message()
    request.check_current(request.view(message))
    data = request.json()
    made = changed(request, message, data)
    if not message.get("isDraft") and DRAFT_ONLY & data.keys():
        raise problem("property_set")
    return message_answer(request, 200, request.mailbox.put(made))


def changed(request: Request, message: Message, data: Json) -> Message:
    """A message with a client's changes, not stored yet."""
    values, apart = read({name: value for name, value in data.items() if name != "attachments"})
    fields: Json = {}
    if apart.get("internetMessageId"):
        fields["message_id"] = apart["internetMessageId"]
    if "internetMessageHeaders" in apart:
        fields["headers"] = apart["internetMessageHeaders"]
    if "singleValueExtendedProperties" in apart:
        fields["extended"] = {**message.extended, **apart["singleValueExtendedProperties"]}
    return message.evolve(request.now, values, **fields)


def delete_message(request: Request) -> Answer:
    """Into Deleted Items; from there out of sight, recoverable only by other means."""
    message = request.message()
    request.check_current(request.view(message))
    below = {folder.key for folder in request.mailbox.subtree(request.mailbox.folders[DELETED])}
    target = DUMPSTER if message.folder in below else DELETED
    request.mailbox.move(message, target, request.now)
    return Answer(204)


ROUTES = (
    Route("GET", "messages", BASIC, list_messages),
    Route("POST", "messages", WRITE, create_message),
    Route("GET", "messages/$count", BASIC, count_messages),
    Route("GET", "mailFolders/{folder}/messages", BASIC, list_messages),
    Route("POST", "mailFolders/{folder}/messages", WRITE, create_message),
    Route("GET", "mailFolders/{folder}/messages/$count", BASIC, count_messages),
    Route("GET", "messages/{message}", BASIC, get_message),
    Route("PATCH", "messages/{message}", WRITE, update_message),
    Route("DELETE", "messages/{message}", WRITE, delete_message),
    Route("GET", "messages/{message}/$value", READ, get_mime),
)
