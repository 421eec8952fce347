"""What rules send on: forwards, forwards as an attachment, and redirected mail.

https://learn.microsoft.com/graph/api/resources/messageruleactions
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.post import quoting
from outlook_connector.sandbox.graph.post.compose import Answering, compose
from outlook_connector.sandbox.graph.post.headers import SENT_ON
from outlook_connector.sandbox.graph.times import iso

Json = dict[str, Any]
_ITEM = ("subject", "body", "from", "sender", "toRecipients", "ccRecipients", "importance")


def forwarded(world: World, mailbox: Mailbox, copy: Message, people: list[Json], at: datetime) -> Message:
    """A forward from the mailbox's owner, with all attachments."""
    data = {**_head(copy, people), "body": quoting.quoted(copy, "")}
    return _sent(world, mailbox, copy, data, at, quoting.kept(copy, forward=True))


def forwarded_as_attachment(
    world: World, mailbox: Mailbox, copy: Message, people: list[Json], at: datetime
) -> Message:
    """A mail from the owner that carries the arrived one whole."""
    item = {name: copy.get(name) for name in _ITEM if copy.get(name)}
    whole = {
        "@odata.type": "#microsoft.graph.itemAttachment",
        "name": copy.get("subject") or "message",
        "item": {"@odata.type": "#microsoft.graph.message", **item, "receivedDateTime": iso(copy.received)},
    }
    return _sent(world, mailbox, copy, {**_head(copy, people), "attachments": [whole]}, at, ())


def redirected(_world: World, mailbox: Mailbox, copy: Message, people: list[Json], at: datetime) -> Message:
    """The arrived mail itself, from its own sender and to its own recipients, on its way to somebody else."""
    return replace(copy, headers=(*_custom(copy), (SENT_ON, mailbox.address)))


def _custom(copy: Message) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value)
        for name, value in copy.headers
        if name.lower().startswith("x-") and not name.lower().startswith("x-ms-exchange-")
    ) + tuple(pair for pair in copy.headers if pair[0] == SENT_ON)


def _head(copy: Message, people: list[Json]) -> Json:
    return {
        "subject": quoting.subject("FW:", copy),
        "importance": copy.get("importance"),
        "toRecipients": people,
    }


def _sent(
    world: World, mailbox: Mailbox, copy: Message, data: Json, at: datetime, attachments: Any
) -> Message:
    answering = Answering((*copy.references, copy.message_id), copy.index)
    made = compose(world, mailbox, data, at, answering=answering, attachments=attachments)
    loop = tuple(pair for pair in copy.headers if pair[0] == SENT_ON)
    return replace(made, headers=(*loop, (SENT_ON, mailbox.address)))
