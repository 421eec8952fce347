"""Ways in which mail could go to somebody who is not on a list of allowed recipients."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from outlook_connector import Connector, ConnectorError
from outlook_connector.sandbox import Sandbox

ADELE, KIM, STRANGER = "adele@contoso.example", "kim@contoso.example", "stranger@evil.example"
OPEN = {"operations": {"allow": ["*", "graph.request", "graph.batch", "rules.forward"]}}
LIMITED = {**OPEN, "recipients": {"allow": [KIM, "*@partner.example"]}}
SUBJECT = "Way out"
MAIL = {"to": [KIM], "subject": SUBJECT, "body": "secret"}
GRAPH_MAIL = {"subject": SUBJECT, "toRecipients": [{"emailAddress": {"address": STRANGER}}]}


@dataclass(frozen=True)
class Attempt:
    """One try: ``run`` is an operation of the connection that is tried, ``other`` somebody who may do all."""

    sandbox: Sandbox
    connector: Connector
    other: Connector

    def run(self, name: str, **given: Any) -> dict[str, Any]:
        return self.connector.invoke(name, given)

    def draft(self, **given: Any) -> str:
        return str(self.run("drafts.create", **{**MAIL, **given})["id"])

    def draft_of_others(self, **given: Any) -> str:
        return str(self.other.invoke("drafts.create", {**MAIL, **given})["id"])

    def arrived(self, sender: str = KIM, **more: Any) -> str:
        people = {name: [person(value)] for name, value in more.items()}
        return self.sandbox.deliver(ADELE, {"subject": SUBJECT, "from": person(sender), **people})

    def conversation(self, message_id: str) -> str:
        return str(self.run("messages.get", messageId=message_id)["conversationId"])

    def rule(self, **actions: Any) -> str:
        made = self.other.invoke("rules.create", {"displayName": "r", "actions": actions, "isEnabled": False})
        return str(made["id"])

    def raw(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        return self.run("graph.request", method=method, path=path, **({"body": body} if body else {}))


def person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": address}}


def mime_of(headers: str) -> str:
    text = f"From: {ADELE}\r\nSubject: {SUBJECT}\r\nMIME-Version: 1.0\r\n{headers}\r\n\r\nsecret\r\n"
    return base64.b64encode(text.encode()).decode()


def sending(**given: Any) -> Callable[[Attempt], Any]:
    return lambda on: on.run("messages.send", **{**MAIL, **given})


def to(*addresses: Any) -> Callable[[Attempt], Any]:
    return sending(to=list(addresses))


def mime(headers: str, operation: str = "messages.sendMime", **more: Any) -> Callable[[Attempt], Any]:
    return lambda on: on.run(operation, contentBytes=mime_of(headers), **more)


def answering(
    operation: str, sender: str = KIM, people: Mapping[str, str] | None = None, **given: Any
) -> Any:
    return lambda on: on.run(operation, messageId=on.arrived(sender, **(people or {})), **given)


def conversing(sender: str = KIM, people: Mapping[str, str] | None = None, **given: Any) -> Any:
    def way(on: Attempt) -> None:
        thread = on.conversation(on.arrived(sender, **(people or {})))
        on.run("conversations.reply", conversationId=thread, comment="secret", **given)

    return way


def ruling(**actions: Any) -> Callable[[Attempt], Any]:
    return lambda on: on.run("rules.create", displayName="r", actions=actions)


def raw(path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Callable[[Attempt], Any]:
    return lambda on: on.raw(path, body, method)


def raw_on_draft(
    path: str, body: dict[str, Any] | None = None, method: str = "POST"
) -> Callable[[Attempt], Any]:
    """A call on a draft to a stranger that somebody else has left in the mailbox."""
    return lambda on: on.raw(path.format(id=quote(on.draft_of_others(to=[STRANGER]), safe="")), body, method)


def changed_by_others_in_between(on: Attempt) -> None:
    """The answer to the first sending is lost; before the repetition somebody changes the draft."""
    draft = on.draft()
    on.sandbox.fault(match="POST /me/messages/*/send", drop="before")
    with suppress(ConnectorError):
        on.run("drafts.send", draftId=draft, idempotencyKey="k")
    on.other.invoke("drafts.update", {"draftId": draft, "bcc": [STRANGER]})
    on.run("drafts.send", draftId=draft, idempotencyKey="k")


def batching(path: str, body: dict[str, Any]) -> Callable[[Attempt], Any]:
    part = {"method": "POST", "path": path, "body": body}
    return lambda on: on.run("graph.batch", requests=[{"method": "GET", "path": "/messages"}, part])


AWAY = {
    "status": "alwaysEnabled",
    "externalAudience": "all",
    "externalMessage": "secret",
    "internalMessage": "x",
}
RAW_AWAY = {
    "automaticRepliesSetting": {
        "status": "alwaysEnabled", "externalAudience": "all", "externalReplyMessage": "secret"
    }
}  # fmt: skip
FORWARD = {"toRecipients": [person(STRANGER)], "comment": "secret"}
RULE = {"displayName": "r", "sequence": 1, "isEnabled": True, "actions": {"forwardTo": [person(STRANGER)]}}

WAYS: Mapping[str, Callable[[Attempt], Any]] = {
    "to": to(STRANGER),
    "cc": sending(cc=[STRANGER]),
    "bcc": sending(bcc=[STRANGER]),
    "by way of a draft": sending(bcc=[STRANGER], delivery="tracked"),
    "with a key": sending(bcc=[STRANGER], idempotencyKey="k"),
    "an allowed address as the name": to(f"{KIM} <{STRANGER}>"),
    "an allowed address as the name, apart": to({"name": KIM, "address": STRANGER}),
    "a plus sign": to("kim+x@contoso.example"),
    "a letter that looks alike in the domain": to("x@pаrtner.example"),
    "a domain that begins alike": to("x@partner.example.evil.example"),
    "a domain that ends alike": to("x@evilpartner.example"),
    "a group that is not on the list": to("everyone@contoso.example"),
    "reply to a stranger": answering("messages.reply", STRANGER, comment="secret"),
    "reply to whom replies should go to": answering(
        "messages.reply", people={"replyTo": STRANGER}, comment="x"
    ),
    "reply with a copy": answering("messages.reply", comment="x", to=[KIM], cc=[STRANGER]),
    "reply with a key": answering("messages.reply", STRANGER, comment="secret", idempotencyKey="k"),
    "reply to all": answering("messages.replyAll", people={"ccRecipients": STRANGER}, comment="x"),
    "forward": answering("messages.forward", to=[STRANGER]),
    "forward with a hidden copy": answering("messages.forward", to=[KIM], bcc=[STRANGER]),
    "reply in a conversation": conversing(STRANGER),
    "reply to all in a conversation": conversing(people={"ccRecipients": STRANGER}, replyAll=True),
    "a new draft": lambda on: on.draft(to=[STRANGER]),
    "a draft that is changed": lambda on: on.run("drafts.update", draftId=on.draft(), bcc=[STRANGER]),
    "a draft that others wrote": lambda on: on.run("drafts.send", draftId=on.draft_of_others(cc=[STRANGER])),
    "a draft that others wrote, with a key": lambda on: on.run(
        "drafts.send", draftId=on.draft_of_others(cc=[STRANGER]), idempotencyKey="k"
    ),
    "a copy of a draft that others wrote": lambda on: on.run(
        "messages.copy", messageId=on.draft_of_others(to=[STRANGER]), destinationFolder="drafts"
    ),
    "a draft that others change in between": changed_by_others_in_between,
    "a draft of a reply": answering("drafts.createReply", STRANGER, comment="secret"),
    "a draft of a reply to all": answering("drafts.createReplyAll", people={"ccRecipients": STRANGER}),
    "a draft of a forward": answering("drafts.createForward", to=[STRANGER]),
    "MIME: To": mime(f"To: {STRANGER}"),
    "MIME: Bcc": mime(f"To: {KIM}\r\nBcc: {STRANGER}"),
    "MIME: a folded header": mime(f"To: {KIM},\r\n\t{STRANGER}"),
    "MIME: an encoded name": mime(f"To: =?utf-8?q?kim=40contoso.example?= <{STRANGER}>"),
    "MIME: a group": mime(f"To: Friends: {KIM}, {STRANGER};"),
    "MIME: a comment": mime(f"To: {KIM} (x), (kim) {STRANGER} ({KIM})"),
    "MIME: a header in capitals": mime(f"To: {KIM}\r\nBCC: {STRANGER}"),
    "MIME: a source route": mime(f"To: <@partner.example:{STRANGER}>"),
    "MIME: with a key": mime(f"To: {KIM}\r\nBcc: {STRANGER}", idempotencyKey="k"),
    "MIME: a draft": mime(f"To: {STRANGER}", "messages.importMime"),
    "a rule that forwards": ruling(forwardTo=[STRANGER]),
    "a rule that forwards as an attachment": ruling(forwardAsAttachmentTo=[STRANGER]),
    "a rule that redirects": ruling(redirectTo=[STRANGER]),
    "a rule that is changed": lambda on: on.run(
        "rules.update", ruleId=on.rule(markAsRead=True), isEnabled=True, actions={"redirectTo": [STRANGER]}
    ),
    "a rule of others that is switched on": lambda on: on.run(
        "rules.update", ruleId=on.rule(forwardTo=[STRANGER]), isEnabled=True
    ),
    "automatic replies": lambda on: on.run("settings.setAutomaticReplies", **AWAY),
    "raw: sendMail": raw("/sendMail", {"message": GRAPH_MAIL}),
    "raw: sendMail, escaped": raw("/%73endMail", {"Message": GRAPH_MAIL}),
    "raw: send": raw_on_draft("/messages/{id}/send"),
    "raw: send, by its full name": raw_on_draft("/messages/{id}/microsoft.graph.send"),
    "raw: send, by its namespace's alias": raw_on_draft("/messages/{id}/graph.send"),
    "raw: send, as a function": raw_on_draft("/messages/{id}/send()"),
    "raw: send, with the id in brackets": raw_on_draft("/messages('{id}')/SEND"),
    "raw: forward": lambda on: on.raw(f"/messages/{quote(on.arrived(), safe='')}/forward", FORWARD),
    "raw: a new draft": raw("/messages", GRAPH_MAIL),
    "raw: a draft that is changed": lambda on: on.raw(
        f"/messages/{quote(on.draft(), safe='')}",
        {"bccRecipients": [person(STRANGER)]},
        "PATCH",
    ),
    "raw: a new rule": raw("/mailFolders/inbox/messageRules", RULE),
    "raw: a new rule, with the folder in brackets": raw("/mailFolders('inbox')/messageRules", RULE),
    "raw: a rule of others that is switched on": lambda on: on.raw(
        f"/mailFolders/inbox/messageRules('{quote(on.rule(forwardTo=[STRANGER]), safe='')}')",
        {"isEnabled": True},
        "PATCH",
    ),
    "raw: automatic replies": raw("/mailboxSettings", RAW_AWAY, "PATCH"),
    "batch: sendMail": batching("/sendMail", {"message": GRAPH_MAIL}),
    "batch: a new draft": batching("/messages", GRAPH_MAIL),
}

CLOSED: Mapping[str, Callable[[Attempt], Any]] = {
    "two addresses in one": to(f"{STRANGER},x@partner.example"),
    "two addresses in one, with a blank": to(f"{STRANGER} x@partner.example"),
    "an address in quotes": to(f'"{STRANGER}"@partner.example'),
    "two at signs": to(f"{STRANGER}@partner.example"),
    "a comment": to(f"{STRANGER}(x)@partner.example"),
    "a line break": to(f"x@partner.example\r\nBcc: {STRANGER}"),
    "a way by a third server": to("stranger%evil.example@partner.example"),
    "raw: sendMail, by its full name": raw("/microsoft.graph.sendMail", {"message": GRAPH_MAIL}),
    "raw: send, escaped twice": raw_on_draft("/messages/{id}/%2573end"),
    "answers to a stranger": sending(replyTo=[STRANGER]),
    "MIME: Resent-To": mime(f"To: {KIM}\r\nResent-To: {STRANGER}"),
    "MIME: Resent-Bcc, a draft": mime(f"To: {KIM}\r\nResent-Bcc: {STRANGER}", "messages.importMime"),
    "MIME: Apparently-To": mime(f"To: {KIM}\r\nApparently-To: {STRANGER}"),
    "raw: two addresses in one": raw(
        "/messages", {"toRecipients": [{"emailAddress": {"address": f"{STRANGER};x@partner.example"}}]}
    ),
    "raw: names in capitals": raw("/messages", {"toRecipients": [{"EmailAddress": {"Address": STRANGER}}]}),
}
"""Ways that the sandbox lets out nowhere, and that must be refused all the same."""
