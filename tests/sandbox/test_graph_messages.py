"""Messages: their ids, their bodies, what may be changed, moving and deleting."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from graph_calls import Client, Office, folder, mail, message, to

from outlook_connector.sandbox.seed import anchors

IMMUTABLE = 'IdType="ImmutableId"'


def test_a_message_has_graphs_properties(adele: Client) -> None:
    found = adele.get(message(anchors.QUARTERLY_REPORT)).json
    assert found["@odata.context"].endswith("/messages/$entity")
    assert found["@odata.etag"] == f'W/"{found["changeKey"]}"'
    assert found["receivedDateTime"].endswith("Z")
    assert len(found["bodyPreview"]) <= 255
    assert found["from"] == {"emailAddress": {"name": "Kim Akers", "address": "kim@contoso.example"}}
    assert not {"uniqueBody", "internetMessageHeaders", "attachments"} & found.keys()
    assert found["webLink"].startswith("https://outlook.office365.com/owa/?ItemID=AAMkAD")


def test_ids_follow_the_preference_and_both_are_accepted(adele: Client) -> None:
    usual = adele.get(message(anchors.DRAFT))
    lasting = adele.preferring(IMMUTABLE).get(message(usual.json["id"]))
    assert usual.json["id"].startswith("AAMkAD")
    assert lasting.json["id"] == anchors.DRAFT
    assert lasting.headers["Preference-Applied"] == IMMUTABLE


def test_a_move_changes_the_default_id_and_keeps_the_immutable_one(adele: Client) -> None:
    before = adele.get(message(anchors.QUARTERLY_REPORT)).json["id"]
    moved = adele.post(message(before, "/move"), {"destinationId": "archive"})
    assert moved.status == 201
    assert moved.json["id"] != before
    assert adele.get(message(before)).status == 404
    assert adele.get(message(anchors.QUARTERLY_REPORT)).json["id"] == moved.json["id"]
    archive = adele.get("/me/mailFolders/archive").json["id"]
    assert moved.json["parentFolderId"] == archive


def test_a_copy_has_ids_of_its_own(adele: Client) -> None:
    client = adele.preferring(IMMUTABLE)
    made = client.post(message(anchors.QUARTERLY_REPORT, "/copy"), {"DestinationId": anchors.PROJECT_FOLDER})
    assert made.status == 201
    assert made.json["id"] != anchors.QUARTERLY_REPORT
    assert made.json["parentFolderId"] == anchors.PROJECT_FOLDER
    names = [a["name"] for a in client.get(message(made.json["id"], "/attachments")).value]
    assert names == ["Quarterly report Q3.pdf", "regions.csv"]


def test_a_message_is_found_only_in_its_own_folder(adele: Client) -> None:
    item = message(anchors.PROJECT_KICKOFF).removeprefix("/me")
    assert adele.get(folder(anchors.PROJECT_FOLDER, item)).status == 200
    assert adele.get(folder("inbox", item)).status == 404
    deep = folder("inbox", f"/childFolders/{folder(anchors.PROJECT_FOLDER).rpartition('/')[2]}{item}")
    assert adele.get(deep).status == 200


def test_keys_in_parentheses_are_paths_as_well(adele: Client) -> None:
    assert adele.get("/me/mailFolders('inbox')/messages").status == 200


def test_bodies_come_as_html_or_text_as_preferred(adele: Client) -> None:
    path = message(anchors.NEWSLETTER)
    assert adele.get(path).json["body"]["contentType"] == "html"
    reply = adele.preferring('outlook.body-content-type="text"').get(path)
    assert reply.headers["Preference-Applied"] == 'outlook.body-content-type="text"'
    content = reply.json["body"]["content"]
    assert "Three weekends" in content
    assert "<" not in content
    assert ".hero{" not in content


def test_html_is_normalised_and_stripped_of_what_could_run(adele: Client) -> None:
    html = '<p onclick="x()">Hi</p><script>alert(1)</script>'
    made = adele.post("/me/messages", {"body": {"contentType": "HTML", "content": html}}).json
    content = made["body"]["content"]
    assert content.startswith(
        '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    )
    assert "<p>Hi</p>" in content
    assert "alert" not in content
    unsafe = adele.preferring("outlook.allow-unsafe-html").get(message(made["id"])).json
    assert "alert" in unsafe["body"]["content"]


def test_the_unique_body_leaves_out_what_is_quoted(adele: Client) -> None:
    found = adele.get(message(anchors.LUNCH_THREAD), select="uniqueBody,body").json
    assert "12:30 works" in found["uniqueBody"]["content"]
    assert "ramen" in found["body"]["content"]
    assert "ramen" not in found["uniqueBody"]["content"]


def test_headers_come_only_when_selected(adele: Client) -> None:
    found = adele.get(message(anchors.QUARTERLY_REPORT), select="internetMessageHeaders").json
    names = [header["name"] for header in found["internetMessageHeaders"]]
    assert {"Received", "From", "To", "Date", "Message-ID"} <= set(names)


def test_mime_holds_what_the_message_holds(adele: Client) -> None:
    reply = adele.get(message(anchors.QUARTERLY_REPORT, "/$value"))
    mime = message_from_bytes(reply.body, policy=default)
    assert mime["Subject"] == "Quarterly report Q3"
    assert str(mime["From"]) == "Kim Akers <kim@contoso.example>"
    files = {part.get_filename(): part.get_payload(decode=True) for part in mime.iter_attachments()}
    assert files["Quarterly report Q3.pdf"].startswith(b"%PDF")
    assert "Zürich" in files["regions.csv"].decode("utf-8-sig")


def test_mime_keeps_inline_pictures_beside_the_html(adele: Client) -> None:
    reply = adele.get(message(anchors.NEWSLETTER, "/$value"))
    mime = message_from_bytes(reply.body, policy=default)
    related = [part for part in mime.walk() if part.get("Content-ID")]
    assert [part["Content-ID"] for part in related] == ["<skyline@margiestravel>"]


def test_a_new_draft_lies_in_drafts_with_defaults(adele: Client) -> None:
    made = adele.post("/me/messages", {"subject": "New", "toRecipients": to("kim@contoso.example")})
    assert made.status == 201
    assert made.json["isDraft"] is True
    assert made.json["parentFolderId"] == adele.get("/me/mailFolders/drafts").json["id"]
    assert made.json["from"]["emailAddress"]["address"] == "adele@contoso.example"
    assert made.json["importance"] == "normal"
    assert made.headers["Location"].endswith(made.json["id"])


def test_a_draft_can_be_made_in_any_folder(adele: Client) -> None:
    made = adele.post(folder(anchors.PROJECT_FOLDER, "/messages"), {"subject": "Here"}).json
    assert made["parentFolderId"] == anchors.PROJECT_FOLDER


def test_an_import_says_by_its_flags_that_it_is_no_draft(adele: Client) -> None:
    flags = [{"id": "Integer 0x0E07", "value": "4"}]
    made = adele.post("/me/mailFolders/archive/messages", {"singleValueExtendedProperties": flags}).json
    assert made["isDraft"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"subjct": "x"},
        {"subject": 5},
        {"isRead": "yes"},
        {"toRecipients": {"emailAddress": {"address": "a@b.c"}}},
        {"toRecipients": [{"address": "a@b.c"}]},
        {"importance": "urgent"},
        {"body": {"contentType": "markdown", "content": ""}},
        {"categories": "Red"},
        {"flag": {"flagStatus": "waving"}},
    ],
)
def test_wrong_properties_and_types_are_refused(adele: Client, body: dict[str, Any]) -> None:
    reply = adele.post("/me/messages", body)
    assert (reply.status, reply.code) == (400, "RequestBodyRead")


def test_state_may_change_always_and_content_only_of_a_draft(adele: Client) -> None:
    state = {"isRead": True, "categories": ["Blue"], "flag": {"flagStatus": "flagged"}, "importance": "low"}
    changed = adele.patch(message(anchors.QUARTERLY_REPORT), state).json
    assert {name: changed[name] for name in state} == state
    refused = adele.patch(message(anchors.QUARTERLY_REPORT), {"subject": "Other"})
    assert (refused.status, refused.code) == (400, "ErrorInvalidPropertySet")
    allowed = adele.patch(message(anchors.DRAFT), {"subject": "Other", "body": {"content": "New"}})
    assert allowed.json["subject"] == "Other"
    assert allowed.json["body"] == {"contentType": "text", "content": "New"}


def test_a_change_gives_a_new_etag_and_an_old_one_no_longer_fits(adele: Client) -> None:
    first = adele.get(message(anchors.DRAFT)).json
    second = adele.patch(message(anchors.DRAFT), {"subject": "2"}, **{"if-match": first["@odata.etag"]})
    assert second.status == 200
    assert second.json["changeKey"] != first["changeKey"]
    assert second.json["id"] == first["id"]
    stale = adele.patch(message(anchors.DRAFT), {"subject": "3"}, **{"if-match": first["@odata.etag"]})
    assert (stale.status, stale.code) == (412, "ErrorIrresolvableConflict")


def test_deleting_goes_to_deleted_items_first_and_then_for_good(adele: Client) -> None:
    path = message(anchors.NEWSLETTER)
    assert adele.delete(path).status == 204
    deleted = adele.get("/me/mailFolders/deleteditems").json
    assert adele.get(path).json["parentFolderId"] == deleted["id"]
    assert adele.delete(path).status == 204
    assert adele.get(path).status == 404
    subjects = [m["subject"] for m in adele.all("/me/mailFolders/recoverableitemsdeletions/messages")]
    assert subjects == ["Three weekends under €200 ✈️"]


def test_flag_times_follow_the_preferred_zone(adele: Client) -> None:
    due = {"dateTime": "2026-12-01T12:00:00", "timeZone": "UTC"}
    flag = {"flagStatus": "flagged", "startDateTime": due, "dueDateTime": due}
    adele.patch(message(anchors.DRAFT), {"flag": flag})
    client = adele.preferring('outlook.timezone="Tokyo Standard Time"')
    shown = client.get(message(anchors.DRAFT)).json["flag"]["dueDateTime"]
    assert shown == {"dateTime": "2026-12-01T21:00:00.0000000", "timeZone": "Tokyo Standard Time"}
    assert adele.preferring('outlook.timezone="Mars"').get(message(anchors.DRAFT)).status == 400


def test_mail_from_outside_arrives_with_a_returned_id() -> None:
    office = Office()
    given = office.service.deliver(
        "kim@contoso.example", mail("From outside", **{"from": to("x@fabrikam.example")[0]})
    )
    found = office.person("kim").get(message(given)).json
    assert (found["subject"], found["isRead"], found["isDraft"]) == ("From outside", False, False)
    assert found["from"]["emailAddress"]["address"] == "x@fabrikam.example"
