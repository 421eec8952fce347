"""Search folders: they hold nothing, and show what they find at this moment."""

from typing import Any

import pytest
from graph_calls import Client, Office, folder, message

from outlook_connector.sandbox.seed import anchors

Json = dict[str, Any]


def _search(client: Client, query: str, *sources: str, nested: bool = True) -> Json:
    body = {
        "@odata.type": "microsoft.graph.mailSearchFolder",
        "displayName": "Found",
        "includeNestedFolders": nested,
        "sourceFolderIds": list(sources),
        "filterQuery": query,
    }
    reply = client.post("/me/mailFolders/searchfolders/childFolders", body)
    assert reply.status == 201, reply.body
    return dict(reply.json)


def _subjects(client: Client, folder_id: str) -> list[str]:
    return [row["subject"] for row in client.all(folder(folder_id, "/messages"), top=100)]


def test_a_search_folder_says_what_it_looks_for(adele: Client) -> None:
    inbox = adele.get("/me/mailFolders/inbox").json["id"]
    made = _search(adele, "contains(subject, 'report')", "inbox")
    assert made["@odata.type"] == "#microsoft.graph.mailSearchFolder"
    assert (made["isSupported"], made["includeNestedFolders"]) == (True, True)
    assert (made["sourceFolderIds"], made["filterQuery"]) == ([inbox], "contains(subject, 'report')")
    chosen = adele.get(folder(made["id"]), select="filterQuery").json
    assert set(chosen) == {"@odata.context", "@odata.type", "id", "filterQuery"}


def test_its_messages_and_counts_are_those_of_the_moment(office: Office, adele: Client) -> None:
    found = _search(adele, "startswith(subject, 'Digest')", "inbox")["id"]
    assert _subjects(adele, found) == []
    arrived = office.service.deliver("adele@contoso.example", {"subject": "Digest of the week"})
    office.service.deliver("adele@contoso.example", {"subject": "Something else"})
    assert _subjects(adele, found) == ["Digest of the week"]
    shown = adele.get(folder(found)).json
    assert (shown["totalItemCount"], shown["unreadItemCount"]) == (1, 1)
    one = adele.get(f"{folder(found)}/messages").value[0]
    assert one["parentFolderId"] == adele.get("/me/mailFolders/inbox").json["id"]
    assert adele.get(f"{folder(found)}{message(arrived)[3:]}").json["id"] == one["id"]
    adele.post(message(arrived, "/move"), {"destinationId": "archive"})
    assert _subjects(adele, found) == []


def test_nested_folders_are_looked_into_only_when_asked(adele: Client) -> None:
    kickoff = adele.get(message(anchors.PROJECT_KICKOFF)).json["subject"]
    query = f"subject eq '{kickoff}'"
    assert _subjects(adele, _search(adele, query, "inbox", nested=False)["id"]) == []
    adele.delete(folder(adele.all("/me/mailFolders/searchfolders/childFolders")[0]["id"]))
    assert _subjects(adele, _search(adele, query, "inbox")["id"]) == [kickoff]


def test_a_search_can_be_changed(adele: Client) -> None:
    made = _search(adele, "isRead eq false", "inbox")["id"]
    body = {"@odata.type": "microsoft.graph.mailSearchFolder", "filterQuery": "isRead eq true"}
    changed = adele.patch(folder(made), body).json
    assert (changed["filterQuery"], changed["displayName"]) == ("isRead eq true", "Found")
    assert all(row["isRead"] for row in adele.get(folder(made, "/messages")).value)


def test_a_source_that_is_gone_makes_it_unsupported(adele: Client) -> None:
    source = adele.post("/me/mailFolders", {"displayName": "Source"}).json["id"]
    made = _search(adele, "isRead eq false", source)["id"]
    adele.post(folder(source, "/permanentDelete"))
    assert adele.get(folder(made)).json["isSupported"] is False


def test_nothing_can_be_put_into_a_search_folder(adele: Client) -> None:
    made = _search(adele, "isRead eq false", "inbox")["id"]
    assert adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": made}).status == 400
    assert adele.post(folder(made, "/messages"), {"subject": "Draft"}).status == 400


def test_deleting_a_search_folder_deletes_no_mail(adele: Client) -> None:
    made = _search(adele, "isRead eq false", "inbox")["id"]
    adele.post(folder(made, "/permanentDelete"))
    assert adele.get(message(anchors.QUARTERLY_REPORT)).status == 200


@pytest.mark.parametrize(
    ("query", "sources"),
    [("colour eq 'red'", ["inbox"]), ("subject eq", ["inbox"]), ("", ["inbox"]), ("isRead eq true", [])],
)
def test_a_search_that_cannot_be_run_is_refused(adele: Client, query: str, sources: list[str]) -> None:
    kind = "microsoft.graph.mailSearchFolder"
    body = {"@odata.type": kind, "displayName": "No", "filterQuery": query, "sourceFolderIds": sources}
    assert adele.post("/me/mailFolders/inbox/childFolders", body).status == 400
