"""Automatic replies: who writes to somebody away is told so, once.

https://learn.microsoft.com/graph/api/resources/automaticrepliessetting
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.typed import instant
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.post.compose import Answering, compose
from outlook_connector.sandbox.graph.post.headers import AUTOMATIC, NDR, has

_SUPPRESS = "X-Auto-Response-Suppress"


def is_away(setting: Mapping[str, Any], at: datetime) -> bool:
    """Whether replies go out at a moment."""
    if setting["status"] != "scheduled":
        return bool(setting["status"] == "alwaysEnabled")
    return instant(setting["scheduledStartDateTime"]) <= at < instant(setting["scheduledEndDateTime"])


def message_for(mailbox: Mailbox, address: str, at: datetime) -> str:
    """What somebody at `address` would be told: the internal text within the tenant, else the external one."""
    setting = mailbox.own.settings["automaticRepliesSetting"]
    if not is_away(setting, at):
        return ""
    if _domain(address) == _domain(mailbox.address):
        return str(setting["internalReplyMessage"] or "")
    # The sandbox keeps no contacts: with contactsOnly nobody outside is one.
    return str(setting["externalReplyMessage"] or "") if setting["externalAudience"] == "all" else ""


def reply_to(
    world: World, mailbox: Mailbox, copy: Message, at: datetime
) -> tuple[Message, tuple[str, ...]] | None:
    """The reply to an arriving mail and whom it goes to; None where there is none, or not again."""
    sender = copy.get("from")
    address = str(sender["emailAddress"]["address"]) if sender else ""
    own = address.casefold() == mailbox.address.casefold()
    automatic = any(has(copy.headers, name) for name in (AUTOMATIC, NDR, _SUPPRESS))
    if not address or own or automatic or address.casefold() in mailbox.own.answered:
        return None
    text = message_for(mailbox, address, at)
    if not text:
        return None
    mailbox.own.answered.add(address.casefold())
    data = {
        "subject": f"Automatic reply: {copy.get('subject')}",
        "body": {"contentType": "html", "content": text},
        "toRecipients": [sender],
    }
    answering = Answering((*copy.references, copy.message_id), copy.index)
    reply = compose(world, mailbox, data, at, answering=answering)
    return replace(reply, headers=((AUTOMATIC, "auto-replied"), (_SUPPRESS, "All"))), (address,)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
