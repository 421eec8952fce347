"""Makes new items in a mailbox: drafts, imported items, and what is to be sent at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.attaching import attachment_of
from outlook_connector.sandbox.graph.model.folder import DRAFTS
from outlook_connector.sandbox.graph.model.ids import digest
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.model.world import World, child_index, thread_index
from outlook_connector.sandbox.graph.model.writable import read

_MESSAGE_FLAGS = "integer 0x0e07"
_UNSENT = 8


@dataclass(frozen=True)
class Answering:
    """What a new message answers: the message ids of its thread so far, and its parent's index."""

    references: tuple[str, ...] = ()
    parent_index: bytes = b""


def person(address: str, name: str) -> dict[str, Any]:
    """A recipient in Graph's form."""
    return {"emailAddress": {"name": name, "address": address}}


def compose(
    world: World,
    mailbox: Mailbox,
    data: Mapping[str, Any],
    now: datetime,
    *,
    folder: str = DRAFTS,
    answering: Answering = Answering(),
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """A new draft from a client's JSON, not stored yet; `attachments` come before those in the JSON.

    Raises 400 for what the JSON may not hold, 413 for a file that is too large.
    """
    values, apart = read(data)
    serial = world.next_serial()
    key = f"new:{serial}"
    message_id = apart.get("internetMessageId") or world.new_message_id(f"{mailbox.owner}:{key}")
    thread = world.thread_of(message_id, answering.references)
    parent = answering.parent_index
    extended = dict(apart.get("singleValueExtendedProperties", {}))
    given = (attachment_of(item, new_key(key, n), now) for n, item in enumerate(apart.get("attachments", ())))
    return Message(
        key=key,
        folder=folder,
        serial=serial,
        values={**_owned(mailbox, values), "isDraft": _is_unsent(extended)},
        message_id=message_id,
        conversation=thread,
        index=child_index(parent, now) if parent else thread_index(thread, now),
        created=now,
        modified=now,
        received=now,
        sent=now,
        attachments=(*rekeyed(attachments, key), *given),
        headers=apart.get("internetMessageHeaders", ()),
        extended=extended,
        extensions=apart.get("extensions", {}),
        references=answering.references,
    )


def _owned(mailbox: Mailbox, values: dict[str, Any]) -> dict[str, Any]:
    """A draft's values: read, and from the mailbox's owner unless it says otherwise."""
    me = person(mailbox.address, mailbox.name)
    owner = {name: values.get(name) or me for name in ("from", "sender")}
    return {"isRead": True, **values, **owner}


def _is_unsent(extended: dict[str, str]) -> bool:
    """What PidTagMessageFlags says, which imports set to make an item that is no draft; it isn't kept."""
    flags = [extended.pop(name) for name in list(extended) if name.lower() == _MESSAGE_FLAGS]
    return not flags or not flags[0].isdigit() or bool(int(flags[0]) & _UNSENT)


def rekeyed(attachments: tuple[Attachment, ...], key: str) -> tuple[Attachment, ...]:
    """Attachments copied to another message: the same content, ids of their own."""
    return tuple(replace(item, key=new_key(key, f"copy{n}")) for n, item in enumerate(attachments))


def new_key(message_key: str, name: object) -> str:
    """A key for an attachment of a message."""
    return digest("attachment-key", message_key, name, size=9)
