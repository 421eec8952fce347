"""Sends a message: the sender's copy, a copy for each recipient of the tenant, reports, and the ledger.

https://learn.microsoft.com/graph/api/user-sendmail, https://learn.microsoft.com/graph/api/message-send
"""

from typing import Any

from outlook_connector.sandbox.directory import User
from outlook_connector.sandbox.graph.model.folder import SENT
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.writable import is_address
from outlook_connector.sandbox.graph.permissions import SEND, TABLE
from outlook_connector.sandbox.graph.post.compose import person
from outlook_connector.sandbox.graph.post.delivery import carry
from outlook_connector.sandbox.graph.problem import problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.times import iso

_LISTS = ("toRecipients", "ccRecipients", "bccRecipients")


def submit(request: Request, draft: Message, *, keep: bool = True) -> Message:
    """Sends a draft, stored or not, and returns it as it was sent.

    A stored draft moves to Sent Items under its immutable id; one that is not stored is stored there if
    `keep`. Raises 400 for missing or impossible recipients and 403 for somebody else's address as sender.
    """
    addresses = _addresses(draft)
    values = _sender(request, draft)
    stored = draft.key in request.mailbox.messages
    sent = draft.evolve(
        request.now,
        {**_named(request, draft), **values, "isDraft": False, "isRead": True},
        folder=SENT,
        generation=draft.generation + stored,
        sent=request.now,
        received=request.now,
    )
    if keep or stored:
        request.mailbox.put(sent)
    _note(request, sent, addresses)
    for address in addresses:
        carry(request.world, request.mailbox, sent, address, request.now)
    return sent


def _addresses(draft: Message) -> list[str]:
    found: dict[str, str] = {}
    for name in _LISTS:
        for item in draft.get(name):
            address = str(item["emailAddress"]["address"])
            found.setdefault(address.casefold(), address)
    if not found:
        raise problem("no_recipients")
    if not all(is_address(address) for address in found.values()):
        raise problem("bad_recipient")
    return list(found.values())


def _named(request: Request, draft: Message) -> dict[str, Any]:
    """The recipients, those of the tenant under the names that the directory has for them."""
    return {name: [_resolved(request, item) for item in draft.get(name)] for name in _LISTS}


def _resolved(request: Request, item: dict[str, Any]) -> dict[str, Any]:
    address, name = str(item["emailAddress"]["address"]), item["emailAddress"]["name"]
    user = request.directory.user(address) if name == address else None
    return person(address, user.name) if user else item


def _sender(request: Request, draft: Message) -> dict[str, Any]:
    """Whom the mail is from, and who sends it: another one only where the mailbox has been opened to them."""
    owner, actor = request.owner, request.actor
    wanted = draft.get("from") or person(owner.address, owner.name)
    author = request.directory.user(str(wanted["emailAddress"]["address"]))
    if author is None or not _may_send_as(request, actor, author):
        raise problem("send_as")
    return {"from": person(author.address, author.name), "sender": person(actor.address, actor.name)}


def _may_send_as(request: Request, actor: User, author: User) -> bool:
    if author.id in (request.owner.id, actor.id):
        return True
    shared = bool(request.caller.scopes & TABLE[SEND].shared)
    return shared and request.directory.may_open(actor.id, author.id)


def _note(request: Request, sent: Message, addresses: list[str]) -> None:
    request.world.ledger["submissions"].append(
        {
            "internetMessageId": sent.message_id,
            "from": sent.get("from")["emailAddress"]["address"],
            "recipients": addresses,
            "at": iso(request.now),
            "subject": sent.get("subject"),
            "key": next(iter(sent.extended.values()), None),
            "extended": dict(sent.extended),
        }
    )
