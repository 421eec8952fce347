"""Conversations: listed, read in order, answered, and waited for."""

from collections.abc import Iterator
from threading import Timer

import pytest

from outlook_connector import Connector, InvalidInput, OutcomeUnknown, connect
from outlook_connector.operations.conversations import _unseen
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

LUNCH = {"conversationId": anchors.LUNCH_CONVERSATION}


@pytest.fixture
def kim(outlook_sandbox: Sandbox) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(user=anchors.KIM)) as connector:
        yield connector


def ask_kim(connector: Connector) -> dict[str, str]:
    """A mail to Kim, told by its conversation."""
    given = {"to": [anchors.KIM], "subject": "Are you in?", "body": "Yes or no?", "delivery": "tracked"}
    return {"conversationId": connector.invoke("messages.send", given)["conversationId"]}


def answer(kim: Connector, comment: str = "Yes!") -> None:
    (mail,) = kim.invoke("messages.list", {"folder": "inbox", "subject": "Are you in?", "limit": 1})["value"]
    kim.invoke("messages.reply", {"messageId": mail["id"], "comment": comment})


def test_each_conversation_is_listed_once_by_its_latest_message(outlook_connector: Connector) -> None:
    listed = list(outlook_connector.iterate("conversations.list", {"pageSize": 3}))
    ids = [one["id"] for one in listed]
    assert len(ids) == len(set(ids))
    times = [one["lastDeliveredDateTime"] for one in listed]
    assert times == sorted(times, reverse=True)
    (lunch,) = [one for one in listed if one["id"] == anchors.LUNCH_CONVERSATION]
    assert lunch["latestMessage"]["id"] == anchors.LUNCH_THREAD
    assert anchors.DRAFT not in [one["latestMessage"]["id"] for one in listed]
    everything = outlook_connector.iterate("messages.list", {"select": ["conversationId", "isDraft"]})
    assert set(ids) == {one["conversationId"] for one in everything if not one["isDraft"]}


def test_a_conversation_is_read_across_folders_in_order_with_what_is_new(
    outlook_connector: Connector, kim: Connector
) -> None:
    asked = ask_kim(outlook_connector)
    answer(kim)
    found = list(
        outlook_connector.iterate("conversations.get", {**asked, "bodyFormat": "text", "pageSize": 1})
    )
    assert len({one["parentFolderId"] for one in found}) == 2
    assert [one["receivedDateTime"] for one in found] == sorted(one["receivedDateTime"] for one in found)
    assert {one["uniqueBody"]["content"].strip() for one in found} == {"Yes or no?", "Yes!"}


@pytest.mark.parametrize("everybody", [False, True])
def test_a_reply_goes_to_the_latest_message(
    everybody: bool, outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    given = {**LUNCH, "comment": "Gladly!", "replyAll": everybody}
    assert outlook_connector.invoke("conversations.reply", given)["status"] == "accepted"
    (sent,) = outlook_sandbox.ledger["submissions"]
    assert anchors.KIM in sent["recipients"]
    assert (anchors.NESTOR in sent["recipients"]) == everybody


@pytest.mark.parametrize("mailbox", [None, anchors.ADELE])
def test_a_second_reply_answers_the_other_again_and_not_oneself(
    mailbox: str | None, outlook_connector: Connector, outlook_sandbox: Sandbox, kim: Connector
) -> None:
    named = {"mailbox": mailbox} if mailbox else {}
    asked = ask_kim(outlook_connector)
    answer(kim)
    for comment in ("And when?", "And where?"):
        outlook_connector.invoke("conversations.reply", {**asked, "comment": comment, **named})
    last = [one["recipients"] for one in outlook_sandbox.ledger["submissions"]][-2:]
    assert last == [[anchors.KIM], [anchors.KIM]]


def test_a_reply_where_nobody_else_wrote_answers_the_latest_message(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    asked = ask_kim(outlook_connector)
    given = {**asked, "comment": "Please!", "replyAll": True}
    assert outlook_connector.invoke("conversations.reply", given)["status"] == "accepted"
    assert anchors.KIM in outlook_sandbox.ledger["submissions"][-1]["recipients"]


def test_a_reply_whose_answer_was_lost_is_not_sent_again(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_sandbox.fault(match="POST /me/*", drop="after", times=1)
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke("conversations.reply", {**LUNCH, "comment": "Gladly!"})
    assert len(outlook_sandbox.ledger["submissions"]) == 1


def test_a_reply_with_a_key_goes_out_once_though_the_conversation_goes_on(
    outlook_connector: Connector, outlook_sandbox: Sandbox, kim: Connector
) -> None:
    asked = ask_kim(outlook_connector)
    answer(kim)
    given = {**asked, "comment": "And when?", "idempotencyKey": "question-1"}
    first = outlook_connector.invoke("conversations.reply", given)
    answer(kim, "Tomorrow.")
    sent = len(outlook_sandbox.ledger["submissions"])
    second = outlook_connector.invoke("conversations.reply", given)
    assert (first["deduplicated"], second["deduplicated"]) == (False, True)
    assert len(outlook_sandbox.ledger["submissions"]) == sent


def test_a_reply_to_an_unknown_conversation_is_refused(outlook_connector: Connector) -> None:
    with pytest.raises(InvalidInput, match="/conversationId"):
        outlook_connector.invoke("conversations.reply", {"conversationId": "none", "comment": "?"})


def test_a_reply_that_came_before_the_call_counts(outlook_connector: Connector, kim: Connector) -> None:
    asked = ask_kim(outlook_connector)
    answer(kim)
    found = outlook_connector.invoke("conversations.waitForReply", {**asked, "timeout": 0})
    assert found["replied"]
    assert found["message"]["from"]["emailAddress"]["address"] == anchors.KIM


def test_a_reply_is_waited_for(outlook_connector: Connector, kim: Connector) -> None:
    asked = ask_kim(outlook_connector)
    timer = Timer(0.5, answer, [kim])
    timer.start()
    found = outlook_connector.invoke("conversations.waitForReply", {**asked, "timeout": 20})
    timer.join()
    assert found["message"]["bodyPreview"].startswith("Yes!")


def test_waiting_goes_on_from_its_cursor_and_gives_each_reply_once(
    outlook_connector: Connector, kim: Connector
) -> None:
    asked = {**ask_kim(outlook_connector), "timeout": 0}
    nothing = outlook_connector.invoke("conversations.waitForReply", asked)
    assert (nothing["replied"], nothing["message"]) == (False, None)
    answer(kim, "First")
    answer(kim, "Second")
    cursor, told = nothing["cursor"], []
    for _ in range(2):
        found = outlook_connector.invoke("conversations.waitForReply", {**asked, "cursor": cursor})
        cursor = found["cursor"]
        told.append(found["message"]["bodyPreview"].split()[0])
    assert sorted(told) == ["First", "Second"]
    assert not outlook_connector.invoke("conversations.waitForReply", {**asked, "cursor": cursor})["replied"]
    with pytest.raises(InvalidInput, match="another conversation"):
        outlook_connector.invoke("conversations.waitForReply", {**LUNCH, "cursor": cursor})


@pytest.mark.parametrize("more", [{}, {"after": "2020-01-01T00:00:00Z"}], ids=["since the last", "after"])
def test_a_copy_of_ones_own_mail_is_no_reply(
    outlook_connector: Connector, kim: Connector, more: dict[str, str]
) -> None:
    me = outlook_connector.invoke("profile.get")["mail"]
    given = {"to": [anchors.KIM], "cc": [me], "subject": "Are you in?", "body": "?", "delivery": "tracked"}
    thread = {"conversationId": outlook_connector.invoke("messages.send", given)["conversationId"]}
    waited = outlook_connector.invoke("conversations.waitForReply", {**thread, **more, "timeout": 1})
    assert not waited["replied"]
    answer(kim)
    going_on = {**thread, "cursor": waited["cursor"], "timeout": 10}
    told = outlook_connector.invoke("conversations.waitForReply", going_on)
    assert told["message"]["from"]["emailAddress"]["address"] == anchors.KIM


def test_no_conversation_is_taken_for_another() -> None:
    """Their ids' SHA-256 begin with the same 32 bits."""
    alike = [{"id": one, "conversationId": one} for one in ("AAQkAD00023528=", "AAQkAD00054561=")]
    assert [one["id"] for one in _unseen(alike, "")[0]] == [one["id"] for one in alike]
