"""Folders: well-known and one's own, their counts, and what may not be done."""

import pytest
from graph_calls import Client, folder, message

from outlook_connector.sandbox.seed import anchors


def _counts(client: Client, name: str) -> tuple[int, int, int]:
    found = client.get(folder(name)).json
    return found["totalItemCount"], found["unreadItemCount"], found["childFolderCount"]


@pytest.mark.parametrize(
    "name", ["inbox", "drafts", "SentItems", "deleteditems", "junkemail", "archive", "outbox"]
)
def test_folders_have_well_known_names(adele: Client, name: str) -> None:
    found = adele.get(f"/me/mailFolders/{name}").json
    assert adele.get(folder(found["id"])).json == found


def test_the_list_shows_what_lies_below_the_root_without_what_is_hidden(adele: Client) -> None:
    shown = [found["displayName"] for found in adele.all("/me/mailFolders")]
    assert shown == sorted(shown)
    assert {"Inbox", "Drafts", "Sent Items", "Deleted Items", "Archive", "Junk Email", "Outbox"} <= set(shown)
    assert "Clutter" not in shown
    everything = adele.call("GET", "/me/mailFolders", query="includeHiddenFolders=true&$top=50").value
    assert any(found["isHidden"] for found in everything)


def test_children_are_paged_like_everything(adele: Client) -> None:
    for number in range(12):
        adele.post("/me/mailFolders/archive/childFolders", {"displayName": f"Year {number}"})
    reply = adele.get("/me/mailFolders/archive/childFolders")
    assert len(reply.value) == 10
    assert len(adele.all("/me/mailFolders/archive/childFolders")) == 12


def test_nested_folders_are_found_below_each_other(adele: Client) -> None:
    projects = next(
        f for f in adele.all("/me/mailFolders/inbox/childFolders") if f["displayName"] == "Projects"
    )
    year = adele.all(folder(projects["id"], "/childFolders"))
    assert [found["id"] for found in year] == [anchors.PROJECT_FOLDER]
    assert year[0]["parentFolderId"] == projects["id"]
    assert adele.get("/me/mailFolders/inbox", expand="childFolders").json["childFolders"]


def test_counts_are_true_at_all_times(adele: Client) -> None:
    total, unread, _ = _counts(adele, "inbox")
    inbox = adele.all("/me/mailFolders/inbox/messages", top=100)
    assert (total, unread) == (len(inbox), sum(not m["isRead"] for m in inbox))
    adele.patch(message(anchors.QUARTERLY_REPORT), {"isRead": True})
    assert _counts(adele, "inbox")[:2] == (total, unread - 1)
    adele.post(message(anchors.QUARTERLY_REPORT, "/move"), {"destinationId": "archive"})
    assert _counts(adele, "inbox")[0] == total - 1


def test_a_folder_is_made_renamed_moved_copied_and_deleted(adele: Client) -> None:
    made = adele.post("/me/mailFolders", {"displayName": "Trips"})
    assert made.status == 201
    path = folder(made.json["id"])
    assert adele.patch(path, {"displayName": "Journeys"}).json["displayName"] == "Journeys"
    moved = adele.post(f"{path}/move", {"destinationId": "archive"})
    assert moved.json["id"] == made.json["id"]
    assert moved.json["parentFolderId"] == adele.get("/me/mailFolders/archive").json["id"]
    copied = adele.post(f"{path}/copy", {"destinationId": "inbox"})
    assert copied.json["id"] != made.json["id"]
    assert adele.delete(path).status == 204
    deleted = adele.get("/me/mailFolders/deleteditems").json["id"]
    assert adele.get(path).json["parentFolderId"] == deleted
    assert adele.delete(path).status == 204
    assert adele.get(path).status == 404


def test_deleting_a_folder_takes_its_messages_along(adele: Client) -> None:
    adele.delete(folder(anchors.PROJECT_FOLDER))
    assert adele.get(message(anchors.PROJECT_KICKOFF)).status == 200
    adele.delete(folder(anchors.PROJECT_FOLDER))
    assert adele.get(message(anchors.PROJECT_KICKOFF)).status == 404


def test_copying_a_folder_copies_its_messages(adele: Client) -> None:
    copied = adele.post(folder(anchors.PROJECT_FOLDER, "/copy"), {"destinationId": "archive"}).json
    original = adele.get(folder(anchors.PROJECT_FOLDER)).json
    assert copied["totalItemCount"] == original["totalItemCount"] > 0
    assert copied["childFolderCount"] == original["childFolderCount"] > 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/me/mailFolders", {"displayName": "inbox"}, 409, "ErrorFolderExists"),
        ("POST", "/me/mailFolders", {"displayName": " "}, 400, "ErrorInvalidArgument"),
        ("DELETE", "/me/mailFolders/inbox", None, 400, "ErrorDeleteDistinguishedFolder"),
        ("PATCH", "/me/mailFolders/inbox", {"displayName": "Post"}, 400, "ErrorMoveCopyFailed"),
        ("POST", "/me/mailFolders/inbox/move", {"destinationId": "archive"}, 400, "ErrorMoveCopyFailed"),
        (
            "POST",
            folder(anchors.PROJECT_FOLDER, "/move"),
            {"destinationId": anchors.PROJECT_FOLDER},
            400,
            "ErrorMoveCopyFailed",
        ),
        ("POST", folder(anchors.PROJECT_FOLDER, "/move"), {}, 400, "ErrorInvalidArgument"),
        ("GET", "/me/mailFolders/nothing", None, 400, "ErrorInvalidIdMalformed"),
        (
            "GET",
            folder(anchors.PROJECT_FOLDER.swapcase().replace("aamKad", "AAMkAD")),
            None,
            404,
            "ErrorItemNotFound",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    adele: Client, method: str, path: str, body: object, status: int, code: str
) -> None:
    reply = adele.call(method, path, body)
    assert (reply.status, reply.code) == (status, code)
