"""Many messages at a time, and what has changed since last time."""

import time
from typing import Any

import pytest

from outlook_connector import Connector, InvalidInput, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

UNKNOWN = anchors.QUARTERLY_REPORT.replace("ArV3", "BrV3")
BOTH = [anchors.QUARTERLY_REPORT, anchors.NEWSLETTER]


def batches(sandbox: Sandbox) -> int:
    return sum(one.path.endswith("/$batch") for one in sandbox.requests)


def filled(sandbox: Sandbox, count: int) -> None:
    sender = {"emailAddress": {"address": "flood@elsewhere.example"}}
    for number in range(count):
        sandbox.deliver(anchors.ADELE, {"subject": f"flood {number}", "from": sender})


def flood(connector: Connector) -> list[str]:
    given = {"from": "flood@elsewhere.example", "select": ["id"], "pageSize": 1000}
    return [one["id"] for one in connector.iterate("messages.list", given)]


def test_each_message_has_an_answer_of_its_own(outlook_connector: Connector) -> None:
    given = {"messageIds": [*BOTH, UNKNOWN], "select": ["subject"]}
    found = outlook_connector.invoke("messages.getMany", given)
    assert (found["succeeded"], found["failed"]) == (2, 1)
    assert [one["messageId"] for one in found["value"]] == given["messageIds"]
    assert found["value"][0]["message"]["subject"] == "Quarterly report Q3"
    assert found["value"][2]["problem"]["error"] == "NotFound"


@pytest.mark.parametrize("wrong", ["..", "\n", " "])
def test_a_wrong_id_is_refused_before_any_request(
    wrong: str, outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    before = len(outlook_sandbox.requests)
    with pytest.raises(InvalidInput, match="/messageIds/1"):
        outlook_connector.invoke("messages.deleteMany", {"messageIds": [BOTH[0], wrong]})
    assert len(outlook_sandbox.requests) == before


def test_many_are_moved_copied_and_deleted(outlook_connector: Connector) -> None:
    to = {"destinationFolder": "Inbox/Projects/2026"}
    copied = outlook_connector.invoke("messages.copyMany", {"messageIds": BOTH, **to})
    assert not {one["message"]["id"] for one in copied["value"]} & set(BOTH)
    moved = outlook_connector.invoke("messages.moveMany", {"messageIds": BOTH, **to})
    assert [one["message"]["id"] for one in moved["value"]] == BOTH
    assert {one["message"]["parentFolderId"] for one in moved["value"]} == {anchors.PROJECT_FOLDER}
    assert outlook_connector.invoke("messages.deleteMany", {"messageIds": BOTH})["failed"] == 0
    gone = outlook_connector.invoke("messages.list", {"folder": "deleteditems"})["value"]
    assert set(BOTH) <= {one["id"] for one in gone}


def test_only_the_parts_that_were_refused_are_sent_again(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    filled(outlook_sandbox, 45)
    ids = flood(outlook_connector)
    outlook_sandbox.fault(match="PATCH /me/messages/*", status=429, retry_after=0.01, times=3)
    found = outlook_connector.invoke("messages.updateMany", {"messageIds": ids, "isRead": True})
    assert (found["succeeded"], found["failed"]) == (45, 0)
    assert batches(outlook_sandbox) == 4


def test_a_copy_whose_outcome_is_unknown_says_so_and_is_not_made_again(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_sandbox.fault(match="POST /me/messages/*/copy", status=504, times=1)
    given = {"messageIds": BOTH, "destinationFolder": "archive"}
    found = outlook_connector.invoke("messages.copyMany", given)
    assert (found["succeeded"], found["failed"]) == (1, 1)
    assert [one["problem"]["error"] for one in found["value"] if "problem" in one] == ["OutcomeUnknown"]
    assert batches(outlook_sandbox) == 1


def test_a_part_that_cannot_be_read_leaves_the_others_answers(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    outlook_sandbox.fault(match="POST /me/messages/*/copy", status=201, body="[]", times=1)
    given = {"messageIds": BOTH, "destinationFolder": "archive"}
    found = outlook_connector.invoke("messages.copyMany", given)["value"]
    assert found[0]["problem"]["error"] == "OutcomeUnknown"
    assert found[1]["message"]["id"]


def test_a_batch_that_fails_later_leaves_the_earlier_answers(outlook_sandbox: Sandbox) -> None:
    filled(outlook_sandbox, 30)
    http = {"caBundle": outlook_sandbox.ca_file, "attempts": 1}
    with connect(outlook_sandbox.config(http=http)) as connector:
        ids = flood(connector)
        outlook_sandbox.fault(match="POST /$batch", delay=0.001, times=1)
        outlook_sandbox.fault(match="POST /$batch", status=503, retry_after=0.01, times=1)
        found = connector.invoke("messages.updateMany", {"messageIds": ids, "isRead": True})
    assert (found["succeeded"], found["failed"]) == (20, 10)
    assert {one["problem"]["error"] for one in found["value"][20:]} == {"ServiceUnavailable"}


def test_a_folder_is_marked_as_read_and_emptied(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    filled(outlook_sandbox, 130)
    unread = {"folder": "inbox", "unread": True}
    before = outlook_connector.invoke("messages.count", unread)["count"]
    assert outlook_connector.invoke("folders.markAllRead", {"folder": "inbox"}) == {
        "changed": before,
        "complete": True,
    }
    assert outlook_connector.invoke("messages.count", unread) == {"count": 0}
    held = outlook_connector.invoke("messages.count", {"folder": "inbox"})["count"]
    assert outlook_connector.invoke("folders.empty", {"folder": "inbox"})["changed"] == held
    bin_ = outlook_connector.invoke("messages.count", {"folder": "deleteditems"})["count"]
    assert bin_ >= held
    assert outlook_connector.invoke("folders.empty", {"folder": "Deleted Items"})["changed"] == bin_
    assert outlook_connector.invoke("messages.count", {"folder": "deleteditems"}) == {"count": 0}


def test_a_folder_is_emptied_with_its_child_folders_where_that_is_asked_for(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    top = outlook_connector.invoke("folders.create", {"displayName": "Top"})["id"]
    inner = outlook_connector.invoke("folders.create", {"displayName": "Inner", "parentFolder": top})["id"]
    outlook_connector.invoke("folders.create", {"displayName": "Innermost", "parentFolder": inner})
    for folder in (top, inner):
        given = {"messageIds": [anchors.NEWSLETTER], "destinationFolder": folder}
        outlook_connector.invoke("messages.copyMany", given)
    given = {"folder": "Top"}
    assert outlook_connector.invoke("folders.empty", given) == {"changed": 1, "complete": True}
    assert outlook_connector.invoke("folders.get", {"folder": "Top/Inner"})["totalItemCount"] == 1
    found = outlook_connector.invoke("folders.empty", {**given, "includeSubfolders": True})
    assert found == {"changed": 0, "foldersDeleted": 1, "complete": True}
    assert outlook_connector.invoke("folders.get", given)["childFolderCount"] == 0
    assert outlook_connector.invoke("folders.get", {"folder": "Deleted Items/Inner/Innermost"})
    outlook_connector.invoke("folders.empty", {"folder": "deleteditems", "includeSubfolders": True})
    assert outlook_connector.invoke("folders.get", {"folder": "deleteditems"})["childFolderCount"] == 0


def changes(connector: Connector, cursor: str | None = None, **given: Any) -> dict[str, Any]:
    more = {"cursor": cursor} if cursor else {}
    return connector.invoke("messages.changes", {"folder": "inbox", **given, **more})


def test_changes_are_told_from_where_they_were_left(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    first = changes(outlook_connector, limit=10_000)
    assert first["complete"]
    held = outlook_connector.invoke("messages.count", {"folder": "inbox"})["count"]
    assert len({one["id"] for one in first["value"]}) == held
    assert changes(outlook_connector, first["cursor"])["value"] == []
    filled(outlook_sandbox, 1)
    outlook_connector.invoke("messages.markRead", {"messageId": anchors.QUARTERLY_REPORT})
    outlook_connector.invoke("messages.delete", {"messageId": anchors.NEWSLETTER})
    found = changes(outlook_connector, first["cursor"])
    assert {one["id"]: "@removed" in one for one in found["value"]} == {
        flood(outlook_connector)[0]: False,
        anchors.QUARTERLY_REPORT: False,
        anchors.NEWSLETTER: True,
    }


def test_changes_come_in_pages_and_none_is_lost(outlook_connector: Connector) -> None:
    found, cursor, complete = [], None, False
    while not complete:
        answer = changes(outlook_connector, cursor, limit=3, pageSize=3)
        found += [one["id"] for one in answer["value"]]
        cursor, complete = answer["cursor"], answer["complete"]
    held = outlook_connector.invoke("messages.count", {"folder": "inbox"})["count"]
    assert len(set(found)) == held


def test_a_cursor_that_graph_has_forgotten_starts_anew_and_says_so(
    outlook_connector: Connector, outlook_sandbox: Sandbox
) -> None:
    first = changes(outlook_connector)
    outlook_sandbox.graph.forget_sync_states()
    again = changes(outlook_connector, first["cursor"])
    assert (first["restarted"], again["restarted"]) == (False, True)
    assert len(again["value"]) == len(first["value"])


def test_a_cursor_belongs_to_its_folder(outlook_connector: Connector) -> None:
    cursor = changes(outlook_connector)["cursor"]
    with pytest.raises(InvalidInput, match="another folder"):
        changes(outlook_connector, cursor, folder="archive")


def test_changed_folders_are_told(outlook_connector: Connector) -> None:
    first = outlook_connector.invoke("folders.changes")
    made = outlook_connector.invoke("folders.create", {"displayName": "New"})
    found = outlook_connector.invoke("folders.changes", {"cursor": first["cursor"]})
    assert made["id"] in [one["id"] for one in found["value"]]


def test_a_batch_is_over_when_the_time_is(outlook_sandbox: Sandbox) -> None:
    http = {"caBundle": outlook_sandbox.ca_file, "deadline": 1.0}
    with connect(outlook_sandbox.config(http=http)) as connector:
        outlook_sandbox.fault(match="PATCH /me/messages/*", status=429, retry_after=30, times=None)
        began = time.monotonic()
        found = connector.invoke("messages.updateMany", {"messageIds": BOTH, "isRead": True})
    assert time.monotonic() - began < 5
    assert {one["problem"]["error"] for one in found["value"]} == {"Throttled"}


def test_calls_that_fit_alone_are_not_too_large_together(outlook_sandbox: Sandbox) -> None:
    body = {"subject": "Long", "body": {"contentType": "text", "content": "x" * 1_000_000}}
    calls = [{"method": "POST", "path": "/messages", "body": body}] * 5
    with connect(outlook_sandbox.config(operations={"allow": ["*", "graph.batch"]})) as connector:
        answer = connector.invoke("graph.batch", {"requests": calls})
    assert [one["status"] for one in answer["value"]] == [201] * 5
    batches = [one for one in outlook_sandbox.requests if one.path.endswith("/$batch")]
    assert len(batches) == 2
