"""Reading and organising: lists, filters, cursors, folders, files."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError, InvalidInput, NotFound, OperationDenied, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors


def everything(connector: Connector, **given: Any) -> list[dict[str, Any]]:
    return list(connector.iterate("messages.list", given))


def sender(message: dict[str, Any]) -> str:
    return str(message["from"]["emailAddress"]["address"])


def test_friendly_filters_find_what_looking_at_everything_finds(outlook_connector: Connector) -> None:
    whole = everything(outlook_connector)
    middle = sorted(one["receivedDateTime"] for one in whole)[len(whole) // 2]
    category = next(one["categories"][0] for one in whole if one["categories"])
    conversation = whole[0]["conversationId"]
    table = [
        ({"from": "kim@contoso.example"}, lambda one: sender(one) == "kim@contoso.example"),
        ({"subject": "lunch"}, lambda one: "lunch" in one["subject"].lower()),
        ({"unread": True}, lambda one: not one["isRead"]),
        ({"unread": False}, lambda one: one["isRead"]),
        ({"hasAttachments": True}, lambda one: one["hasAttachments"]),
        ({"importance": "high"}, lambda one: one["importance"] == "high"),
        ({"category": category}, lambda one: category in one["categories"]),
        ({"conversationId": conversation}, lambda one: one["conversationId"] == conversation),
        ({"receivedAfter": middle}, lambda one: one["receivedDateTime"] >= middle),
        ({"receivedBefore": middle}, lambda one: one["receivedDateTime"] < middle),
        (
            {"receivedAfter": middle, "unread": True, "from": "kim@contoso.example"},
            lambda one: (
                one["receivedDateTime"] >= middle
                and not one["isRead"]
                and sender(one) == "kim@contoso.example"
            ),
        ),
        (
            {"to": "kim@contoso.example", "receivedAfter": middle},
            lambda one: (
                "kim@contoso.example" in [to["emailAddress"]["address"] for to in one["toRecipients"]]
                and one["receivedDateTime"] >= middle
            ),
        ),
        (
            {"to": "adele@contoso.example", "subject": "epor"},
            lambda one: (
                "adele@contoso.example" in [to["emailAddress"]["address"] for to in one["toRecipients"]]
                and "epor" in one["subject"].lower()
            ),
        ),
        (
            {"filter": "isRead eq false", "from": "kim@contoso.example"},
            lambda one: not one["isRead"] and sender(one) == "kim@contoso.example",
        ),
    ]
    for given, meant in table:
        expected = {one["id"] for one in whole if meant(one)}
        assert {one["id"] for one in everything(outlook_connector, **given)} == expected, given
        assert expected or given.keys() == {"receivedAfter", "unread", "from"}, f"{given} shows nothing"


def test_a_list_is_newest_first_and_only_what_was_selected(outlook_connector: Connector) -> None:
    found = everything(outlook_connector, folder="inbox", select=["subject", "receivedDateTime"], limit=20)
    times = [one["receivedDateTime"] for one in found]
    assert times == sorted(times, reverse=True)
    assert all("body" not in one for one in found)


def test_a_cursor_survives_a_restart_and_is_refused_elsewhere(outlook_sandbox: Sandbox) -> None:
    config = outlook_sandbox.config()
    with connect(config) as first:
        page = first.invoke("messages.list", {"folder": "inbox", "limit": 7, "pageSize": 5})
    with connect(config) as second:
        given = {"folder": "inbox", "limit": 100, "cursor": page["nextCursor"]}
        rest = second.invoke("messages.list", given)
        whole = second.invoke("messages.list", {"folder": "inbox", "limit": 100})
        assert [one["id"] for one in page["value"] + rest["value"]] == [one["id"] for one in whole["value"]]
        for name, other in (
            ("messages.search", {"query": "x"}),
            ("messages.list", {"mailbox": "adele@contoso.example"}),
            ("messages.list", {"folder": "sentitems"}),
            ("messages.list", {"folder": "inbox", "unread": True}),
        ):
            with pytest.raises(InvalidInput, match="belongs to"):
                second.invoke(name, {**other, "cursor": page["nextCursor"]})


def test_a_search_finds_by_words_and_says_when_graph_ends_early(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    found = outlook_connector.invoke("messages.search", {"query": 'from:kim subject:"quarterly report"'})
    assert anchors.QUARTERLY_REPORT in [one["id"] for one in found["value"]]
    assert "incomplete" not in found
    stranger = {"emailAddress": {"address": "a@b.example"}}
    for number in range(1001):
        outlook_sandbox.deliver("adele@contoso.example", {"subject": f"flood {number}", "from": stranger})
    many = outlook_connector.invoke("messages.search", {"query": "flood", "limit": 5000, "select": ["id"]})
    assert len(many["value"]) == 1000
    assert "1,000" in many["incomplete"]
    taken = []
    with pytest.raises(ConnectorError, match="ends early") as ended:
        taken.extend(outlook_connector.iterate("messages.search", {"query": "flood", "select": ["id"]}))
    assert (len(taken), ended.value.code) == (1000, "incomplete")
    assert len(list(outlook_connector.iterate("messages.search", {"query": "flood", "limit": 7}))) == 7


def test_a_path_leads_to_a_folder_with_a_slash_in_its_name_or_a_name_that_is_long(
    outlook_connector: Connector,
) -> None:
    long = "Correspondence-with-authorities-and-banks-of-the-whole-northern-region"
    for name in ("Income/Expenses", long):
        outlook_connector.invoke("folders.create", {"parentFolder": "inbox", "displayName": name})
    listed = outlook_connector.invoke("folders.list", {"recursive": True})["value"]
    made = {one["displayName"]: one for one in listed}
    assert made["Income/Expenses"]["path"] == "Inbox/Income\\/Expenses"
    for name, path in (("Income/Expenses", "Inbox/Income\\/Expenses"), (long, f"Inbox/{long}")):
        assert outlook_connector.invoke("folders.get", {"folder": path})["id"] == made[name]["id"]


def test_folders_are_found_by_path_and_listed_as_a_tree(outlook_connector: Connector) -> None:
    tree = list(outlook_connector.iterate("folders.list", {"recursive": True, "pageSize": 2}))
    paths = [one["path"] for one in tree]
    assert "Inbox/Projects/2026" in paths
    assert len(paths) == len(set(paths))
    for one in tree:
        assert outlook_connector.invoke("folders.get", {"folder": one["path"]})["id"] == one["id"]
    made = outlook_connector.invoke(
        "folders.create", {"displayName": "2031 / O'Brien", "parentFolder": "Inbox/Projects"}
    )
    assert (
        made["parentFolderId"] == outlook_connector.invoke("folders.get", {"folder": "Inbox/Projects"})["id"]
    )
    with pytest.raises(InvalidInput, match="names no folder"):
        outlook_connector.invoke("messages.list", {"folder": "Inbox/Projects/1999"})


def test_a_message_keeps_its_id_when_it_moves(outlook_connector: Connector) -> None:
    given = {"messageId": anchors.QUARTERLY_REPORT, "destinationFolder": "Inbox/Projects/2026"}
    moved = outlook_connector.invoke("messages.move", given)
    assert moved["id"] == anchors.QUARTERLY_REPORT
    assert (
        moved["parentFolderId"]
        == outlook_connector.invoke("folders.get", {"folder": "Inbox/Projects/2026"})["id"]
    )
    outlook_connector.invoke("messages.delete", {"messageId": moved["id"]})
    gone = outlook_connector.invoke("messages.list", {"folder": "deleteditems"})
    assert moved["id"] in [one["id"] for one in gone["value"]]


def test_marking_changes_what_is_counted(outlook_connector: Connector) -> None:
    def unread() -> int:
        return int(outlook_connector.invoke("folders.get", {"folder": "inbox"})["unreadItemCount"])

    before = unread()
    outlook_connector.invoke("messages.markRead", {"messageId": anchors.QUARTERLY_REPORT})
    assert unread() == before - 1
    outlook_connector.invoke("messages.markUnread", {"messageId": anchors.QUARTERLY_REPORT})
    assert unread() == before


def test_bodies_come_as_they_are_asked_for(outlook_connector: Connector) -> None:
    given = {"messageId": anchors.NEWSLETTER}
    assert outlook_connector.invoke("messages.get", given)["body"]["contentType"] == "html"
    text = outlook_connector.invoke("messages.get", {**given, "bodyFormat": "text"})["body"]
    assert text["contentType"] == "text"
    assert "<html" not in text["content"]


ATTACHMENT = {"messageId": anchors.QUARTERLY_REPORT, "attachmentId": anchors.QUARTERLY_REPORT_CSV}


def test_a_download_is_the_same_in_memory_and_on_disk(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connector:
        inline = connector.invoke("attachments.download", ATTACHMENT)
        content = base64.b64decode(inline["contentBytes"])
        saved = connector.invoke("attachments.download", {**ATTACHMENT, "saveTo": str(tmp_path)})
        assert saved["path"] == str(tmp_path / "regions.csv")
        assert Path(saved["path"]).read_bytes() == content
        assert saved["sha256"] == hashlib.sha256(content).hexdigest()
        assert connector.invoke("attachments.get", ATTACHMENT)["contentBytes"] == inline["contentBytes"]


def test_a_download_that_breaks_off_leaves_nothing_behind(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connector:
        outlook_sandbox.fault(match="GET */$value", status=404, times=1)
        with pytest.raises(NotFound):
            connector.invoke("attachments.download", {**ATTACHMENT, "saveTo": str(tmp_path / "a.csv")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["/etc/x", "{0}/../x", "{0}/link/x", "relative"])
def test_files_stay_inside_the_directories_that_are_allowed(
    target: str, outlook_sandbox: Sandbox, tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path)
    with connect(outlook_sandbox.config(files={"allow": [str(inside)]})) as connector:
        with pytest.raises(OperationDenied, match=r"files\.allow"):
            connector.invoke("attachments.download", {**ATTACHMENT, "saveTo": target.format(inside)})
        with pytest.raises(OperationDenied, match=r"files\.allow"):
            connector.invoke("drafts.create", {"attachments": [{"path": target.format(inside)}]})


def test_me_is_ones_own_mailbox_in_capitals_too(outlook_connector: Connector) -> None:
    assert outlook_connector.invoke("profile.get", {"mailbox": "ME"})["mail"] == "adele@contoso.example"


def test_an_attachment_comes_from_a_file(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 content")
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connector:
        draft = connector.invoke("drafts.create", {"attachments": [{"path": str(tmp_path / "report.pdf")}]})
        (listed,) = connector.invoke("attachments.list", {"messageId": draft["id"]})["value"]
        assert (listed["name"], listed["contentType"]) == ("report.pdf", "application/pdf")
        with pytest.raises(InvalidInput, match="cannot be read"):
            connector.invoke("drafts.create", {"attachments": [{"path": str(tmp_path / "missing.pdf")}]})


def test_an_application_works_in_the_mailbox_it_names_and_has_no_me(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(auth="application")) as connector:
        assert connector.invoke("profile.get")["mail"] == "adele@contoso.example"
        assert (
            connector.invoke("profile.get", {"mailbox": "kim@contoso.example"})["mail"]
            == "kim@contoso.example"
        )
        with pytest.raises(InvalidInput, match="/mailbox"):
            connector.invoke("messages.list", {"mailbox": "me"})


def test_a_mailbox_that_is_not_allowed_is_refused(outlook_sandbox: Sandbox) -> None:
    config = outlook_sandbox.config(auth="application", mailboxes={"allow": ["adele@*"]})
    with connect(config) as connector:
        connector.invoke("profile.get")
        with pytest.raises(OperationDenied, match=r"mailboxes\.allow"):
            connector.invoke("messages.list", {"mailbox": "kim@contoso.example"})


@pytest.mark.parametrize("cloud", ["usGov", "usGovDod"])
def test_ids_are_not_translated_in_clouds_that_cannot(outlook_sandbox: Sandbox, cloud: str) -> None:
    """https://learn.microsoft.com/graph/api/user-translateexchangeids"""
    given = {"ids": [anchors.QUARTERLY_REPORT], "sourceIdType": "restId", "targetIdType": "ewsId"}
    with connect(outlook_sandbox.config(cloud=cloud)) as connector, pytest.raises(OperationDenied) as caught:
        connector.invoke("ids.translate", given)
    assert caught.value.code == "notInThisCloud"
