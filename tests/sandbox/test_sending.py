"""One mail, however it is sent and whatever goes wrong on the way."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import (
    Connector,
    InvalidInput,
    OperationDenied,
    OutcomeUnknown,
    connect,
)
from outlook_connector.sandbox import Sandbox

KIM = "kim@contoso.example"
FIELDS = ["subject", "body", "ccRecipients", "bccRecipients", "replyTo", "importance", "hasAttachments"]
MAIL = {"to": [KIM], "subject": "Order 4711", "body": "Please confirm."}


@pytest.fixture
def kim(outlook_sandbox: Sandbox) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(user=KIM)) as connector:
        yield connector


def received(connector: Connector, subject: str = "Order 4711") -> list[dict[str, Any]]:
    return list(connector.iterate("messages.list", {"folder": "inbox", "subject": subject}))


def posts(sandbox: Sandbox) -> list[str]:
    return [one.path for one in sandbox.requests if one.service == "graph" and one.method == "POST"]


@pytest.mark.parametrize("delivery", ["auto", "direct", "tracked"])
def test_a_mail_arrives_once(
    delivery: str, outlook_connector: Connector, kim: Connector, outlook_sandbox: Sandbox
) -> None:
    answer = outlook_connector.invoke("messages.send", {**MAIL, "delivery": delivery})
    assert answer["status"] == "accepted"
    (arrived,) = received(kim)
    assert arrived["from"]["emailAddress"]["address"] == "adele@contoso.example"
    if delivery == "tracked":
        assert arrived["internetMessageId"] == answer["internetMessageId"]
        sent = outlook_connector.invoke("messages.get", {"messageId": answer["messageId"]})
        assert (sent["isDraft"], sent["subject"]) == (False, "Order 4711")
    else:
        assert posts(outlook_sandbox) == ["/v1.0/me/sendMail"], "a direct mail is one call"


def test_every_field_of_a_mail_reaches_the_other_side(outlook_connector: Connector, kim: Connector) -> None:
    image = base64.b64encode(b"\x89PNG\r\n\x1a\nnot really").decode()
    outlook_connector.invoke(
        "messages.send",
        {
            "to": ["Kim Akers <kim@contoso.example>"],
            "cc": [{"name": "Nestor", "address": "nestor@contoso.example"}],
            "bcc": ["adele@contoso.example"],
            "replyTo": ["orders@contoso.example"],
            "subject": "Order 4711 – зaказ 🚚",
            "body": "<p>See <img src='cid:logo'></p>",
            "bodyType": "html",
            "importance": "high",
            "headers": {"x-order": "4711"},
            "attachments": [
                {"name": "a b.txt", "contentBytes": base64.b64encode(b"content").decode()},
                {"name": "logo.png", "contentBytes": image, "contentId": "logo"},
            ],
        },
    )
    (arrived,) = received(kim)
    whole = kim.invoke(
        "messages.get",
        {
            "messageId": arrived["id"],
            "select": [*FIELDS, "internetMessageHeaders"],
            "expand": "attachments",
        },
    )
    assert whole["subject"] == "Order 4711 – зaказ 🚚"
    assert whole["importance"] == "high"
    assert "cid:logo" in whole["body"]["content"]
    assert [one["emailAddress"]["address"] for one in whole["ccRecipients"]] == ["nestor@contoso.example"]
    assert whole["bccRecipients"] == []
    assert [one["emailAddress"]["address"] for one in whole["replyTo"]] == ["orders@contoso.example"]
    assert {"name": "x-order", "value": "4711"} in whole["internetMessageHeaders"]
    files = {one["name"]: one for one in whole["attachments"]}
    assert base64.b64decode(files["a b.txt"]["contentBytes"]) == b"content"
    assert files["logo.png"]["isInline"]
    assert files["logo.png"]["contentId"] == "logo"


def test_a_large_mail_goes_by_way_of_a_draft(outlook_connector: Connector, kim: Connector) -> None:
    content = bytes(range(256)) * 4096 * 5
    files = [{"name": "large.bin", "contentBytes": base64.b64encode(content).decode()}]
    answer = outlook_connector.invoke("messages.send", {**MAIL, "attachments": files})
    assert "messageId" in answer
    (arrived,) = received(kim)
    (listed,) = kim.invoke("attachments.list", {"messageId": arrived["id"]})["value"]
    found = kim.invoke("attachments.download", {"messageId": arrived["id"], "attachmentId": listed["id"]})
    assert base64.b64decode(found["contentBytes"]) == content


@pytest.mark.parametrize("size", [2_999_999, 3_000_000, 3_145_620, 3 << 20])
def test_a_file_of_about_three_megabytes_goes_one_of_both_ways(
    outlook_connector: Connector, size: int
) -> None:
    draft = outlook_connector.invoke("drafts.create", {"subject": "Three megabytes"})
    file = {"name": "film.bin", "contentBytes": base64.b64encode(bytes(size)).decode()}
    outlook_connector.invoke("attachments.add", {"messageId": draft["id"], "attachment": file})
    (listed,) = outlook_connector.invoke("attachments.list", {"messageId": draft["id"]})["value"]
    assert listed["name"] == "film.bin"


def test_a_long_text_of_other_scripts_is_no_longer_on_the_wire_than_in_utf_8(
    outlook_connector: Connector, kim: Connector
) -> None:
    body = "日本語" * 300_000
    answer = outlook_connector.invoke("messages.send", {**MAIL, "body": body, "bodyType": "text"})
    assert "messageId" not in answer, "one call was enough"
    (arrived,) = received(kim)
    got = kim.invoke("messages.get", {"messageId": arrived["id"], "bodyFormat": "text"})["body"]["content"]
    assert got.strip() == body


def test_an_upload_goes_on_after_a_drop(
    outlook_sandbox: Sandbox, outlook_connector: Connector, kim: Connector
) -> None:
    content = bytes(range(256)) * 4096 * 9
    outlook_sandbox.fault(match="PUT *", drop="after", times=1)
    outlook_sandbox.fault(match="PUT *", drop="before", times=1)
    files = [{"name": "large.bin", "contentBytes": base64.b64encode(content).decode()}]
    outlook_connector.invoke("messages.send", {**MAIL, "attachments": files})
    (arrived,) = received(kim)
    whole = kim.invoke("messages.get", {"messageId": arrived["id"], "expand": "attachments"})
    assert base64.b64decode(whole["attachments"][0]["contentBytes"]) == content
    puts = [one for one in outlook_sandbox.requests if one.method == "PUT"]
    assert puts
    assert not any(one.has_bearer for one in puts), "an upload address gets no token"


def test_the_same_key_sends_one_mail(outlook_connector: Connector, kim: Connector) -> None:
    first = outlook_connector.invoke("messages.send", {**MAIL, "idempotencyKey": "k"})
    second = outlook_connector.invoke("messages.send", {**MAIL, "idempotencyKey": "k"})
    assert (first["deduplicated"], second["deduplicated"]) == (False, True)
    assert first["messageId"] == second["messageId"]
    outlook_connector.invoke("messages.send", {**MAIL, "idempotencyKey": "another"})
    assert len(received(kim)) == 2


def test_a_key_belongs_to_one_content(outlook_connector: Connector) -> None:
    outlook_connector.invoke("messages.send", {**MAIL, "idempotencyKey": "k"})
    with pytest.raises(InvalidInput, match="/idempotencyKey"):
        outlook_connector.invoke("messages.send", {**MAIL, "subject": "Another", "idempotencyKey": "k"})


def test_workers_with_one_key_make_one_mail(outlook_sandbox: Sandbox, kim: Connector, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    outlook_sandbox.fault(match="POST /me/messages/*/send", delay=0.1, times=None)

    def work(number: int) -> bool:
        with connect(
            outlook_sandbox.config(tokenStore=store, account=f"a{number}", mailbox="adele@contoso.example")
        ) as c:
            return bool(c.invoke("messages.send", {**MAIL, "idempotencyKey": "k"})["deduplicated"])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [False, True, True, True]
    assert len(received(kim)) == 1


LOST = [
    ("POST /me/messages/*/send", {"drop": "after"}),
    ("POST /me/messages/*/send", {"drop": "before"}),
    ("POST /me/messages/*/send", {"status": 504}),
    ("POST /me/messages", {"drop": "after"}),
    ("POST /me/messages", {"drop": "before"}),
    ("POST /me/messages", {"status": 504}),
]


@pytest.mark.parametrize(("match", "fault"), LOST)
def test_repeating_the_key_after_a_lost_answer_makes_one_mail(
    match: str, fault: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector, kim: Connector
) -> None:
    outlook_sandbox.fault(match=match, times=1, **fault)
    given = {**MAIL, "idempotencyKey": "k"}
    try:
        outlook_connector.invoke("messages.send", given)
    except OutcomeUnknown as unknown:
        assert unknown.details["check"]
        outlook_connector.invoke("messages.send", given)
    assert len(received(kim)) == 1
    drafts = outlook_connector.invoke("messages.list", {"folder": "drafts", "subject": "Order 4711"})
    assert drafts["value"] == [], "no draft is left lying about"


def test_a_direct_mail_whose_answer_is_lost_is_not_repeated(
    outlook_sandbox: Sandbox, outlook_connector: Connector, kim: Connector
) -> None:
    outlook_sandbox.fault(match="POST /me/sendMail", drop="after", times=1)
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke("messages.send", MAIL)
    assert len(received(kim)) == 1
    assert posts(outlook_sandbox) == ["/v1.0/me/sendMail"]


@pytest.mark.parametrize(
    "fault", [{"status": 429, "retry_after": 0.01}, {"status": 503, "retry_after": 0.01}]
)
def test_a_mail_that_was_refused_is_sent_again(
    fault: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector, kim: Connector
) -> None:
    outlook_sandbox.fault(match="POST /me/sendMail", times=2, **fault)
    outlook_connector.invoke("messages.send", MAIL)
    assert len(received(kim)) == 1


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"subject": "x"}, ""),
        ({"to": []}, "/to"),
        ({**MAIL, "delivery": "tracked", "saveToSentItems": False}, "/saveToSentItems"),
        ({**MAIL, "delivery": "direct", "idempotencyKey": "k"}, "/idempotencyKey"),
        ({**MAIL, "headers": {"subject": "x"}}, "/headers"),
        ({**MAIL, "headers": {"x-a": "b\r\nBcc: x@y"}}, "/headers/x-a"),
        ({**MAIL, "subject": "a\r\nBcc: x@y"}, "/subject"),
        ({**MAIL, "to": ["a@b\r\nBcc: x@y.example"]}, "/to/0"),
        ({**MAIL, "attachments": [{"name": "a"}]}, "/attachments/0"),
        ({**MAIL, "attachments": [{"name": "a", "contentBytes": "?"}]}, "/attachments/0"),
        ({**MAIL, "attachments": [{"path": "/etc/passwd"}]}, None),
    ],
)
def test_what_cannot_be_sent_is_refused_before_any_request(
    given: dict[str, Any], pointer: str | None, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    with pytest.raises(InvalidInput if pointer is not None else OperationDenied) as caught:
        outlook_connector.invoke("messages.send", given)
    if pointer is not None:
        assert pointer in [problem["pointer"] for problem in caught.value.details["problems"]]
    assert not [one for one in outlook_sandbox.requests if one.service == "graph"]


ALLOWED = {"recipients": {"allow": ["kim@contoso.example"]}}


def test_the_policy_sees_the_final_recipients(outlook_sandbox: Sandbox, kim: Connector) -> None:
    with connect(outlook_sandbox.config(**ALLOWED)) as connector:
        thread = connector.invoke("messages.list", {"folder": "inbox", "subject": "Lunch on Thursday"})[
            "value"
        ]
        draft = connector.invoke("drafts.create", {"to": [KIM], "subject": "draft"})
        with connect(outlook_sandbox.config()) as free:
            free.invoke("drafts.update", {"draftId": draft["id"], "to": ["stranger@evil.example"]})
        refused = [
            ("messages.send", {**MAIL, "cc": ["stranger@evil.example"]}),
            ("messages.replyAll", {"messageId": thread[0]["id"], "comment": "x"}),
            ("messages.forward", {"messageId": thread[0]["id"], "to": ["stranger@evil.example"]}),
            ("drafts.create", {"to": ["kim@contoso.example <stranger@evil.example>"]}),
            ("drafts.send", {"draftId": draft["id"]}),
        ]
        for name, given in refused:
            with pytest.raises(OperationDenied, match=r"recipients\.allow"):
                connector.invoke(name, given)
        assert not [one for one in outlook_sandbox.requests if one.path.endswith(("/send", "/sendMail"))]
        drafts = list(connector.iterate("messages.list", {"folder": "drafts"}))
        assert not [one for one in drafts if one["subject"].startswith("RE: Lunch")], (
            "a refused draft is put away"
        )
        connector.invoke("messages.send", MAIL)
        assert len(received(kim)) == 1


def test_a_reply_and_a_forward_arrive_in_the_conversation(
    outlook_connector: Connector, kim: Connector
) -> None:
    sent = outlook_connector.invoke("messages.send", {**MAIL, "delivery": "tracked"})
    (arrived,) = received(kim)
    kim.invoke("messages.reply", {"messageId": arrived["id"], "comment": "Confirmed."})
    (answer,) = received(outlook_connector)
    assert answer["subject"] == "RE: Order 4711"
    assert answer["conversationId"] == sent["conversationId"]
    assert "Confirmed." in answer["body"]["content"]
    assert "Please confirm." in answer["body"]["content"]
    outlook_connector.invoke(
        "messages.forward", {"messageId": answer["id"], "to": ["nestor@contoso.example"], "comment": "FYI"}
    )
    with pytest.raises(InvalidInput, match="not both"):
        kim.invoke("messages.reply", {"messageId": arrived["id"], "comment": "a", "body": "b"})


def test_a_draft_is_written_changed_and_sent(outlook_connector: Connector, kim: Connector) -> None:
    draft = outlook_connector.invoke("drafts.create", {"subject": "Order"})
    file = {"name": "a.txt", "contentBytes": "YQ=="}
    added = outlook_connector.invoke("attachments.add", {"messageId": draft["id"], "attachment": file})
    assert (added["name"], added["size"] > 0, "contentBytes" in added) == ("a.txt", True, False)
    changed = outlook_connector.invoke("drafts.update", {"draftId": draft["id"], **MAIL})
    assert changed["subject"] == "Order 4711"
    outlook_connector.invoke("drafts.send", {"draftId": draft["id"]})
    (arrived,) = received(kim)
    assert arrived["hasAttachments"]
    assert outlook_connector.invoke("messages.get", {"messageId": draft["id"]})["isDraft"] is False


def test_a_mail_that_its_many_receivers_make_too_large_goes_by_way_of_a_draft(
    outlook_connector: Connector,
) -> None:
    named = [f"{'A name ' * 75}<receiver{number}@contoso.example>" for number in range(500)]
    content = base64.b64encode(bytes(2_900_000)).decode()
    mail = {"to": named, "cc": named, "subject": "x", "attachments": [{"name": "a", "contentBytes": content}]}
    assert "messageId" in outlook_connector.invoke("messages.send", mail)
