"""Answering and forwarding, at once or by way of a draft.

https://learn.microsoft.com/graph/api/message-reply, https://learn.microsoft.com/graph/api/message-createforward
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.permissions import SEND, WRITE
from outlook_connector.sandbox.graph.post import quoting
from outlook_connector.sandbox.graph.post.compose import Answering, compose
from outlook_connector.sandbox.graph.post.incoming import is_mime, mime_message
from outlook_connector.sandbox.graph.post.submit import submit
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.messages import message_answer
from outlook_connector.sandbox.graph.routing import Handler, Route

Json = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One way to answer: the subject's prefix, and whether everybody or somebody new gets it."""

    prefix: str
    everybody: bool = False
    forward: bool = False
    marks_read: bool = False


REPLY = Kind("RE:")
REPLY_ALL = Kind("RE:", everybody=True, marks_read=True)
FORWARD = Kind("FW:", forward=True)


def _draft(request: Request, kind: Kind, *, loses_comment: bool = False) -> Message:
    """The answer, not stored yet. Raises 400 where comment and body, or two lists of recipients, are given."""
    original = request.message()
    given = _given(request, kind)
    comment = "" if loses_comment else given["comment"]
    del given["comment"]
    own = request.mailbox.address
    people = {} if kind.forward else quoting.answer_recipients(original, own, everybody=kind.everybody)
    data = {
        "subject": quoting.subject(kind.prefix, original),
        "body": quoting.quoted(original, comment),
        "importance": original.get("importance"),
        **people,
        **given,
    }
    draft = compose(
        request.world,
        request.mailbox,
        data,
        request.now,
        answering=Answering((*original.references, original.message_id), original.index),
        attachments=quoting.kept(original, forward=kind.forward),
    )
    if kind.marks_read and not original.get("isRead"):
        request.mailbox.put(original.evolve(request.now, {"isRead": True}))
    return draft


def _given(request: Request, kind: Kind) -> Json:
    """What the request says of the answer: `comment`, and properties of a message."""
    if is_mime(request):
        return {"comment": "", **mime_message(request.call.body)[0]}
    names = ("comment", "message", "toRecipients") if kind.forward else ("comment", "message")
    found = request.parameters(*names, required=False)
    message = found.get("message") or {}
    if not isinstance(message, dict):
        raise bad_request("The parameter 'message' must be an object.", "RequestBodyRead")
    if found.get("comment") and "body" in message:
        raise bad_request(
            "Specify either the comment or the body property of the message parameter, not both.",
            "ErrorInvalidArgument",
        )
    if found.get("toRecipients") and message.get("toRecipients"):
        raise bad_request(
            "Specify toRecipients either as a parameter or in the message parameter, not both.",
            "ErrorInvalidArgument",
        )
    people = {"toRecipients": found["toRecipients"]} if found.get("toRecipients") else {}
    return {"comment": str(found.get("comment") or ""), **message, **people}


def _creating(kind: Kind) -> Handler:
    def handler(request: Request) -> Answer:
        made = _draft(request, kind, loses_comment=request.switches.lose_comments)
        return message_answer(request, 201, request.mailbox.put(made))

    return handler


def _sending(kind: Kind) -> Handler:
    def handler(request: Request) -> Answer:
        submit(request, _draft(request, kind))
        return Answer(202)

    return handler


_WAYS: tuple[tuple[str, str, Callable[[Kind], Handler]], ...] = (
    ("", SEND, _sending),
    ("create", WRITE, _creating),
)
_KINDS = {"reply": REPLY, "replyAll": REPLY_ALL, "forward": FORWARD}

ROUTES = tuple(
    Route("POST", f"messages/{{message}}/{way}{name}", permission, make(kind))
    for way, permission, make in _WAYS
    for name, kind in _KINDS.items()
)
