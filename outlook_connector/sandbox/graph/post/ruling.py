"""Runs a mailbox's rules over a mail that arrives: https://learn.microsoft.com/graph/api/resources/messagerule"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.folder import DELETED, INBOX
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.post.compose import rekeyed
from outlook_connector.sandbox.graph.post.headers import NDR, SENT_ON, has
from outlook_connector.sandbox.graph.post.predicates import fits
from outlook_connector.sandbox.graph.post.sending_on import forwarded, forwarded_as_attachment, redirected

Json = dict[str, Any]
Outgoing = tuple[Message, tuple[str, ...]]


@dataclass
class Outcome:
    """What became of a mail: the copies to store, the arrived one first unless it is gone, and mail to carry."""

    stored: list[Message] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)


@dataclass
class _Case:
    """One mail under its rules: its folder and values as they stand so far."""

    world: World
    mailbox: Mailbox
    copy: Message
    at: datetime
    folder: str | None = None
    copies: list[str] = field(default_factory=list)
    gone: bool = False
    values: Json = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)


def apply_rules(world: World, mailbox: Mailbox, copy: Message, at: datetime) -> Outcome:
    """Every enabled rule that fits, by sequence, until one says stop. Reports and one's own mail sent on stay put."""
    case = _Case(world, mailbox, copy, at)
    for rule in sorted(mailbox.own.rules.values(), key=lambda rule: int(rule["sequence"])):
        if not rule["isEnabled"] or rule["hasError"] or not _applies(rule, case):
            continue
        actions = rule["actions"] or {}
        for name, action in _ACTIONS.items():
            if actions.get(name):
                action(case, actions[name])
        if actions.get("stopProcessingRules"):
            break
    return Outcome(_stored(case), case.outgoing)


def _applies(rule: Json, case: _Case) -> bool:
    own = case.mailbox.address
    exceptions = rule["exceptions"] or {}
    excepted = any(fits({name: value}, case.copy, own) for name, value in exceptions.items())
    return fits(rule["conditions"] or {}, case.copy, own) and not excepted


def _stored(case: _Case) -> list[Message]:
    values = {**case.copy.values, **case.values}
    kept = [] if case.gone else [replace(case.copy, values=values, folder=case.folder or INBOX)]
    return kept + [_copied(case, values, folder) for folder in case.copies]


def _copied(case: _Case, values: Json, folder: str) -> Message:
    serial = case.world.next_serial()
    key = f"copy:{serial}"
    attachments = rekeyed(case.copy.attachments, key)
    return replace(case.copy, key=key, serial=serial, folder=folder, values=values, attachments=attachments)


def _move(case: _Case, folder_id: Any) -> None:
    folder = case.mailbox.folder(str(folder_id))
    if folder is not None:
        _put(case, folder.key)


def _put(case: _Case, folder: str) -> None:
    # The first rule that moves the mail has it; for those after it there are copies.
    if case.folder is None:
        case.folder = folder
    else:
        case.copies.append(folder)


def _copy(case: _Case, folder_id: Any) -> None:
    folder = case.mailbox.folder(str(folder_id))
    if folder is not None:
        case.copies.append(folder.key)


def _delete(case: _Case, _value: Any) -> None:
    _put(case, DELETED)


def _permanent_delete(case: _Case, _value: Any) -> None:
    case.gone = True


def _mark_read(case: _Case, _value: Any) -> None:
    case.values["isRead"] = True


def _importance(case: _Case, value: Any) -> None:
    case.values["importance"] = value


def _categories(case: _Case, names: Any) -> None:
    present = [*case.copy.get("categories"), *case.values.get("categories", ())]
    case.values["categories"] = list(dict.fromkeys([*present, *names]))


def _sending(make: Callable[[World, Mailbox, Message, list[Json], datetime], Message]) -> Callable[..., None]:
    def action(case: _Case, people: Any) -> None:
        mine = ((SENT_ON, case.mailbox.address) in case.copy.headers) or has(case.copy.headers, NDR)
        if not mine:
            mail = make(case.world, case.mailbox, case.copy, people, case.at)
            case.outgoing.append((mail, tuple(item["emailAddress"]["address"] for item in people)))

    return action


# In the order in which Exchange carries out what one rule asks for.
_ACTIONS: Mapping[str, Callable[[_Case, Any], None]] = {
    "assignCategories": _categories,
    "markImportance": _importance,
    "markAsRead": _mark_read,
    "copyToFolder": _copy,
    "moveToFolder": _move,
    "delete": _delete,
    "permanentDelete": _permanent_delete,
    "forwardTo": _sending(forwarded),
    "forwardAsAttachmentTo": _sending(forwarded_as_attachment),
    "redirectTo": _sending(redirected),
}
