"""Triggers of messages that change or go, and of folders: transitions, not states; deletions, not moves."""

import time
from dataclasses import dataclass, replace
from typing import Any

import pytest
from trigger_watch import ADELE, Host, arrive, move

from outlook_connector import Connector, OperationDenied, connect
from outlook_connector.assembly import assemble
from outlook_connector.errors import NotFound, ServiceUnavailable
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors
from outlook_connector.triggers.changed import LOOK, flagged, updated
from outlook_connector.triggers.polling import Make, Poll, lasting

REPORT = {"messageId": anchors.QUARTERLY_REPORT}


def changes(host: Host) -> list[tuple[str, str]]:
    return sorted((one["change"], (one["folder"] or {}).get("displayName", "")) for one in host.told())


def test_a_change_is_told_and_a_new_message_is_none(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "message.updated", {})
    new = arrive(outlook_sandbox, "new")
    assert host.subjects() == []
    outlook_connector.invoke("messages.markRead", {"messageId": new})
    outlook_connector.invoke("messages.markRead", REPORT)
    assert host.subjects() == ["Quarterly report Q3", "new"]
    assert host.subjects() == []
    outlook_connector.invoke("messages.markUnread", REPORT)
    first = host.told()
    outlook_connector.invoke("messages.markRead", REPORT)
    second = host.told()
    assert {one["id"] for one in first} != {one["id"] for one in second}


def test_a_message_that_came_and_changed_between_two_polls_is_new(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "message.updated", {})
    outlook_connector.invoke("messages.markRead", {"messageId": arrive(outlook_sandbox, "new")})
    assert host.subjects() == []


def test_writing_and_sending_a_draft_is_no_change(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.clock.advance(3600)
    draft = outlook_connector.invoke("drafts.create", {"to": ["kim@contoso.example"], "subject": "draft"})
    outlook_sandbox.clock.advance(3600)
    arrive(outlook_sandbox, "a later one")
    host = Host(outlook_connector, "message.updated", {})
    outlook_connector.invoke("drafts.update", {"draftId": draft["id"], "subject": "another"})
    assert host.subjects() == []
    outlook_connector.invoke("drafts.send", {"draftId": draft["id"]})
    assert host.subjects() == []


def test_changes_can_be_those_of_one_folder(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    host = Host(outlook_connector, "message.updated", {"folder": "Inbox/Projects/2026"})
    outlook_connector.invoke("messages.markUnread", REPORT)
    outlook_connector.invoke("messages.flag", {"messageId": anchors.PROJECT_KICKOFF})
    assert [one["messageId"] for one in host.told()] == [anchors.PROJECT_KICKOFF]


def test_a_flag_is_told_when_it_is_set_and_not_while_it_stays(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "message.flagged", {})
    outlook_connector.invoke("messages.flag", REPORT)
    (first,) = host.told()
    outlook_connector.invoke("messages.categorize", {**REPORT, "add": ["Finance"]})
    move(outlook_connector, anchors.QUARTERLY_REPORT, "archive")
    assert host.told() == []
    outlook_connector.invoke("messages.flag", {**REPORT, "status": "complete"})
    assert host.told() == []
    outlook_connector.invoke("messages.flag", REPORT)
    (second,) = host.told()
    assert first["id"] != second["id"]


def test_a_flag_that_was_set_before_the_start_is_not_told(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_connector.invoke("messages.flag", REPORT)
    host = Host(outlook_connector, "message.flagged", {"folder": "inbox"})
    outlook_connector.invoke("messages.markUnread", REPORT)
    assert host.told() == []


def test_a_deletion_is_told_and_a_move_is_not(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    host = Host(outlook_connector, "message.deleted", {})
    moved, gone = arrive(outlook_sandbox, "moved"), arrive(outlook_sandbox, "gone")
    assert host.told() == []
    move(outlook_connector, moved, "archive")
    outlook_connector.invoke("messages.delete", REPORT)
    outlook_connector.invoke("messages.deletePermanently", {"messageId": gone})
    told = {one["messageId"]: one for one in host.told()}
    assert set(told) == {anchors.QUARTERLY_REPORT, gone}
    assert told[anchors.QUARTERLY_REPORT]["permanently"] is False
    assert told[anchors.QUARTERLY_REPORT]["message"]["subject"] == "Quarterly report Q3"
    assert (told[gone]["permanently"], told[gone]["message"]) == (True, None)
    assert host.told() == []


def test_the_reason_that_graph_gives_for_a_removal_decides_nothing(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.graph.switches.removed_reason = "changed"
    outlook_sandbox.graph.switches.repeat_delta_items = True
    host = Host(outlook_connector, "message.deleted", {})
    outlook_connector.invoke("messages.delete", REPORT)
    assert len(host.told()) == 1
    assert host.told() == []


def test_a_deletion_while_the_place_was_lost_is_told_and_nothing_else(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "message.deleted", {})
    outlook_connector.invoke("messages.delete", {"messageId": anchors.NEWSLETTER})
    assert len(host.told()) == 1
    move(outlook_connector, anchors.LUNCH_THREAD, "archive")
    outlook_connector.invoke("messages.delete", REPORT)
    outlook_sandbox.graph.forget_sync_states()
    assert [one["messageId"] for one in host.told()] == [anchors.QUARTERLY_REPORT]
    outlook_sandbox.graph.forget_sync_states()
    assert host.told() == []


def test_china_cannot_tell_of_deletions(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(cloud="china")) as connector:
        with pytest.raises(OperationDenied) as caught:
            connector.poll("message.deleted")
        host = Host(connector, "message.flagged", {})
        connector.invoke("messages.flag", REPORT)
        assert len(host.told()) == 1
    assert caught.value.code == "notInThisCloud"


def test_folders_that_are_made_renamed_moved_and_deleted(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "folder.changed", {})
    made = outlook_connector.invoke("folders.create", {"displayName": "New"})["id"]
    assert changes(host) == [("created", "New")]
    outlook_connector.invoke("folders.update", {"folder": made, "displayName": "Newer"})
    assert changes(host) == [("updated", "Newer")]
    outlook_connector.invoke("folders.move", {"folder": made, "destinationFolder": "archive"})
    assert ("updated", "Newer") in changes(host)
    outlook_connector.invoke("folders.deletePermanently", {"folder": made})
    assert changes(host) == [("deleted", "")]


def test_mail_does_not_change_its_folder(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    host = Host(outlook_connector, "folder.changed", {})
    arrive(outlook_sandbox, "new")
    move(outlook_connector, anchors.NEWSLETTER, "archive")
    assert host.told() == []


def test_folders_are_compared_when_the_place_was_lost(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_connector.invoke("folders.create", {"displayName": "Old"})
    host = Host(outlook_connector, "folder.changed", {})
    outlook_connector.invoke("folders.deletePermanently", {"folder": "Old"})
    outlook_connector.invoke("folders.create", {"displayName": "New"})
    outlook_connector.invoke("folders.update", {"folder": anchors.PROJECT_FOLDER, "displayName": "This year"})
    outlook_sandbox.graph.forget_sync_states()
    assert changes(host) == [("created", "New"), ("deleted", ""), ("updated", "This year")]
    outlook_sandbox.graph.forget_sync_states()
    assert host.told() == []


def test_a_folder_that_leaves_those_below_another_was_not_deleted(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "folder.changed", {"folder": "inbox"})
    outlook_connector.invoke(
        "folders.move", {"folder": anchors.PROJECT_FOLDER, "destinationFolder": "archive"}
    )
    told = [one for one in host.told() if one["folderId"] == anchors.PROJECT_FOLDER]
    assert [one["change"] for one in told] == ["updated"]


def test_another_mailbox_is_watched_by_its_address(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config("kim@contoso.example", auth="application")) as connector:
        given = {"mailbox": ADELE}
        host = Host(connector, "message.flagged", given)
        connector.invoke("messages.flag", {**REPORT, **given})
        (event,) = host.told()
        assert event["mailbox"] == ADELE


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.mark.parametrize("source", [updated, flagged])
def test_a_watched_folder_that_has_gone_is_noticed_within_the_hour(
    source: Make, outlook_sandbox: Sandbox
) -> None:
    parts, clock = assemble(outlook_sandbox.config()), Clock()
    with parts.connector as connector:
        folder = connector.invoke("folders.create", {"displayName": "Watched"})["id"]
        context = replace(lasting(parts.context), owner="adele", clock=clock)

        def poll(cursor: str | None = None) -> dict[str, Any]:
            given = {"folder": folder, **({"cursor": cursor} if cursor else {})}
            return Poll("trigger", context, source, given, lambda: given).run().told

        start = poll()["cursor"]
        before = len(outlook_sandbox.requests)
        poll(start)
        assert len(outlook_sandbox.requests) == before + 1, "while it is known to be there, nobody asks"
        clock.ahead += LOOK
        poll(start)
        poll(start)
        assert len(outlook_sandbox.requests) == before + 4, "one look in an hour"
        connector.invoke("folders.deletePermanently", {"folder": folder})
        assert poll(start)["value"] == []
        clock.ahead += LOOK
        for _ in range(2):
            with pytest.raises(NotFound):
                poll(start)


def test_a_place_that_is_lost_again_at_once_passes_by_itself(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "message.deleted", {})
    outlook_connector.invoke("messages.delete", REPORT)
    outlook_sandbox.fault("GET *delta*", status=410, error="syncStateNotFound", times=2)
    with pytest.raises(ServiceUnavailable) as caught:
        host.told()
    assert caught.value.retryable
    assert [one["messageId"] for one in host.told()] == [anchors.QUARTERLY_REPORT]
