"""Changing, copying and counting messages, and their MIME."""

import base64
import hashlib
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Conflict, Connector, InvalidInput, OperationDenied, connect
from outlook_connector.operations.marking import TRIES
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

REPORT = {"messageId": anchors.QUARTERLY_REPORT}


def categories(connector: Connector) -> list[str]:
    found = connector.invoke("messages.get", {**REPORT, "select": ["categories"]})["categories"]
    return [str(one) for one in found]


def test_an_update_changes_what_it_names_and_nothing_else(outlook_connector: Connector) -> None:
    before = outlook_connector.invoke("messages.get", REPORT)
    after = outlook_connector.invoke("messages.update", {**REPORT, "importance": "low", "flag": "flagged"})
    changed = {name for name in before if before[name] != after[name] and not name.startswith("@")}
    assert changed == {"importance", "flag", "changeKey", "lastModifiedDateTime"} & changed
    assert (after["importance"], after["flag"]["flagStatus"]) == ("low", "flagged")


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("messages.update", REPORT),
        ("messages.updateMany", {"messageIds": [anchors.QUARTERLY_REPORT]}),
        ("drafts.update", {"draftId": anchors.DRAFT}),
        ("folders.updateSearchFolder", {"folder": "AAMk" + "A" * 100}),
        ("rules.update", {"ruleId": "AQAAAJ5dZqA="}),
        ("settings.update", {}),
    ],
)
def test_a_change_of_nothing_is_refused_before_anything_is_asked(
    operation: str, names: dict[str, Any], outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_connector.invoke("messages.get", REPORT)
    before = len(outlook_sandbox.requests)
    with pytest.raises(InvalidInput, match="something to change"):
        outlook_connector.invoke(operation, {**names, "mailbox": "me"})
    assert len(outlook_sandbox.requests) == before


def test_an_extensions_properties_that_are_not_named_stay(outlook_connector: Connector) -> None:
    named = {**REPORT, "extensionName": "com.contoso.invoices"}
    made = {"number": 17, "state": "open", "lines": ["a", "b"]}
    outlook_connector.invoke("extensions.create", {**named, "properties": made})
    changes = {"state": "paid", "number": None}
    outlook_connector.invoke("extensions.update", {**named, "properties": changes})
    found = outlook_connector.invoke("extensions.get", named)
    assert (found["state"], found["lines"], "number" in found) == ("paid", ["a", "b"], False)


def test_a_flag_has_its_times_in_utc_and_a_due_time_brings_a_start(outlook_connector: Connector) -> None:
    due = {"due": "2026-12-01T09:00:00+01:00"}
    flag = outlook_connector.invoke("messages.flag", {**REPORT, **due})["flag"]
    assert flag["flagStatus"] == "flagged"
    for name in ("startDateTime", "dueDateTime"):
        assert flag[name]["dateTime"].startswith("2026-12-01T08:00:00")
        assert flag[name]["timeZone"] == "UTC"
    done = outlook_connector.invoke("messages.flag", {**REPORT, "status": "complete"})
    assert done["flag"]["flagStatus"] == "complete"
    with pytest.raises(InvalidInput, match="/due"):
        outlook_connector.invoke("messages.flag", {**REPORT, **due, "status": "notFlagged"})
    with pytest.raises(InvalidInput, match="/start: must not be later"):
        outlook_connector.invoke("messages.flag", {**REPORT, **due, "start": "2026-12-01T09:00:00Z"})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"add": ["Green", "GREEN"]}, ["Red", "Blue", "Green"]),
        ({"add": ["red"]}, ["Red", "Blue"]),
        ({"remove": ["BLUE", "Grey"]}, ["Red"]),
        ({"add": ["Green"], "remove": ["Red"]}, ["Blue", "Green"]),
        ({"set": ["Green", "Red"]}, ["Green", "Red"]),
        ({"set": []}, []),
    ],
)
def test_categories_are_added_removed_and_set(
    given: dict[str, Any], expected: list[str], outlook_connector: Connector
) -> None:
    outlook_connector.invoke("messages.update", {**REPORT, "categories": ["Red", "Blue"]})
    assert outlook_connector.invoke("messages.categorize", {**REPORT, **given})["categories"] == expected
    assert categories(outlook_connector) == expected


@pytest.mark.parametrize("given", [{}, {"set": ["a"], "add": ["b"]}, {"add": ["A"], "remove": ["a"]}])
def test_contradictory_categories_are_refused(given: dict[str, Any], outlook_connector: Connector) -> None:
    with pytest.raises(InvalidInput):
        outlook_connector.invoke("messages.categorize", {**REPORT, **given})


def test_a_category_that_changes_nothing_writes_nothing(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_connector.invoke("messages.update", {**REPORT, "categories": ["Red"]})
    outlook_connector.invoke("messages.categorize", {**REPORT, "add": ["red"]})
    assert [one.method for one in outlook_sandbox.requests].count("PATCH") == 1


def test_categorizing_starts_again_when_another_was_faster(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_connector.invoke("messages.update", {**REPORT, "categories": ["Red"]})
    outlook_sandbox.fault(match="PATCH *", status=412, times=2)
    outlook_connector.invoke("messages.categorize", {**REPORT, "add": ["Blue"]})
    assert categories(outlook_connector) == ["Red", "Blue"]
    outlook_sandbox.fault(match="PATCH *", status=412, times=TRIES)
    with pytest.raises(Conflict):
        outlook_connector.invoke("messages.categorize", {**REPORT, "add": ["Green"]})


def test_a_category_is_added_once_though_the_answer_was_lost(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_sandbox.fault(match="PATCH *", drop="after", times=1)
    answer = outlook_connector.invoke("messages.categorize", {**REPORT, "set": ["Blue"]})
    assert answer["categories"] == ["Blue"]


def test_a_count_is_how_many_a_list_gives(outlook_connector: Connector) -> None:
    for given in (
        {"folder": "inbox"},
        {"folder": "inbox", "unread": True},
        {"from": anchors.KIM, "receivedAfter": "2020-01-01T00:00:00Z"},
        {"to": anchors.ADELE},
        {},
    ):
        listed = list(outlook_connector.iterate("messages.list", {**given, "select": ["id"]}))
        assert outlook_connector.invoke("messages.count", given) == {"count": len(listed)}
        assert listed


def test_a_copy_is_another_message(outlook_connector: Connector) -> None:
    copy = outlook_connector.invoke("messages.copy", {**REPORT, "destinationFolder": "Inbox/Projects/2026"})
    assert copy["id"] != anchors.QUARTERLY_REPORT
    assert copy["parentFolderId"] == anchors.PROJECT_FOLDER
    assert outlook_connector.invoke("messages.get", REPORT)["parentFolderId"] != copy["parentFolderId"]


def test_mime_comes_in_base64_or_into_a_file(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connector:
        given = base64.b64decode(connector.invoke("messages.getMime", REPORT)["contentBytes"])
        saved = connector.invoke("messages.getMime", {**REPORT, "saveTo": str(tmp_path)})
    written = Path(saved["path"]).read_bytes()
    assert Path(saved["path"]).name == "Quarterly report Q3.eml"
    assert (saved["size"], saved["sha256"]) == (len(written), hashlib.sha256(written).hexdigest())
    for mail in (given, written):
        assert message_from_bytes(mail, policy=default)["Subject"] == "Quarterly report Q3"


MIME = "To: {0}\r\nSubject: As it is\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"


def mime(to: str) -> dict[str, str]:
    return {"contentBytes": base64.b64encode(MIME.format(to).encode()).decode()}


def test_mime_is_sent_and_imported(outlook_connector: Connector, outlook_sandbox: Sandbox) -> None:
    outlook_connector.invoke("messages.sendMime", mime(anchors.KIM))
    with connect(outlook_sandbox.config(user=anchors.KIM)) as kim:
        assert kim.invoke("messages.count", {"folder": "inbox", "subject": "As it is"})["count"] == 1
    draft = outlook_connector.invoke("messages.importMime", {**mime(anchors.KIM), "folder": "Inbox/Projects"})
    assert (draft["subject"], draft["isDraft"]) == ("As it is", True)
    folder = outlook_connector.invoke("folders.get", {"folder": "Inbox/Projects"})
    assert draft["parentFolderId"] == folder["id"]


def test_mime_goes_only_to_recipients_that_are_allowed(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(recipients={"allow": ["*@contoso.example"]})) as connector:
        connector.invoke("messages.sendMime", mime(anchors.KIM))
        before = connector.invoke("messages.count", {"folder": "drafts"})
        with pytest.raises(OperationDenied, match=r"recipients\.allow"):
            connector.invoke("messages.sendMime", mime("eve@elsewhere.example"))
        assert connector.invoke("messages.count", {"folder": "drafts"}) == before
    assert [one["recipients"] for one in outlook_sandbox.ledger["submissions"]] == [[anchors.KIM]]


@pytest.mark.parametrize("content", ["not base64!", "A" * 4_000_000])
def test_what_is_no_mime_for_one_call_is_refused_before_any_request(
    content: str, outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    before = len(outlook_sandbox.requests)
    with pytest.raises(InvalidInput, match="/contentBytes"):
        outlook_connector.invoke("messages.sendMime", {"contentBytes": content})
    assert len(outlook_sandbox.requests) == before


def test_a_message_is_attached_as_an_item(outlook_connector: Connector) -> None:
    given = {"messageId": anchors.DRAFT, "attachedMessageId": anchors.QUARTERLY_REPORT}
    made = outlook_connector.invoke("attachments.addItem", given)
    ids = {"messageId": anchors.DRAFT, "attachmentId": made["id"]}
    found = outlook_connector.invoke(
        "attachments.get", {**ids, "expand": "microsoft.graph.itemAttachment/item"}
    )
    assert found["name"] == "Quarterly report Q3"
    assert found["item"]["subject"] == "Quarterly report Q3"
    outlook_connector.invoke("attachments.delete", ids)
    assert outlook_connector.invoke("attachments.list", {"messageId": anchors.DRAFT})["value"] == []


def test_a_draft_of_an_answer_is_not_sent_until_it_is(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    file = {"name": "a.txt", "contentBytes": "SGVsbG8="}
    for name in ("createReply", "createReplyAll", "createForward"):
        to = {"to": [anchors.NESTOR]} if name == "createForward" else {}
        given = {"messageId": anchors.LUNCH_THREAD, "comment": "Gladly", "attachments": [file], **to}
        draft = outlook_connector.invoke(f"drafts.{name}", given)
        assert draft["isDraft"]
        assert "Gladly" in draft["body"]["content"]
        (listed,) = outlook_connector.invoke("attachments.list", {"messageId": draft["id"]})["value"]
        assert listed["name"] == "a.txt"
    assert not outlook_sandbox.ledger["submissions"]
    outlook_connector.invoke("drafts.send", {"draftId": draft["id"]})
    assert len(outlook_sandbox.ledger["submissions"]) == 1


def test_folders_are_renamed_moved_copied_and_deleted(outlook_connector: Connector) -> None:
    renamed = outlook_connector.invoke(
        "folders.update", {"folder": "Inbox/Projects/2026", "displayName": "Closed"}
    )
    assert renamed["displayName"] == "Closed"
    copy = outlook_connector.invoke(
        "folders.copy", {"folder": "Inbox/Projects/Closed", "destinationFolder": "archive"}
    )
    moved = outlook_connector.invoke(
        "folders.move", {"folder": renamed["id"], "destinationFolder": "msgfolderroot"}
    )
    assert copy["id"] != moved["id"]
    assert copy["totalItemCount"] == moved["totalItemCount"] > 0
    assert outlook_connector.invoke("folders.get", {"folder": "Closed"})["id"] == moved["id"]
    outlook_connector.invoke("folders.delete", {"folder": "Closed"})
    deleted = outlook_connector.invoke("folders.get", {"folder": "deleteditems"})["id"]
    assert outlook_connector.invoke("folders.get", {"folder": moved["id"]})["parentFolderId"] == deleted
