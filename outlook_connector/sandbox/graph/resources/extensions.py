"""Open extensions of messages: a client's own properties under a name of its own.

https://learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension
"""

from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.extending import PREFIX, extension_json, named
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.permissions import READ, WRITE
from outlook_connector.sandbox.graph.problem import Problem, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.listing import entity_answer
from outlook_connector.sandbox.graph.routing import Route

Json = dict[str, Any]


def _place(request: Request, message: Message) -> str:
    return f"/messages('{request.view(message).id}')/extensions"


def _answer(request: Request, status: int, message: Message, name: str) -> Answer:
    values = extension_json(name, message.extensions[name])
    where = f"{request.base_url}/v1.0/users('{request.owner.id}'){_place(request, message)}('{values['id']}')"
    headers = {"Location": where} if status == 201 else None
    return entity_answer(request, status, {"@odata.id": where, **values}, _place(request, message), headers)


def _find(request: Request, message: Message) -> str:
    """The name of the extension that the path names, by its name or its whole id. Raises 404."""
    wanted = request.params["extension"].removeprefix(PREFIX).casefold()
    found = next((name for name in message.extensions if name.casefold() == wanted), None)
    if found is None:
        raise problem("no_item")
    return found


def create(request: Request) -> Answer:
    """Adds an extension: 201; 409 where the message has one of that name."""
    message = request.message()
    name, values = named(request.json())
    if any(present.casefold() == name.casefold() for present in message.extensions):
        raise Problem(409, "ErrorDuplicateExtension", f"An extension '{name}' already exists on the item.")
    made = message.evolve(request.now, extensions={**message.extensions, name: values})
    return _answer(request, 201, request.mailbox.put(made), name)


def list_all(request: Request) -> Answer:
    """All extensions of a message."""
    message = request.message()
    value = [extension_json(name, values) for name, values in message.extensions.items()]
    return Answer.json(200, {"@odata.context": request.context(_place(request, message)), "value": value})


def count(request: Request) -> Answer:
    """How many there are."""
    return Answer(200, str(len(request.message().extensions)).encode(), {"Content-Type": "text/plain"})


def get(request: Request) -> Answer:
    """One extension."""
    message = request.message()
    return _answer(request, 200, message, _find(request, message))


def update(request: Request) -> Answer:
    """Replaces the properties: of a message's extension, those that are null or not named go.

    https://learn.microsoft.com/graph/api/opentypeextension-update
    """
    message = request.message()
    name = _find(request, message)
    _, given = named({"extensionName": name, **request.json()})
    kept = {key: value for key, value in given.items() if value is not None}
    made = message.evolve(request.now, extensions={**message.extensions, name: kept})
    return _answer(request, 200, request.mailbox.put(made), name)


def delete(request: Request) -> Answer:
    """Takes an extension away: 204."""
    message = request.message()
    name = _find(request, message)
    left = {key: value for key, value in message.extensions.items() if key != name}
    request.mailbox.put(message.evolve(request.now, extensions=left))
    return Answer(204)


_ALL = "messages/{message}/extensions"
_ONE = f"{_ALL}/{{extension}}"
ROUTES = (
    Route("GET", _ALL, READ, list_all),
    Route("POST", _ALL, WRITE, create),
    Route("GET", f"{_ALL}/$count", READ, count),
    Route("GET", _ONE, READ, get),
    Route("PATCH", _ONE, WRITE, update),
    Route("DELETE", _ONE, WRITE, delete),
)
