"""The demo's steps. Each does one thing by operation name, verifies the result, and says what happened."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .stage import Person, Stage, check, until

Table = tuple[str, Mapping[str, Any]] | None
"""An operation's name and its answer, to be shown as a table."""

Shown = tuple[str, dict[str, Any], Table]
"""What happened in a sentence, the facts behind it, and a table."""

SUBJECT = "Figures for the quarter"
FIGURES = b"quarter,amount\r\n" + b"".join(b"Q%d,%d\r\n" % (n % 4 + 1, n * 1013) for n in range(2000))
ANSWER = "Thank you, the figures are complete."


@dataclass(frozen=True)
class Step:
    """``run`` raises ``NotShown`` or a ``ConnectorError`` where the step does not succeed."""

    title: str
    run: Callable[[Stage], Shown]


def sign_in_first(stage: Stage) -> Shown:
    person, seconds = stage.first, stage.sign_in_time
    if seconds is None:
        account, pages = stage.follow(person)
        check(len(pages) == 2, "a sign-in page and a consent page lead back to the application")
        way = f"by way of the pages {' and '.join(repr(page) for page in pages)}, and the code redeemed with PKCE"
    else:
        account, way = stage.browse(person, seconds), "in the browser"
    return _signed_in(person, account, way)


def sign_in_second(stage: Stage) -> Shown:
    account, pages = stage.follow(stage.second)
    return _signed_in(stage.second, account, f"by way of {len(pages)} pages, into the same token store")


def list_mail(stage: Stage) -> Shown:
    answer = stage.first.invoke("messages.list", {"folder": "inbox", "limit": 5})
    received = [one["receivedDateTime"] for one in answer["value"]]
    check(len(received) == 5, "the inbox lists five messages")
    check(received == sorted(received, reverse=True), "the newest comes first")
    check(bool(answer["nextCursor"]), "a cursor leads to the rest")
    return (
        "The five newest of the inbox, and a cursor for the rest.",
        {"messages": 5},
        ("messages.list", answer),
    )


def send(stage: Stage) -> Shown:
    to = stage.second.user
    mail = {
        "to": [f"{to.name} <{to.address}>"],
        "subject": SUBJECT,
        "body": "<p>Dear Kim,</p><p>the figures are <b>attached</b>.</p>",
        "bodyType": "html",
        "attachments": [{"name": "figures.csv", "contentBytes": base64.b64encode(FIGURES).decode()}],
        "idempotencyKey": "demo-figures",
    }
    answer = stage.first.invoke("messages.send", mail)
    again = stage.first.invoke("messages.send", mail)
    check(answer["status"] == "accepted", "Graph accepts the mail")
    check(again["deduplicated"] is True, "the same idempotency key sends nothing twice")
    facts = {"to": to.address, "messageId": answer.get("messageId"), "bytes": len(FIGURES)}
    return f"Accepted for {to.address}; asked twice with one idempotency key, sent once.", facts, None


def receive(stage: Stage) -> Shown:
    query = {"folder": "inbox", "subject": SUBJECT}
    find = lambda: stage.second.invoke("messages.list", query)["value"]  # noqa: E731 - a look, used once
    found, seconds = until(find, "The mail")
    mail = found[0]
    check(len(found) == 1, "it arrives once")
    check(_address(mail) == stage.first.user.address, "it is from the first user")
    check(mail["hasAttachments"] is True, "it has its attachment")
    stage.props["mail"] = mail["id"]
    said = f"In {stage.second.user.name}'s inbox after {seconds:.2f} s, once, with its attachment."
    return said, {"waited": round(seconds, 3)}, ("messages.list", {"value": found})


def reply(stage: Stage) -> Shown:
    answer = stage.second.invoke("messages.reply", {"messageId": stage.props["mail"], "comment": ANSWER})
    check(answer["status"] == "accepted", "Graph accepts the reply")
    return f"{stage.second.user.name} answers: {ANSWER}", {"status": answer["status"]}, None


def read_back(stage: Stage) -> Shown:
    query = {"folder": "inbox", "subject": SUBJECT, "from": stage.second.user.address}
    find = lambda: stage.first.invoke("messages.list", query)["value"]  # noqa: E731 - a look, used once
    found, seconds = until(find, "The reply")
    message = stage.first.invoke("messages.get", {"messageId": found[0]["id"], "bodyFormat": "text"})
    check(ANSWER in message["body"]["content"], "the reply holds what was written")
    check(message["subject"].upper().startswith("RE:"), "its subject says that it is a reply")
    sent = stage.first.invoke("messages.list", {"folder": "sentitems", "subject": SUBJECT})["value"]
    check(sent[0]["conversationId"] == message["conversationId"], "it belongs to the conversation")
    said = (
        f"{message['subject']!r} from {_address(message)}, in the same conversation, after {seconds:.2f} s."
    )
    return said, {"subject": message["subject"], "waited": round(seconds, 3)}, None


def download(stage: Stage) -> Shown:
    mail = {"messageId": stage.props["mail"]}
    listed = stage.second.invoke("attachments.list", mail)
    one = {**mail, "attachmentId": listed["value"][0]["id"], "saveTo": stage.directory}
    got = stage.second.invoke("attachments.download", one)
    digest = hashlib.sha256(Path(got["path"]).read_bytes()).hexdigest()
    check(digest == hashlib.sha256(FIGURES).hexdigest(), "the file's SHA-256 is that of what was sent")
    check(got["sha256"] == digest, "the operation says the same")
    facts = {"name": got["name"], "size": got["size"], "sha256": digest}
    return (
        f"{got['name']}, {got['size']} bytes, SHA-256 {digest[:16]}… as sent.",
        facts,
        ("attachments.list", listed),
    )


def refresh(stage: Stage) -> Shown:
    before = _token_posts(stage)
    account = stage.first.invoke("auth.refresh")
    check(_token_posts(stage) == before + 1, "one request for tokens goes out")
    stage.first.invoke("folders.get", {"folder": "inbox"})
    check(_token_posts(stage) == before + 1, "the new token serves without another request")
    return (
        f"A new access token, good until {account['expiresAt']}.",
        {"expiresAt": account["expiresAt"]},
        None,
    )


def status(stage: Stage) -> Shown:
    known = stage.first.invoke("auth.status")
    check(known["signedIn"] is True, "the account is signed in")
    check(known["username"] == stage.first.user.address, "it is the first user's")
    said = f"{known['name']} <{known['username']}>, may {', '.join(known['scopes'])}."
    return said, {key: known[key] for key in ("username", "tenantId", "scopes", "accessTokenExpiresAt")}, None


STEPS: tuple[Step, ...] = (
    Step("auth.begin, auth.complete: the first person signs in", sign_in_first),
    Step("the second person signs in", sign_in_second),
    Step("messages.list: the first person's inbox", list_mail),
    Step("messages.send: a mail with an attachment", send),
    Step("messages.list: it arrives in the other mailbox", receive),
    Step("messages.reply: the second person answers", reply),
    Step("messages.get: the reply is read back", read_back),
    Step("attachments.download: the attachment, bit by bit", download),
    Step("auth.refresh: a new access token", refresh),
    Step("auth.status: who is signed in", status),
)


def _signed_in(person: Person, account: Mapping[str, Any], way: str) -> Shown:
    check(account["username"] == person.user.address, f"{person.user.address} is signed in")
    facts = {"username": account["username"], "scopes": account["scopes"], "expiresAt": account["expiresAt"]}
    return f"{account['name']} is signed in {way}.", facts, None


def _address(message: Mapping[str, Any]) -> str:
    return str(message["from"]["emailAddress"]["address"])


def _token_posts(stage: Stage) -> int:
    return sum(
        one.method == "POST" and one.path.endswith("/oauth2/v2.0/token") for one in stage.sandbox.requests
    )
