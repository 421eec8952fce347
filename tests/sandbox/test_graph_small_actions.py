"""Mail tips, translated ids, deleting for good, MIME drafts."""

import base64
from typing import Any

import pytest
from graph_calls import Client, Office, folder, message

from outlook_connector.sandbox.seed import anchors

MIME = b"From: adele@contoso.example\r\nTo: kim@contoso.example\r\nSubject: From MIME\r\n\r\nHello\r\n"


def _tips(client: Client, options: str, *addresses: str) -> list[dict[str, Any]]:
    reply = client.post("/me/getMailTips", {"EmailAddresses": list(addresses), "MailTipsOptions": options})
    assert reply.status == 200, reply.body
    return reply.value


def test_mail_tips_come_for_each_address_in_order(adele: Client) -> None:
    kim, ann = _tips(
        adele, "mailboxFullStatus, recipientScope", "kim@contoso.example", "ann@fabrikam.example"
    )
    assert (kim["mailboxFull"], kim["recipientScope"]) == (False, "internal")
    assert ann["emailAddress"]["address"] == "ann@fabrikam.example"
    assert ann["recipientScope"] == "external"
    assert "automaticReplies" not in kim


def test_mail_tips_say_who_is_away(office: Office, adele: Client) -> None:
    kim = office.person("kim", "MailboxSettings.ReadWrite")
    setting = {"status": "alwaysEnabled", "internalReplyMessage": "On leave"}
    kim.patch("/me/mailboxSettings", {"automaticRepliesSetting": setting})
    (tip,) = _tips(adele, "automaticReplies", "kim@contoso.example")
    assert tip["automaticReplies"]["message"] == "On leave"
    (tip,) = _tips(adele, "automaticReplies", "nestor@contoso.example")
    assert tip["automaticReplies"] == {"message": ""}


def test_mail_tips_know_who_does_not_exist(adele: Client) -> None:
    (tip,) = _tips(adele, "automaticReplies", "nobody@contoso.example")
    assert tip["error"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"EmailAddresses": [], "MailTipsOptions": "automaticReplies"},
        {"EmailAddresses": ["kim@contoso.example"], "MailTipsOptions": "weather"},
        {"EmailAddresses": "kim@contoso.example", "MailTipsOptions": "automaticReplies"},
    ],
)
def test_mail_tips_want_addresses_and_options(adele: Client, body: dict[str, Any]) -> None:
    assert adele.post("/me/getMailTips", body).status == 400


def _translate(client: Client, source: str, target: str, *inputs: str) -> list[dict[str, Any]]:
    body = {"inputIds": list(inputs), "sourceIdType": source, "targetIdType": target}
    reply = client.post("/me/translateExchangeIds", body)
    assert reply.status == 200, reply.body
    return reply.value


@pytest.mark.parametrize("between", ["restImmutableEntryId", "immutableEntryId", "entryId", "ewsId"])
def test_ids_survive_translation_there_and_back(adele: Client, between: str) -> None:
    rest = adele.newest()["id"]
    (there,) = _translate(adele, "restId", between, rest)
    (back,) = _translate(adele, between, "restId", there["targetId"])
    assert (there["sourceId"], back["targetId"]) == (rest, rest)


def test_an_id_of_exchange_web_services_is_the_same_in_plain_base64(adele: Client) -> None:
    rest = adele.newest()["id"]
    (ews,) = _translate(adele, "restId", "ewsId", rest)
    assert ews["targetId"] == rest.replace("-", "/").replace("_", "+") != rest


def test_the_immutable_id_is_the_one_that_answers_use(adele: Client) -> None:
    rest = adele.newest()["id"]
    immutable = adele.preferring('IdType="ImmutableId"').newest()["id"]
    assert _translate(adele, "restId", "restImmutableEntryId", rest)[0]["targetId"] == immutable
    folders = _translate(adele, "restId", "restImmutableEntryId", anchors.PROJECT_FOLDER)
    assert folders[0]["targetId"] == anchors.PROJECT_FOLDER


def test_an_id_that_cannot_be_translated_says_why_and_spoils_no_other(adele: Client) -> None:
    good = adele.newest()["id"]
    bad, fine = _translate(adele, "restId", "restImmutableEntryId", "nonsense", good)
    assert bad["errorDetails"]["code"] == "ErrorInvalidIdMalformed"
    assert fine["targetId"]
    (wrong,) = _translate(adele, "restId", "entryId", fine["targetId"])
    assert wrong["errorDetails"]["code"] == "ErrorItemNotFound"


def test_a_message_deleted_for_good_is_in_no_folder(adele: Client) -> None:
    total = adele.get("/me/mailFolders/deleteditems").json["totalItemCount"]
    assert adele.post(message(anchors.NEWSLETTER, "/permanentDelete")).status == 204
    assert adele.get(message(anchors.NEWSLETTER)).status == 404
    assert adele.get("/me/mailFolders/deleteditems").json["totalItemCount"] == total


def test_a_folder_deleted_for_good_takes_its_messages_along(adele: Client) -> None:
    assert adele.post(folder(anchors.PROJECT_FOLDER, "/permanentDelete")).status == 204
    assert adele.get(message(anchors.PROJECT_KICKOFF)).status == 404
    assert adele.post("/me/mailFolders/inbox/permanentDelete").code == "ErrorDeleteDistinguishedFolder"


@pytest.mark.parametrize("path", ["/me/messages", "/me/mailFolders/archive/messages"])
def test_mime_makes_a_draft(adele: Client, path: str) -> None:
    made = adele.call("POST", path, base64.b64encode(MIME), headers={"content-type": "text/plain"})
    assert (made.status, made.json["subject"], made.json["isDraft"]) == (201, "From MIME", True)


@pytest.mark.parametrize("action", ["reply", "replyAll", "forward"])
def test_mime_answers_and_forwards(office: Office, adele: Client, action: str) -> None:
    path = message(anchors.QUARTERLY_REPORT, f"/{action}")
    sent = adele.call("POST", path, base64.b64encode(MIME), headers={"content-type": "text/plain"})
    assert sent.status == 202
    assert office.service.ledger["submissions"][-1]["subject"] == "From MIME"
