"""What may be done with a message as a whole: move, copy, send.

https://learn.microsoft.com/graph/api/message-move, https://learn.microsoft.com/graph/api/message-send
"""

from dataclasses import replace

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.folder import Folder
from outlook_connector.sandbox.graph.permissions import SEND, WRITE
from outlook_connector.sandbox.graph.post.compose import rekeyed
from outlook_connector.sandbox.graph.post.submit import submit
from outlook_connector.sandbox.graph.problem import bad_request, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.messages import holding, message_answer
from outlook_connector.sandbox.graph.routing import Route


def destination(request: Request) -> Folder:
    """The folder that `destinationId` names. Raises 400 and 404."""
    wanted = request.parameters("destinationId").get("destinationId")
    if not isinstance(wanted, str) or not wanted:
        raise bad_request("The destination folder id is missing.", "ErrorInvalidArgument")
    return request.find_folder(wanted)


def move(request: Request) -> Answer:
    """Moves a message: 201, with another default id and the same immutable one."""
    message = request.message()
    moved = request.mailbox.move(message, holding(destination(request)).key, request.now)
    return message_answer(request, 201, moved)


def copy(request: Request) -> Answer:
    """Copies a message: 201, the copy with ids of its own."""
    message = request.message()
    target = holding(destination(request))
    serial = request.world.next_serial()
    key = f"copy:{serial}"
    made = replace(
        message,
        key=key,
        serial=serial,
        folder=target.key,
        created=request.now,
        modified=request.now,
        generation=0,
        version=1,
        attachments=rekeyed(message.attachments, key),
    )
    return message_answer(request, 201, request.mailbox.put(made))


def send(request: Request) -> Answer:
    """Sends a draft: 202 with nothing; it always is kept in Sent Items."""
    message = request.message()
    if not message.get("isDraft"):
        raise problem("not_draft")
    submit(request, message)
    return Answer(202)


ROUTES = (
    Route("POST", "messages/{message}/move", WRITE, move),
    Route("POST", "messages/{message}/copy", WRITE, copy),
    Route("POST", "messages/{message}/send", SEND, send),
)
