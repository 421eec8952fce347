"""Delta queries: what came, changed and went since the last time."""

from typing import Any

import pytest
from graph_calls import Client, Office, Reply, folder, mail, message

from outlook_connector.sandbox.seed import anchors

INBOX = "/me/mailFolders/inbox/messages/delta"
IMMUTABLE = 'IdType="ImmutableId"'
Json = dict[str, Any]


@pytest.fixture
def adele(office: Office) -> Client:
    return office.person().preferring(IMMUTABLE)


def _round(client: Client, reply: Reply) -> tuple[list[Json], str]:
    """All of a round, and the link to the next one."""
    assert reply.status == 200, reply.body
    rows = reply.value
    while link := reply.json.get("@odata.nextLink"):
        reply = client.follow(link)
        rows += reply.value
    return rows, str(reply.json["@odata.deltaLink"])


def _removed(rows: list[Json]) -> dict[str, str]:
    return {row["id"]: row["@removed"]["reason"] for row in rows if "@removed" in row}


def test_the_first_round_tells_of_everything_and_the_next_of_nothing(adele: Client) -> None:
    rows, link = _round(adele, adele.get(INBOX, select="subject"))
    inbox = adele.get("/me/mailFolders/inbox").json["totalItemCount"]
    assert len({row["id"] for row in rows}) == len(rows) == inbox
    assert set(rows[0]) == {"@odata.type", "@odata.etag", "id", "subject"}
    rows, _ = _round(adele, adele.follow(link))
    assert rows == []


def test_pages_are_as_large_as_the_caller_prefers(adele: Client) -> None:
    small = adele.preferring(f"{IMMUTABLE}, odata.maxpagesize=2")
    reply = small.get(f"{INBOX}()")
    assert len(reply.value) == 2
    assert "$skiptoken=" in reply.json["@odata.nextLink"]
    assert len(adele.get(INBOX, top=3).value) == 3


def test_a_later_round_tells_what_came_changed_and_went(office: Office, adele: Client) -> None:
    _, link = _round(adele, adele.get(INBOX, select="subject,isRead"))
    office.person("kim").post("/me/sendMail", {"message": mail("New", "adele@contoso.example")})
    adele.patch(message(anchors.QUARTERLY_REPORT), {"isRead": True})
    adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": "archive"})
    rows, link = _round(adele, adele.follow(link))
    assert _removed(rows) == {anchors.NEWSLETTER: "deleted"}
    assert {row.get("subject") for row in rows if "@removed" not in row} >= {"New"}
    assert next(row["isRead"] for row in rows if row["id"] == anchors.QUARTERLY_REPORT)
    assert len(rows) == 3
    adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": "inbox"})
    rows, _ = _round(adele, adele.follow(link))
    assert [row["id"] for row in rows] == [anchors.NEWSLETTER]


def test_what_came_and_went_between_two_rounds_is_not_told(office: Office, adele: Client) -> None:
    _, link = _round(adele, adele.get(INBOX))
    made = office.service.deliver("adele@contoso.example", {"subject": "Brief"})
    adele.delete(message(made))
    assert _round(adele, adele.follow(link))[0] == []


def test_without_immutable_ids_what_came_back_has_another_id(office: Office) -> None:
    adele = office.person()
    _, link = _round(adele, adele.get(INBOX))
    old = adele.get(message(anchors.NEWSLETTER)).json["id"]
    adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": "archive"})
    adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": "inbox"})
    rows, _ = _round(adele, adele.follow(link))
    assert list(_removed(rows)) == [old]
    assert rows[-1]["id"] == adele.get(message(anchors.NEWSLETTER)).json["id"] != old


@pytest.mark.parametrize(("kind", "count"), [("created", 1), ("updated", 1), ("deleted", 1)])
def test_rounds_can_be_narrowed_to_one_kind(office: Office, adele: Client, kind: str, count: int) -> None:
    reply = adele.call("GET", INBOX, query=f"changeType={kind}")
    rows, link = _round(adele, reply)
    assert len(rows) == adele.get("/me/mailFolders/inbox").json["totalItemCount"]
    office.service.deliver("adele@contoso.example", {"subject": "New"})
    adele.patch(message(anchors.QUARTERLY_REPORT), {"isRead": True})
    adele.delete(message(anchors.NEWSLETTER))
    rows, _ = _round(adele, adele.follow(link))
    assert len(rows) == count
    assert bool(_removed(rows)) is (kind == "deleted")


def test_a_round_can_begin_at_a_time(adele: Client) -> None:
    middle = adele.get("/me/mailFolders/inbox/messages", top=5).value[4]["receivedDateTime"]
    wanted = f"receivedDateTime ge {middle}"
    rows, _ = _round(adele, adele.get(INBOX, filter=wanted, orderby="receivedDateTime desc"))
    assert len(rows) == 5
    assert all(row["receivedDateTime"] >= middle for row in rows)


@pytest.mark.parametrize(
    "options",
    [
        {"filter": "isRead eq false"},
        {"orderby": "receivedDateTime asc"},
        {"orderby": "subject"},
        {"search": "report"},
        {"skip": "5"},
        {"select": "colour"},
    ],
)
def test_other_queries_are_refused(adele: Client, options: dict[str, str]) -> None:
    assert adele.get(INBOX, **options).status == 400


def test_a_token_can_be_used_again(office: Office, adele: Client) -> None:
    _, link = _round(adele, adele.get(INBOX))
    office.service.deliver("adele@contoso.example", {"subject": "New"})
    first, _ = _round(adele, adele.follow(link))
    again, _ = _round(adele, adele.follow(link))
    assert first == again != []


def test_a_lost_token_says_where_to_begin_again(office: Office, adele: Client) -> None:
    _, link = _round(adele, adele.get(INBOX))
    office.service.forget_sync_states()
    lost = adele.follow(link)
    assert (lost.status, lost.code) == (410, "SyncStateNotFound")
    rows, _ = _round(adele, adele.follow(lost.headers["Location"]))
    assert rows


def test_a_token_is_good_for_its_own_folder(adele: Client) -> None:
    _, link = _round(adele, adele.get(INBOX))
    token = link.partition("?")[2]
    assert adele.call("GET", "/me/mailFolders/drafts/messages/delta", query=token).status == 400


def test_items_can_be_told_twice(office: Office, adele: Client) -> None:
    office.service.switches.repeat_delta_items = True
    rows, _ = _round(adele, adele.get(INBOX))
    assert len(rows) > len({row["id"] for row in rows})


def test_the_reason_of_a_removal_can_be_another(office: Office, adele: Client) -> None:
    _, link = _round(adele, adele.get(INBOX))
    adele.delete(message(anchors.NEWSLETTER))
    office.service.switches.removed_reason = "changed"
    assert _removed(_round(adele, adele.follow(link))[0]) == {anchors.NEWSLETTER: "changed"}


def test_the_whole_mailbox_has_no_delta(adele: Client) -> None:
    assert adele.get("/me/messages/delta").status == 400


def test_folders_are_tracked_through_all_levels(adele: Client) -> None:
    rows, link = _round(adele, adele.get("/me/mailFolders/delta", select="displayName"))
    assert anchors.PROJECT_FOLDER in {row["id"] for row in rows}
    made = adele.post("/me/mailFolders/archive/childFolders", {"displayName": "Old"}).json["id"]
    adele.patch(folder(anchors.PROJECT_FOLDER), {"displayName": "This year"})
    rows, link = _round(adele, adele.follow(link))
    assert {row["displayName"] for row in rows} == {"Old", "This year"}
    adele.post(folder(made, "/permanentDelete"))
    rows, _ = _round(adele, adele.follow(link))
    assert _removed(rows) == {made: "deleted"}


def test_a_folders_counts_are_changes_too(office: Office, adele: Client) -> None:
    _, link = _round(adele, adele.get("/me/mailFolders/delta"))
    office.service.deliver("adele@contoso.example", {"subject": "New"})
    rows, _ = _round(adele, adele.follow(link))
    assert [row["displayName"] for row in rows] == ["Inbox"]


def test_folders_below_one_are_tracked_alone(adele: Client) -> None:
    rows, _ = _round(adele, adele.get("/me/mailFolders/inbox/childFolders/delta"))
    assert {row["displayName"] for row in rows} >= {"Projects", "2026"}
    assert "Archive" not in {row["displayName"] for row in rows}


def test_tracking_needs_no_more_than_basic_reading(office: Office) -> None:
    basic = office.person("adele", "Mail.ReadBasic")
    rows, _ = _round(basic, basic.get(INBOX))
    assert "body" not in rows[0]
    assert office.person("adele", "Mail.Send").get(INBOX).status == 403
