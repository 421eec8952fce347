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
