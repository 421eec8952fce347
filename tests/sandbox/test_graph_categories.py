"""The master list of categories."""

import pytest
from graph_calls import Client, Office

ALL = "/me/outlook/masterCategories"
SETTINGS = "MailboxSettings.ReadWrite"


@pytest.fixture
def adele() -> Client:
    return Office().person("adele", SETTINGS)


def test_a_mailbox_begins_with_six_coloured_categories(adele: Client) -> None:
    found = adele.all(ALL)
    assert found[0]["displayName"] == "Red category"
    assert len({row["color"] for row in found}) == len(found) == 6
    assert adele.get(f"{ALL}/$count").body == b"6"


def test_a_category_is_made_recoloured_and_deleted(adele: Client) -> None:
    made = adele.post(ALL, {"displayName": "Travel", "color": "Preset9"})
    assert (made.status, made.json["color"]) == (201, "preset9")
    one = f"{ALL}/{made.json['id']}"
    assert adele.patch(one, {"color": "preset10"}).json["color"] == "preset10"
    assert adele.get(one).json["displayName"] == "Travel"
    assert adele.delete(one).status == 204
    assert adele.get(one).status == 404


def test_a_name_is_taken_whatever_its_case(adele: Client) -> None:
    reply = adele.post(ALL, {"displayName": "red CATEGORY"})
    assert reply.status == 409
    assert reply.code.startswith("ErrorDuplicate")


def test_a_name_is_given_for_good(adele: Client) -> None:
    one = f"{ALL}/{adele.all(ALL)[0]['id']}"
    assert adele.patch(one, {"displayName": "Ruby"}).status == 400
    assert adele.patch(one, {"displayName": "Red category", "color": "none"}).status == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"displayName": ""}, {"displayName": 3}, {"displayName": "X", "color": "mauve"}, {"name": "X"}],
)
def test_what_is_no_category_is_refused(adele: Client, body: dict[str, object]) -> None:
    assert adele.post(ALL, body).status == 400


def test_they_need_the_permission_for_settings() -> None:
    office = Office()
    assert office.person("adele", "MailboxSettings.Read").get(ALL).status == 200
    reader = office.person("adele", "MailboxSettings.Read")
    assert reader.post(ALL, {"displayName": "Travel"}).code == "ErrorAccessDenied"
    assert office.person("adele", "Mail.ReadWrite").get(ALL).code == "ErrorAccessDenied"
    app = office.person(None, "MailboxSettings.ReadWrite")
    assert app.get("/users/kim@contoso.example/outlook/masterCategories").status == 200


def test_mailboxes_have_lists_of_their_own() -> None:
    office = Office()
    office.person("adele", SETTINGS).post(ALL, {"displayName": "Travel"})
    assert len(office.person("kim", SETTINGS).all(ALL)) == 6
    office.service.reset()
    assert len(office.person("adele", SETTINGS).all(ALL)) == 6
