"""Drafts of answers say what was asked for, even where the mail service leaves it out."""

import json
from typing import Any

import pytest

from outlook_connector import Connector, OperationDenied, connect
from outlook_connector.operations.completing import lacking
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

REPORT = {"messageId": anchors.QUARTERLY_REPORT}
COMMENT = "See the <b>third</b> table & call me."


@pytest.mark.parametrize("loses", [True, False])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("drafts.createReply", {}),
        ("drafts.createReplyAll", {}),
        ("drafts.createForward", {"to": ["nestor@contoso.example"]}),
    ],
)
def test_a_drafts_comment_stands_above_the_original(
    outlook_sandbox: Sandbox, outlook_connector: Connector, name: str, given: dict[str, Any], loses: bool
) -> None:
    outlook_sandbox.graph.switches.lose_comments = loses
    draft = outlook_connector.invoke(name, {**REPORT, **given, "comment": COMMENT})
    body = outlook_connector.invoke("messages.get", {"messageId": draft["id"]})["body"]["content"]
    assert COMMENT in draft["body"]["content"]
    assert body.count("third") == 1
    assert 0 <= body.find("third") < body.find("Sent:")


@pytest.mark.parametrize("loses", [True, False])
def test_a_keyed_reply_has_its_text_and_goes_out_once(outlook_sandbox: Sandbox, loses: bool) -> None:
    outlook_sandbox.graph.switches.lose_comments = loses
    with connect(outlook_sandbox.config()) as connector:
        given = {**REPORT, "comment": COMMENT, "idempotencyKey": f"answer-{loses}"}
        sent = [connector.invoke("messages.reply", given) for _ in range(2)]
        assert [one["deduplicated"] for one in sent] == [False, True]
        body = connector.invoke("messages.get", {"messageId": sent[0]["messageId"]})["body"]["content"]
        assert body.count("third") == 1


MORE = {"to": ["nestor@contoso.example"], "cc": [], "bcc": ["isaiah@contoso.example"]}


def people(sandbox: Sandbox, connector: Connector, given: dict[str, Any]) -> list[set[str]]:
    """To, Cc and Bcc of what was sent last."""
    query = {**given, "folder": "sentitems", "limit": 1}
    (sent,) = connector.invoke("messages.list", query)["value"]
    lists = [sent[name] for name in ("toRecipients", "ccRecipients", "bccRecipients")]
    return [{one["emailAddress"]["address"].lower() for one in each} for each in lists]


@pytest.mark.parametrize("more", [{}, {"idempotencyKey": "more-people"}], ids=["plain", "keyed"])
@pytest.mark.parametrize("name", ["messages.reply", "messages.replyAll", "conversations.reply"])
def test_more_recipients_come_beside_those_whom_the_answer_goes_to(
    outlook_sandbox: Sandbox, outlook_connector: Connector, name: str, more: dict[str, Any]
) -> None:
    asked = {"from": person("kim"), "toRecipients": [person("adele")], "ccRecipients": [person("lee")]}
    original = outlook_sandbox.deliver("adele@contoso.example", {"subject": "Who else?", **asked})
    found = outlook_connector.invoke("messages.get", {"messageId": original})
    ids = {"conversations.reply": {"conversationId": found["conversationId"]}}
    given = {**ids.get(name, {"messageId": original}), "comment": "Hello", **MORE, **more}
    outlook_connector.invoke(name, given)
    to, cc, bcc = people(outlook_sandbox, outlook_connector, {"subject": "Who else?"})
    assert to == {"kim@contoso.example", "nestor@contoso.example"}
    assert cc == ({"lee@contoso.example"} if name == "messages.replyAll" else set())
    assert bcc == {"isaiah@contoso.example"}


def test_no_recipient_is_taken_from_the_draft_of_an_answer(outlook_connector: Connector) -> None:
    plain = outlook_connector.invoke("drafts.createReplyAll", REPORT)
    given = {"to": ["nestor@contoso.example"], "cc": ["isaiah@contoso.example"]}
    more = outlook_connector.invoke("drafts.createReplyAll", {**REPORT, **given})
    for ours, theirs in (("to", "toRecipients"), ("cc", "ccRecipients")):
        before, after = ([one["emailAddress"]["address"] for one in it[theirs]] for it in (plain, more))
        assert after == [*before, *given[ours]]
    none = outlook_connector.invoke("drafts.createReply", {**REPORT, "to": []})
    assert len(none["toRecipients"]) == 1


def person(name: str) -> dict[str, Any]:
    return {"emailAddress": {"address": f"{name}@contoso.example", "name": name}}


def test_nothing_is_asked_for_twice() -> None:
    body = {"contentType": "html", "content": "<html><body><p>One&nbsp;&amp; <i>two</i></p>old</body></html>"}
    assert lacking({"comment": "One &amp; two"}, {"body": body}) == {}
    assert lacking({"comment": "three"}, {"id": "x"}) == {}
    added = lacking({"comment": "three"}, {"body": body})["body"]["content"]
    assert added.startswith("<html><body><div>three</div><p>")
    escaped = {"contentType": "html", "content": "<body>a &lt; b<br>and c &gt; d</body>"}
    assert lacking({"comment": "a < b\nand c > d"}, {"body": escaped}) == {}
    kim = {"emailAddress": {"address": "Kim@contoso.example"}}
    asked = {"message": {"toRecipients": [kim]}}
    lee = {"emailAddress": {"address": "lee@contoso.example"}}
    assert lacking(asked, {"toRecipients": [lee]}) == {"toRecipients": [lee, kim]}
    assert lacking(asked, {"toRecipients": []}) == {"toRecipients": [kim]}
    assert lacking(asked, {"toRecipients": [{"emailAddress": {"address": "kim@contoso.example"}}]}) == {}


def test_a_body_that_was_left_out_takes_the_place_of_the_quotation() -> None:
    mine = {"contentType": "text", "content": "a < b"}
    quoted = {"contentType": "html", "content": "<body>old</body>"}
    assert lacking({"message": {"body": mine}}, {"body": quoted}) == {"body": mine}
    written = {"contentType": "html", "content": "<body>a &lt; b</body>"}
    assert lacking({"message": {"body": mine}}, {"body": written}) == {}


def test_half_a_character_of_the_original_stops_no_answer(outlook_sandbox: Sandbox) -> None:
    draft = {"id": "A", "isDraft": True, "body": {"contentType": "text", "content": "\ud83d"}}
    outlook_sandbox.fault("POST /me/messages/*/createReply", status=201, body=json.dumps(draft))
    outlook_sandbox.fault("PATCH /me/messages/A", status=200, body=json.dumps(draft))
    with connect(outlook_sandbox.config()) as connector:
        assert connector.invoke("drafts.createReply", {**REPORT, "comment": "See you."})["id"] == "A"


def test_a_recipient_without_an_address_is_on_no_list(outlook_sandbox: Sandbox) -> None:
    nobody = json.dumps({"toRecipients": [{"emailAddress": None}]})
    outlook_sandbox.fault("GET /me/messages/*", status=200, body=nobody)
    with (
        connect(outlook_sandbox.config(recipients={"allow": ["kim@contoso.example"]})) as connector,
        pytest.raises(OperationDenied, match=r"recipients\.allow"),
    ):
        connector.invoke("drafts.send", {"draftId": anchors.DRAFT})
