"""Open extensions of messages."""

import pytest
from graph_calls import Client, mail, message, to

from outlook_connector.sandbox.seed import anchors

ALL = message(anchors.QUARTERLY_REPORT, "/extensions")
REFERRAL = {
    "@odata.type": "microsoft.graph.openTypeExtension",
    "extensionName": "Com.Contoso.Referral",
    "companyName": "Wingtip Toys",
    "dealValue": 500050,
}


def test_an_extension_is_made_read_changed_and_deleted(adele: Client) -> None:
    made = adele.post(ALL, REFERRAL)
    assert made.status == 201
    assert made.json["id"] == "Microsoft.OutlookServices.OpenTypeExtension.Com.Contoso.Referral"
    for name in (made.json["id"], "com.contoso.referral"):
        assert adele.get(f"{ALL}/{name}").json["dealValue"] == 500050
    changed = adele.patch(f"{ALL}/Com.Contoso.Referral", {"dealValue": None, "stage": "won"})
    assert changed.json["stage"] == "won"
    assert not {"dealValue", "companyName"} & adele.get(f"{ALL}/Com.Contoso.Referral").json.keys()
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


STAMP = "String {7b2c8f3e-2a4d-4f0e-9d0a-5f1b6c3e8a91} Name stamp"
MARKED = {"extensions": [REFERRAL], "singleValueExtendedProperties": [{"id": STAMP, "value": "4711"}]}
EVERYTHING = f"attachments,extensions,singleValueExtendedProperties($filter=id eq '{STAMP}')"


def test_a_draft_comes_with_its_extensions_and_extended_properties(adele: Client) -> None:
    made = adele.post("/me/messages", mail("Marked", **MARKED)).json
    found = adele.get(message(made["id"]), expand=EVERYTHING).json
    assert found["extensions"][0]["companyName"] == "Wingtip Toys"
    assert found["singleValueExtendedProperties"] == [{"id": STAMP, "value": "4711"}]
    assert found["attachments"] == []


def test_what_is_sent_at_once_keeps_them_in_sent_items_alone(adele: Client) -> None:
    sent = mail("Marked", "adele@contoso.example", **MARKED)
    assert adele.post("/me/sendMail", {"message": sent}).status == 202
    kept = adele.get("/me/mailFolders/sentitems/messages", top=1, expand=EVERYTHING).value[0]
    assert kept["extensions"][0]["extensionName"] == "Com.Contoso.Referral"
    assert kept["singleValueExtendedProperties"] == [{"id": STAMP, "value": "4711"}]
    arrived = adele.get("/me/mailFolders/inbox/messages", top=1, expand=EVERYTHING).value[0]
    assert not {"extensions", "singleValueExtendedProperties"} & arrived.keys()


@pytest.mark.parametrize("wrong", [[{}], ["x"], {}, [{"extensionName": "1"}]])
def test_a_message_with_what_is_no_extension_is_refused(adele: Client, wrong: object) -> None:
    assert adele.post("/me/messages", {"toRecipients": to("a@b.example"), "extensions": wrong}).status == 400
