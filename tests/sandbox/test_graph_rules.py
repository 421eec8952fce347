"""Rules that are kept, and that really run on arriving mail."""

from typing import Any

import pytest
from graph_calls import Client, Office, file, mail, message, to

RULES = "/me/mailFolders/inbox/messageRules"
ADELE = "adele@contoso.example"
Json = dict[str, Any]


@pytest.fixture
def adele(office: Office) -> Client:
    return office.person("adele", "MailboxSettings.ReadWrite", "Mail.ReadWrite", "Mail.Send")


@pytest.fixture
def kim(office: Office) -> Client:
    return office.person("kim")


def _rule(client: Client, actions: Json, conditions: Json | None = None, **more: Any) -> Json:
    body = {"displayName": "A rule", "conditions": conditions or {}, "actions": actions, **more}
    reply = client.post(RULES, body)
    assert reply.status == 201, reply.body
    return dict(reply.json)


def _send(client: Client, subject: str = "Hello", *people: str, **more: Any) -> None:
    assert (
        client.post("/me/sendMail", {"message": mail(subject, *(people or (ADELE,)), **more)}).status == 202
    )


def _found(client: Client, subject: str, folder: str) -> list[Json]:
    rows = client.all(f"/me/mailFolders/{folder}/messages", top=100)
    return [row for row in rows if row["subject"] == subject]


def test_a_rule_is_made_changed_and_deleted(adele: Client) -> None:
    made = _rule(adele, {"markAsRead": True}, {"subjectContains": ["report"]})
    assert made["isEnabled"] and made["sequence"] == 1 and not made["hasError"]
    one = f"{RULES}/{made['id']}"
    assert adele.patch(one, {"isEnabled": False, "sequence": 5}).json["sequence"] == 5
    assert adele.get(one).json["conditions"] == {"subjectContains": ["report"]}
    assert [row["id"] for row in adele.all(RULES)] == [made["id"]]
    assert adele.delete(one).status == 204
    assert adele.get(one).status == 404


def test_a_rule_moves_marks_and_categorises(adele: Client, kim: Client) -> None:
    archive = adele.get("/me/mailFolders/archive").json["id"]
    actions = {
        "moveToFolder": archive,
        "markAsRead": True,
        "assignCategories": ["Finance"],
        "markImportance": "high",
    }
    _rule(adele, actions, {"fromAddresses": to("KIM@contoso.example"), "subjectContains": ["REPORT"]})
    _send(kim, "The report")
    _send(kim, "Lunch")
    (moved,) = _found(adele, "The report", "archive")
    assert (moved["isRead"], moved["categories"], moved["importance"]) == (True, ["Finance"], "high")
    assert _found(adele, "The report", "inbox") == []
    assert len(_found(adele, "Lunch", "inbox")) == 1


def test_copies_stay_beside_what_was_moved(adele: Client, kim: Client) -> None:
    ids = {name: adele.get(f"/me/mailFolders/{name}").json["id"] for name in ("archive", "junkemail")}
    _rule(adele, {"copyToFolder": ids["archive"], "moveToFolder": ids["junkemail"]})
    _send(kim, "Twice")
    assert [len(_found(adele, "Twice", name)) for name in ("inbox", "archive", "junkemail")] == [0, 1, 1]


def test_rules_run_by_sequence_until_one_stops_them(adele: Client, kim: Client) -> None:
    _rule(adele, {"assignCategories": ["late"]}, sequence=3)
    _rule(adele, {"assignCategories": ["stop"], "stopProcessingRules": True}, sequence=2)
    _rule(adele, {"assignCategories": ["first"]}, sequence=1)
    _send(kim)
    assert adele.newest()["categories"] == ["first", "stop"]


def test_exceptions_and_disabled_rules_do_nothing(adele: Client, kim: Client) -> None:
    _rule(adele, {"delete": True}, exceptions={"bodyContains": ["keep"]})
    _rule(adele, {"assignCategories": ["no"]}, isEnabled=False)
    _send(kim, "Kept", body={"contentType": "text", "content": "Please KEEP this"})
    _send(kim, "Dropped")
    assert _found(adele, "Kept", "inbox")[0]["categories"] == []
    assert len(_found(adele, "Dropped", "deleteditems")) == 1


def test_a_rule_deletes_for_good(adele: Client, kim: Client) -> None:
    _rule(adele, {"permanentDelete": True})
    _send(kim, "Gone")
    assert [row for row in adele.all("/me/messages", top=100) if row["subject"] == "Gone"] == []


def test_a_rule_forwards_with_attachments(office: Office, adele: Client, kim: Client) -> None:
    _rule(adele, {"forwardTo": to("nestor@contoso.example")}, {"hasAttachments": True})
    _send(kim, "Figures", attachments=[file("a.txt", "aGVsbG8=")])
    nestor = office.person("nestor")
    got = nestor.newest()
    assert (got["subject"], got["hasAttachments"]) == ("FW: Figures", True)
    assert got["from"]["emailAddress"]["address"] == ADELE
    assert len(_found(adele, "Figures", "inbox")) == 1


def test_a_rule_forwards_as_an_attachment(office: Office, adele: Client, kim: Client) -> None:
    _rule(adele, {"forwardAsAttachmentTo": to("nestor@contoso.example")})
    _send(kim, "Whole")
    nestor = office.person("nestor")
    (item,) = nestor.get(message(nestor.newest()["id"], "/attachments")).value
    assert (item["@odata.type"], item["name"]) == ("#microsoft.graph.itemAttachment", "Whole")


def test_a_redirected_mail_comes_from_its_own_sender(office: Office, adele: Client, kim: Client) -> None:
    _rule(adele, {"redirectTo": to("nestor@contoso.example")})
    _send(kim, "Onwards")
    got = office.person("nestor").newest()
    assert got["subject"] == "Onwards"
    assert got["from"]["emailAddress"]["address"] == "kim@contoso.example"
    assert got["toRecipients"][0]["emailAddress"]["address"] == ADELE
    assert got["internetMessageId"] == adele.newest()["internetMessageId"]


def test_two_who_forward_to_each_other_do_so_once(office: Office, adele: Client) -> None:
    nestor = office.person("nestor", "MailboxSettings.ReadWrite", "Mail.ReadWrite", "Mail.Send")
    _rule(adele, {"forwardTo": to("nestor@contoso.example")})
    _rule(nestor, {"forwardTo": to(ADELE)})
    _send(office.person("kim"), "Round")
    assert len(office.service.ledger["deliveries"]) == 3


def test_a_forward_to_nobody_comes_back_as_a_report(adele: Client, kim: Client) -> None:
    _rule(adele, {"forwardTo": to("nobody@contoso.example")})
    _send(kim, "Lost")
    assert adele.newest()["subject"] == "Undeliverable: FW: Lost"


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"sentToMe": True}, True),
        ({"sentOnlyToMe": True}, False),
        ({"sentCcMe": True}, False),
        ({"notSentToMe": True}, False),
        ({"sentToOrCcMe": True}, True),
        ({"recipientContains": ["nestor"]}, True),
        ({"sentToAddresses": to("nestor@contoso.example")}, True),
        ({"senderContains": ["Akers"]}, True),
        ({"headerContains": ["x-project: blue"]}, True),
        ({"bodyOrSubjectContains": ["nothing", "Mixed"]}, True),
        ({"importance": "high"}, True),
        ({"importance": "low"}, False),
        ({"sensitivity": "normal"}, True),
        ({"withinSizeRange": {"minimumSize": 1}}, False),
        ({"withinSizeRange": {"maximumSize": 100}}, True),
        ({"isMeetingRequest": True}, False),
        ({"isAutomaticReply": True}, False),
        ({"subjectContains": ["Mixed"], "bodyContains": ["nowhere"]}, False),
    ],
)
def test_conditions_are_those_of_exchange(adele: Client, kim: Client, conditions: Json, fits: bool) -> None:
    _rule(adele, {"assignCategories": ["hit"]}, conditions)
    header = [{"name": "x-project", "value": "Blue"}]
    both = (ADELE, "nestor@contoso.example")
    _send(kim, "Mixed", *both, importance="high", internetMessageHeaders=header)
    assert (adele.newest()["categories"] == ["hit"]) is fits


def test_a_rule_whose_folder_is_gone_says_so(adele: Client, kim: Client) -> None:
    made = adele.post("/me/mailFolders", {"displayName": "Soon gone"}).json["id"]
    rule = _rule(adele, {"moveToFolder": made})
    path = f"/me/mailFolders/{made.replace('/', '%2F').replace('+', '%2B').replace('=', '%3D')}"
    adele.delete(path)
    adele.delete(path)
    assert adele.get(f"{RULES}/{rule['id']}").json["hasError"]
    _send(kim, "Still here")
    assert len(_found(adele, "Still here", "inbox")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": "No actions"},
        {"displayName": "Nothing", "actions": {"delete": False}},
        {"displayName": "X", "actions": {"explode": True}},
        {"displayName": "X", "actions": {"delete": True}, "conditions": {"subjectContains": "text"}},
        {"displayName": "X", "actions": {"delete": True}, "sequence": 0},
        {"displayName": "X", "actions": {"moveToFolder": "nowhere"}},
        {"displayName": "X", "actions": {"forwardTo": [{"emailAddress": {}}]}},
    ],
)
def test_what_is_no_rule_is_refused(adele: Client, body: Json) -> None:
    assert adele.post(RULES, body).status in (400, 404)


def test_only_the_inbox_has_rules(adele: Client) -> None:
    assert adele.get("/me/mailFolders/archive/messageRules").status == 400


def test_rules_need_the_permission_for_settings(office: Office) -> None:
    assert office.person("adele", "Mail.ReadWrite").get(RULES).code == "ErrorAccessDenied"
