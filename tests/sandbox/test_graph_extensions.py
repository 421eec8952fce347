"""Open extensions of messages."""

import pytest
from graph_calls import Client, Office, mail, message

from outlook_connector.sandbox.seed import anchors

ALL = message(anchors.QUARTERLY_REPORT, "/extensions")
REFERRAL = {
    "@odata.type": "microsoft.graph.openTypeExtension",
    "extensionName": "Com.Contoso.Referral",
    "companyName": "Wingtip Toys",
    "dealValue": 500050,
}


@pytest.fixture
def adele() -> Client:
    return Office().person()


def test_an_extension_is_made_read_changed_and_deleted(adele: Client) -> None:
    made = adele.post(ALL, REFERRAL)
    assert made.status == 201
    assert made.json["id"] == "Microsoft.OutlookServices.OpenTypeExtension.Com.Contoso.Referral"
    for name in (made.json["id"], "com.contoso.referral"):
        assert adele.get(f"{ALL}/{name}").json["dealValue"] == 500050
    changed = adele.patch(f"{ALL}/Com.Contoso.Referral", {"dealValue": None, "stage": "won"})
    assert (changed.json["stage"], changed.json["companyName"]) == ("won", "Wingtip Toys")
    assert "dealValue" not in adele.get(f"{ALL}/Com.Contoso.Referral").json
    assert len(adele.get(ALL).value) == 1
    assert adele.delete(f"{ALL}/Com.Contoso.Referral").status == 204
    assert adele.get(f"{ALL}/Com.Contoso.Referral").status == 404


def test_a_name_is_taken_once(adele: Client) -> None:
    adele.post(ALL, REFERRAL)
    assert adele.post(ALL, REFERRAL).status == 409


@pytest.mark.parametrize(
    "body", [{}, {"extensionName": ""}, {**REFERRAL, "@odata.type": "#microsoft.graph.message"}]
)
def test_what_is_no_extension_is_refused(adele: Client, body: dict[str, object]) -> None:
    assert adele.post(ALL, body).status == 400


def test_extensions_stay_with_the_sender(adele: Client) -> None:
    draft = adele.post("/me/messages", mail("Mine", "adele@contoso.example")).json["id"]
    adele.post(message(draft, "/extensions"), REFERRAL)
    adele.post(message(draft, "/send"))
    assert adele.get(message(adele.newest()["id"], "/extensions")).value == []


def test_messages_come_with_their_extensions(adele: Client) -> None:
    adele.post(ALL, REFERRAL)
    one = message(anchors.QUARTERLY_REPORT)
    (found,) = adele.get(one, expand="extensions($filter=id eq 'Com.Contoso.Referral')").json["extensions"]
    assert found["companyName"] == "Wingtip Toys"
    assert "extensions" not in adele.get(one).json
    assert "extensions" not in adele.get(one, expand="extensions($filter=id eq 'Com.Other')").json
