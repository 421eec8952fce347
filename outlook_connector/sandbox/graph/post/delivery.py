"""Brings mail to its recipients, and lets each mailbox do with it what its owner has set up.

On arrival the sender is classified, the rules run, and an automatic reply may go back; what rules and
replies send is carried in its turn.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.post.absence import reply_to
from outlook_connector.sandbox.graph.post.arrival import copy_for, from_outside, note_delivery
from outlook_connector.sandbox.graph.post.bounce import report_of
from outlook_connector.sandbox.graph.post.classify import classified
from outlook_connector.sandbox.graph.post.headers import NDR, has
from outlook_connector.sandbox.graph.post.ruling import apply_rules


def arrive(world: World, mailbox: Mailbox, data: Mapping[str, Any], now: datetime) -> Message:
    """A mail from outside arrives; returns the copy as it was stored."""
    return deliver(world, mailbox, from_outside(world, mailbox, data, now), now, outside=True)


def carry(world: World, sender: Mailbox, sent: Message, address: str, at: datetime) -> None:
    """One recipient's copy: into the inbox, out of the tenant, or back to `sender` as a report."""
    mailbox = world.mailbox_of(address)
    if mailbox is not None:
        deliver(world, mailbox, sent, at)
    elif address.casefold().endswith(f"@{world.domain.casefold()}"):
        note_delivery(world, sent, address, at, "bounced")
        if not has(sent.headers, NDR):
            deliver(world, sender, report_of(world, sender, sent, address, at), at)
    else:
        note_delivery(world, sent, address, at, "external")


def deliver(world: World, mailbox: Mailbox, sent: Message, at: datetime, *, outside: bool = False) -> Message:
    """Stores the recipient's copy of a sent message where its rules want it, and writes it into the ledger."""
    copy = classified(mailbox.own, copy_for(world, mailbox, sent, at, outside=outside))
    result = apply_rules(world, mailbox, copy, at)
    for message in result.stored:
        mailbox.put(message)
    note_delivery(world, sent, mailbox.address, at, "delivered", mailbox.immutable_id(copy))
    reply = reply_to(world, mailbox, copy, at)
    for outgoing, addresses in (*result.outgoing, *([reply] if reply else [])):
        for address in addresses:
            carry(world, mailbox, outgoing, address, at)
    return copy
