"""What arrives in a mailbox: copies of what was sent here, and mail from outside."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.folder import INBOX
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.post.compose import Answering, compose, person, rekeyed
from outlook_connector.sandbox.graph.post.headers import of_received
from outlook_connector.sandbox.graph.times import iso

# What belongs to the sender's copy alone.
_OWN = {
    "isRead": False,
    "isDraft": False,
    "bccRecipients": [],
    "categories": [],
    "flag": {"flagStatus": "notFlagged"},
    "inferenceClassification": "focused",
    "isDeliveryReceiptRequested": None,
}
_STRANGER = person("someone@fabrikam.example", "Someone Outside")


def copy_for(
    world: World, mailbox: Mailbox, sent: Message, at: datetime, *, outside: bool = False
) -> Message:
    """The recipient's copy of a sent message, not stored yet."""
    serial = world.next_serial()
    key = f"received:{serial}"
    return replace(
        sent,
        key=key,
        folder=INBOX,
        serial=serial,
        values={**sent.values, **_OWN},
        created=at,
        modified=at,
        received=at,
        generation=0,
        version=1,
        attachments=rekeyed(sent.attachments, key),
        headers=of_received(sent, mailbox.address, at, outside=outside),
        extended={},
        extensions={},
    )


def note_delivery(
    world: World, sent: Message, to: str, at: datetime, outcome: str, copy_id: str | None = None
) -> None:
    """One line of the ledger."""
    world.ledger["deliveries"].append(
        {
            "internetMessageId": sent.message_id,
            "to": to,
            "at": iso(at),
            "id": copy_id,
            "outcome": outcome,
        }
    )


def from_outside(world: World, mailbox: Mailbox, data: Mapping[str, Any], now: datetime) -> Message:
    """A mail that somebody outside sends: `data` is a Graph message; sender, recipient and body have defaults."""
    references = tuple(
        found
        for header in data.get("internetMessageHeaders") or ()
        if header.get("name", "").lower() in ("references", "in-reply-to")
        for found in str(header.get("value", "")).split()
    )
    plain = {name: value for name, value in data.items() if name != "internetMessageHeaders"}
    sender = plain.get("from") or plain.get("sender") or _STRANGER
    plain = {
        "toRecipients": [person(mailbox.address, mailbox.name)],
        "sender": sender,
        **plain,
        "from": sender,
    }
    sent = compose(world, mailbox, plain, now, answering=Answering(tuple(dict.fromkeys(references))))
    custom = tuple(
        (str(header["name"]), str(header.get("value", "")))
        for header in data.get("internetMessageHeaders") or ()
        if header["name"].lower() not in ("references", "in-reply-to")
    )
    return replace(sent, headers=custom)
