"""Focused inbox: overrides that classify arriving mail."""

import pytest
from graph_calls import Client, Office, mail

ALL = "/me/inferenceClassification/overrides"
KIM = {"name": "Kim", "address": "KIM@contoso.example"}


def test_an_override_classifies_what_arrives(office: Office, adele: Client) -> None:
    made = adele.post(ALL, {"classifyAs": "other", "senderEmailAddress": KIM})
    assert made.status == 201
    kim = office.person("kim")
    kim.post("/me/sendMail", {"message": mail("One", "adele@contoso.example")})
    assert adele.newest()["inferenceClassification"] == "other"
    adele.patch(f"{ALL}/{made.json['id']}", {"classifyAs": "focused"})
    kim.post("/me/sendMail", {"message": mail("Two", "adele@contoso.example")})
    assert adele.newest()["inferenceClassification"] == "focused"
    assert adele.delete(f"{ALL}/{made.json['id']}").status == 204
    assert adele.all(ALL) == []


def test_a_second_override_for_a_sender_changes_the_first(adele: Client) -> None:
    first = adele.post(ALL, {"classifyAs": "other", "senderEmailAddress": KIM}).json["id"]
    second = adele.post(
        ALL, {"classifyAs": "focused", "senderEmailAddress": {"address": "kim@contoso.example"}}
    )
    assert second.json["id"] == first
    assert [row["classifyAs"] for row in adele.all(ALL)] == ["focused"]
    whole = adele.get("/me/inferenceClassification", expand="overrides").json
    assert len(whole["overrides"]) == 1


def test_the_sender_of_an_override_stays(adele: Client) -> None:
    made = adele.post(ALL, {"classifyAs": "other", "senderEmailAddress": KIM}).json["id"]
    changed = {"senderEmailAddress": {"address": "nestor@contoso.example"}}
    assert adele.patch(f"{ALL}/{made}", changed).status == 400
    assert adele.patch(f"{ALL}/missing", {"classifyAs": "other"}).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"classifyAs": "other"},
        {"classifyAs": "junk", "senderEmailAddress": KIM},
        {"classifyAs": "other", "senderEmailAddress": {"address": "nobody"}},
    ],
)
def test_what_is_no_override_is_refused(adele: Client, body: dict[str, object]) -> None:
    assert adele.post(ALL, body).status == 400
