"""Conditions and exceptions of rules: https://learn.microsoft.com/graph/api/resources/messagerulepredicates

A list fits where one of its items does; conditions fit where all of them do. Texts compare without regard to
case. Kinds of mail that the sandbox does not have (meetings, voice mail, signed or encrypted mail) never fit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outlook_connector.sandbox.graph.model.body import as_text
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.post.headers import AUTOMATIC, NDR, SENT_ON, has

Json = dict[str, Any]
_KB = 1024


@dataclass(frozen=True)
class _Mail:
    copy: Message
    own: str

    def addresses(self, *names: str) -> list[str]:
        """Addresses of recipients, in lower case."""
        return [person["address"].casefold() for person in self.people(*names)]

    def people(self, *names: str) -> list[Json]:
        """The emailAddress values of some properties that hold one recipient or many."""
        found: list[Json] = []
        for name in names:
            value = self.copy.get(name) or []
            found += [item["emailAddress"] for item in (value if isinstance(value, list) else [value])]
        return found

    def named(self, *names: str) -> list[str]:
        """Names and addresses."""
        return [f"{item.get('name') or ''} {item['address']}" for item in self.people(*names)]

    @property
    def me(self) -> str:
        """The mailbox's own address."""
        return self.own.casefold()

    @property
    def size(self) -> int:
        """Bytes of the body and the attachments."""
        body = str(self.copy.get("body")["content"])
        return len(body.encode()) + sum(item.size for item in self.copy.attachments)


def fits(conditions: Mapping[str, Any], copy: Message, own: str) -> bool:
    """Whether an arrived mail fits all conditions; `own` is the mailbox's address."""
    mail = _Mail(copy, own)
    return all(
        _PREDICATES[name](mail, value)
        for name, value in conditions.items()
        if value is not None and name in _PREDICATES
    )


Predicate = Callable[[_Mail, Any], bool]


def _within(texts: Callable[[_Mail], Iterable[str]]) -> Predicate:
    def predicate(mail: _Mail, words: Any) -> bool:
        folded = [text.casefold() for text in texts(mail)]
        return any(word.casefold() in text for word in words for text in folded)

    return predicate


def _among(*names: str) -> Predicate:
    def predicate(mail: _Mail, people: Any) -> bool:
        present = mail.addresses(*names)
        return any(item["emailAddress"]["address"].casefold() in present for item in people)

    return predicate


def _is(fact: Callable[[_Mail], Any]) -> Predicate:
    return lambda mail, wanted: fact(mail) == wanted


def _never(_mail: _Mail) -> bool:
    return False


def _subject(mail: _Mail) -> str:
    return str(mail.copy.get("subject"))


def _body(mail: _Mail) -> str:
    return as_text(mail.copy.get("body"))


def _automatic_reply(mail: _Mail) -> bool:
    return has(mail.copy.headers, AUTOMATIC) and not has(mail.copy.headers, NDR)


def _sensitivity(mail: _Mail) -> str:
    written = {name.lower(): value.lower() for name, value in mail.copy.headers}.get("sensitivity", "normal")
    return {"company-confidential": "confidential"}.get(written, written)


def _size(mail: _Mail, limits: Any) -> bool:
    least, most = limits.get("minimumSize") or 0, limits.get("maximumSize")
    return least * _KB <= mail.size and (not most or mail.size <= most * _KB)


def _categories(mail: _Mail, names: Any) -> bool:
    present = {name.casefold() for name in mail.copy.get("categories")}
    return any(name.casefold() in present for name in names)


_PREDICATES: Mapping[str, Predicate] = {
    "bodyContains": _within(lambda mail: [_body(mail)]),
    "bodyOrSubjectContains": _within(lambda mail: [_body(mail), _subject(mail)]),
    "subjectContains": _within(lambda mail: [_subject(mail)]),
    "headerContains": _within(lambda mail: [f"{name}: {value}" for name, value in mail.copy.headers]),
    "senderContains": _within(lambda mail: mail.named("from")),
    "recipientContains": _within(lambda mail: mail.named("toRecipients", "ccRecipients")),
    "fromAddresses": _among("from"),
    "sentToAddresses": _among("toRecipients", "ccRecipients"),
    "categories": _categories,
    "hasAttachments": _is(lambda mail: mail.copy.has_attachments),
    "importance": _is(lambda mail: mail.copy.get("importance")),
    "sensitivity": _is(_sensitivity),
    "withinSizeRange": _size,
    "sentToMe": _is(lambda mail: mail.me in mail.addresses("toRecipients")),
    "sentCcMe": _is(lambda mail: mail.me in mail.addresses("ccRecipients")),
    "sentToOrCcMe": _is(lambda mail: mail.me in mail.addresses("toRecipients", "ccRecipients")),
    "notSentToMe": _is(lambda mail: mail.me not in mail.addresses("toRecipients")),
    "sentOnlyToMe": _is(lambda mail: mail.addresses("toRecipients", "ccRecipients") == [mail.me]),
    "isAutomaticForward": _is(lambda mail: has(mail.copy.headers, SENT_ON)),
    "isAutomaticReply": _is(_automatic_reply),
    "isNonDeliveryReport": _is(lambda mail: has(mail.copy.headers, NDR)),
    "messageActionFlag": lambda mail, _flag: False,
    **dict.fromkeys(
        (
            "isApprovalRequest",
            "isEncrypted",
            "isMeetingRequest",
            "isMeetingResponse",
            "isPermissionControlled",
            "isReadReceipt",
            "isSigned",
            "isVoicemail",
        ),
        _is(_never),
    ),
}
