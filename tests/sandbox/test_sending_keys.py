"""One mail for each idempotency key, by every way that mail goes out, whatever is lost on the way."""

import base64
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError, InvalidInput, NotFound, OutcomeUnknown, connect
from outlook_connector.sandbox import Sandbox

KIM, NESTOR = "kim@contoso.example", "nestor@contoso.example"
SUBJECT = "Order 4711"
MIME = f"From: adele@contoso.example\r\nTo: {KIM}\r\nSubject: {SUBJECT}\r\nMIME-Version: 1.0\r\n\r\nPlease confirm.\r\n"
KEY = {"idempotencyKey": "k"}
FILE = {"name": "a.txt", "contentBytes": base64.b64encode(b"content").decode()}


def send(_: Sandbox, connector: Connector) -> dict[str, Any]:
    return {"to": [KIM], "subject": SUBJECT, "body": "Please confirm."}


def answer(sandbox: Sandbox, _: Connector) -> dict[str, Any]:
    sender = {"emailAddress": {"address": KIM, "name": "Kim Akers"}}
    body = {"contentType": "text", "content": "Please confirm."}
    arrived = sandbox.deliver("adele@contoso.example", {"subject": SUBJECT, "from": sender, "body": body})
    return {"messageId": arrived, "comment": "Confirmed."}


def forward(sandbox: Sandbox, connector: Connector) -> dict[str, Any]:
    return {**answer(sandbox, connector), "to": [NESTOR]}


def mime(_: Sandbox, connector: Connector) -> dict[str, Any]:
    return {"contentBytes": base64.b64encode(MIME.encode()).decode()}


def draft(sandbox: Sandbox, connector: Connector) -> dict[str, Any]:
    return {"draftId": connector.invoke("drafts.create", send(sandbox, connector))["id"]}


Way = tuple[str, Callable[[Sandbox, Connector], dict[str, Any]]]
WAYS: Mapping[str, Way] = {
    "send": ("messages.send", send),
    "reply": ("messages.reply", answer),
    "replyAll": ("messages.replyAll", answer),
    "forward": ("messages.forward", forward),
    "sendMime": ("messages.sendMime", mime),
    "draft": ("drafts.send", draft),
}
BY_EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
WRITING = pytest.mark.parametrize(
    "way",
    [way for name, way in WAYS.items() if name != "draft"],
    ids=[name for name in WAYS if name != "draft"],
)


def submissions(sandbox: Sandbox) -> int:
    return len(sandbox.ledger["submissions"])


def drafts(connector: Connector) -> list[dict[str, Any]]:
    listed = connector.iterate("messages.list", {"folder": "drafts"})
    return [one for one in listed if SUBJECT in one["subject"]]


@BY_EVERY_WAY
def test_the_same_key_sends_one_mail(
    way: Way, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
    first = outlook_connector.invoke(name, given)
    second = outlook_connector.invoke(name, given)
    assert second == {**first, "deduplicated": True}
    assert first["deduplicated"] is False
    sent = outlook_connector.invoke("messages.get", {"messageId": first["messageId"]})
    assert sent["isDraft"] is False
    assert sent["internetMessageId"] == first["internetMessageId"]
    assert submissions(outlook_sandbox) == 1
    assert drafts(outlook_connector) == []


@BY_EVERY_WAY
def test_without_a_key_the_answer_has_the_same_form(
    way: Way, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    answered = outlook_connector.invoke(name, prepare(outlook_sandbox, outlook_connector))
    assert answered == {"status": "accepted", "deduplicated": False}


LOST = [{"drop": "after"}, {"drop": "before"}, {"status": 504}]
LOSSES = pytest.mark.parametrize("fault", LOST, ids=["lost", "dropped", "504"])


@LOSSES
@BY_EVERY_WAY
def test_repeating_the_key_after_a_lost_answer_to_the_sending_makes_one_mail(
    way: Way, fault: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
    outlook_sandbox.fault(match="POST /me/messages/*/send", times=1, **fault)
    _until_done(outlook_connector, name, given)
    assert submissions(outlook_sandbox) == 1
    assert drafts(outlook_connector) == []


@LOSSES
@WRITING
def test_repeating_the_key_after_a_lost_answer_to_the_writing_makes_one_mail(
    way: Way, fault: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
    for match in ("POST /me/messages", "POST /me/messages/*/create*"):
        outlook_sandbox.fault(match=match, times=1, **fault)
    _until_done(outlook_connector, name, given)
    assert submissions(outlook_sandbox) == 1


@WRITING
def test_repeating_the_key_after_an_answer_that_cannot_be_read_makes_one_mail(
    way: Way, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
    for match in ("POST /me/messages", "POST /me/messages/*/create*"):
        outlook_sandbox.fault(match=match, times=1, status=201, body="<html>proxy</html>")
    _until_done(outlook_connector, name, given)
    assert submissions(outlook_sandbox) == 1


def _until_done(connector: Connector, name: str, given: dict[str, Any]) -> None:
    try:
        connector.invoke(name, given)
    except OutcomeUnknown as unknown:
        assert unknown.details["check"]
        assert unknown.retryable, "with a key the same call may be made again"
        assert "Repeat the call with the same idempotencyKey" in str(unknown) and "Look" not in str(unknown)
        connector.invoke(name, given)
    assert connector.invoke(name, given)["deduplicated"] is True


@BY_EVERY_WAY
def test_a_key_is_found_in_the_mailbox_where_the_store_is_lost(way: Way, outlook_sandbox: Sandbox) -> None:
    name, prepare = way
    with connect(outlook_sandbox.config()) as first:
        given = {**prepare(outlook_sandbox, first), **KEY}
        answered = first.invoke(name, given)
    with connect(outlook_sandbox.config()) as second:
        assert second.invoke(name, given) == {**answered, "deduplicated": True}
    assert submissions(outlook_sandbox) == 1


@BY_EVERY_WAY
def test_a_draft_that_was_not_sent_is_sent_by_a_worker_whose_store_is_new(
    way: Way, outlook_sandbox: Sandbox
) -> None:
    name, prepare = way
    with connect(outlook_sandbox.config()) as first:
        given = {**prepare(outlook_sandbox, first), **KEY}
        outlook_sandbox.fault(match="POST /me/messages/*/send", drop="before")
        with pytest.raises(OutcomeUnknown) as caught:
            first.invoke(name, given)
    with connect(outlook_sandbox.config()) as second:
        answered = second.invoke(name, given)
        assert drafts(second) == []
    assert answered["messageId"] == caught.value.details["messageId"], "the same draft, not another one"
    assert submissions(outlook_sandbox) == 1


@BY_EVERY_WAY
def test_workers_with_one_key_make_one_mail(way: Way, outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    name, prepare = way
    store = {"tokenStore": f"sqlite:///{tmp_path}/store.db", "mailbox": "adele@contoso.example"}
    with connect(outlook_sandbox.config()) as connector:
        given = {**prepare(outlook_sandbox, connector), **KEY}
    outlook_sandbox.fault(match="POST */messages/*/send", delay=0.1, times=None)

    def work(number: int) -> bool:
        with connect(outlook_sandbox.config(**store, account=f"a{number}")) as one:
            return bool(one.invoke(name, given)["deduplicated"])

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(work, range(3))) == [False, True, True]
    assert submissions(outlook_sandbox) == 1


def test_a_key_belongs_to_one_content_by_whatever_way(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_connector.invoke("messages.send", {**send(outlook_sandbox, outlook_connector), **KEY})
    for name, prepare in WAYS.values():
        given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
        given |= {"subject": "Another"} if name == "messages.send" else {}
        with pytest.raises(InvalidInput, match="/idempotencyKey"):
            outlook_connector.invoke(name, given)
    assert submissions(outlook_sandbox) == 1


@pytest.mark.parametrize("immutable", [True, False])
def test_a_draft_is_sent_once_by_whichever_kind_of_id(immutable: bool, outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(immutableIds=immutable)) as connector:
        given = {**draft(outlook_sandbox, connector), **KEY}
        outlook_sandbox.fault(match="POST /me/messages/*/send", drop="after")
        first = connector.invoke("drafts.send", given)
        assert connector.invoke("drafts.send", given) == {**first, "deduplicated": True}
    with connect(outlook_sandbox.config(immutableIds=immutable)) as another:
        assert another.invoke("drafts.send", given) == {**first, "deduplicated": True}
    assert submissions(outlook_sandbox) == 1


def test_a_draft_that_was_sent_without_the_key_is_not_taken_for_the_keys(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = draft(outlook_sandbox, outlook_connector)
    outlook_connector.invoke("drafts.send", given)
    with pytest.raises(InvalidInput, match="/draftId"):
        outlook_connector.invoke("drafts.send", {**given, **KEY})
    with pytest.raises(NotFound):
        outlook_connector.invoke("drafts.send", {"draftId": given["draftId"][:-8] + "AAAAAAA=", **KEY})


def test_a_draft_that_was_changed_on_purpose_is_sent_as_it_is(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = {**draft(outlook_sandbox, outlook_connector), **KEY}
    outlook_sandbox.fault(match="POST /me/messages/*/send", drop="before")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke("drafts.send", given)
    outlook_connector.invoke("drafts.update", {"draftId": given["draftId"], "to": [NESTOR]})
    outlook_connector.invoke("drafts.send", given)
    (sent,) = outlook_sandbox.ledger["submissions"]
    assert sent["recipients"] == [NESTOR]


@WRITING
def test_a_draft_of_ours_that_was_changed_is_not_sent(
    way: Way, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
    outlook_sandbox.fault(match="POST /me/messages/*/send", drop="before")
    with pytest.raises(OutcomeUnknown) as caught:
        outlook_connector.invoke(name, given)
    changed = {"draftId": caught.value.details["messageId"], "cc": ["stranger@evil.example"]}
    outlook_connector.invoke("drafts.update", changed)
    with pytest.raises(ConnectorError, match="was changed"):
        outlook_connector.invoke(name, given)
    assert submissions(outlook_sandbox) == 0


@pytest.mark.parametrize("name", ["messages.send", "messages.reply"])
def test_an_unfinished_draft_is_written_anew(
    name: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    prepare = dict(WAYS.values())[name]
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY, "attachments": [FILE]}
    outlook_sandbox.fault(match="POST /me/messages/*/attachments", drop="before")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke(name, given)
    answered = outlook_connector.invoke(name, given)
    listed = outlook_connector.invoke("attachments.list", {"messageId": answered["messageId"]})["value"]
    assert [one["name"] for one in listed] == ["a.txt"]
    assert drafts(outlook_connector) == []
    assert submissions(outlook_sandbox) == 1


@WRITING
def test_a_mail_that_was_refused_can_be_mended_under_its_key(
    way: Way, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    name, prepare = way
    given = {**prepare(outlook_sandbox, outlook_connector), **KEY}
    for match in ("POST /me/messages", "POST /me/messages/*/create*"):
        outlook_sandbox.fault(match=match, status=400)
    with pytest.raises(ConnectorError, match="400"):
        outlook_connector.invoke(name, given)
    if name == "messages.sendMime":
        given["contentBytes"] = base64.b64encode((MIME + "Mended").encode()).decode()
    else:
        given["body" if name == "messages.send" else "comment"] = "Mended"
    assert outlook_connector.invoke(name, given)["deduplicated"] is False


def test_a_draft_that_somebody_deleted_to_stop_it_is_not_sent(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    mail = {
        "to": ["kim@contoso.example"],
        "subject": "Stop",
        "body": "x",
        "idempotencyKey": "stopped-by-a-person",
    }
    outlook_sandbox.fault("POST /me/messages/*/send", drop="before")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke("messages.send", mail)
    (draft,) = outlook_connector.invoke("messages.list", {"folder": "drafts", "subject": "Stop"})["value"]
    outlook_connector.invoke("messages.delete", {"messageId": draft["id"]})
    with pytest.raises(ConnectorError) as caught:
        outlook_connector.invoke("messages.send", mail)
    assert caught.value.code == "draftChanged"
    assert outlook_sandbox.ledger["submissions"] == []
