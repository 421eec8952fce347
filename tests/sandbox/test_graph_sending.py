"""Sending, answering and forwarding: what arrives where, and what the ledger says."""

import base64
from email.message import EmailMessage
from typing import Any

import pytest
from graph_calls import Client, Office, file, mail, message, to

from outlook_connector.sandbox.seed import anchors

IMMUTABLE = 'IdType="ImmutableId"'


@pytest.fixture
def kim(office: Office) -> Client:
    return office.person("kim")


def _headers(client: Client, item: dict[str, Any]) -> dict[str, str]:
    found = client.get(message(item["id"]), select="internetMessageHeaders").json["internetMessageHeaders"]
    return {header["name"]: header["value"] for header in found}


def test_sent_mail_arrives_and_is_kept(adele: Client, kim: Client) -> None:
    reply = adele.post("/me/sendMail", {"message": mail("Hello Kim", "KIM@contoso.example")})
    assert (reply.status, reply.body) == (202, b"")
    sent, got = adele.newest("sentitems"), kim.newest()
    assert sent["subject"] == got["subject"] == "Hello Kim"
    assert sent["internetMessageId"] == got["internetMessageId"]
    assert sent["conversationId"] == got["conversationId"]
    assert sent["id"] != got["id"]
    assert (sent["isRead"], got["isRead"], got["isDraft"]) == (True, False, False)
    assert got["toRecipients"][0]["emailAddress"]["name"] == "Kim Akers"


@pytest.mark.parametrize("keep", [False, "false"])
def test_a_sent_copy_can_be_left_out(adele: Client, kim: Client, keep: object) -> None:
    adele.post("/me/sendMail", {"message": mail("Unkept"), "saveToSentItems": keep})
    assert adele.newest("sentitems")["subject"] != "Unkept"
    assert kim.newest()["subject"] == "Unkept"


def test_everybody_gets_one_copy_and_nobody_sees_blind_copies(
    office: Office, adele: Client, kim: Client
) -> None:
    draft = mail(
        "To all",
        "kim@contoso.example",
        ccRecipients=to("Kim@Contoso.example"),
        bccRecipients=to("nestor@contoso.example"),
    )
    before = int(kim.get("/me/messages/$count").body)
    adele.post("/me/sendMail", {"message": draft})
    assert int(kim.get("/me/messages/$count").body) == before + 1
    nestor = office.person("nestor")
    assert nestor.newest()["bccRecipients"] == []
    assert "Bcc" not in _headers(nestor, nestor.newest())
    assert (
        adele.newest("sentitems")["bccRecipients"][0]["emailAddress"]["address"] == "nestor@contoso.example"
    )


def test_the_receivers_copy_has_headers_of_its_own(adele: Client, kim: Client) -> None:
    custom = [{"name": "X-Order", "value": "20418"}]
    adele.post("/me/sendMail", {"message": mail("Headers", internetMessageHeaders=custom)})
    headers = _headers(kim, kim.newest())
    assert headers["X-Order"] == "20418"
    assert headers["From"] == "Adele Vance <adele@contoso.example>"
    assert headers["Message-ID"] == kim.newest()["internetMessageId"]
    assert "X-MS-Exchange-Organization-AuthAs" in headers
    assert "Received" in headers


def test_attachments_and_content_ids_arrive(adele: Client, kim: Client) -> None:
    picture = file("dot.png", "aGk=", isInline=True, contentId="dot@here")
    adele.post("/me/sendMail", {"message": mail("Files", attachments=[file("a.txt", "aGVsbG8="), picture])})
    got = kim.newest()
    files = kim.get(message(got["id"], "/attachments")).value
    assert got["hasAttachments"] is True
    assert [(f["name"], f["isInline"], f["contentId"]) for f in files] == [
        ("a.txt", False, None),
        ("dot.png", True, "dot@here"),
    ]
    assert base64.b64decode(files[0]["contentBytes"]) == b"hello"


def test_inline_attachments_alone_do_not_count_as_attachments(adele: Client) -> None:
    assert adele.get(message(anchors.NEWSLETTER)).json["hasAttachments"] is False


def test_a_sent_draft_keeps_its_immutable_id(adele: Client, kim: Client) -> None:
    assert adele.post(message(anchors.DRAFT, "/send")).status == 202
    sent = adele.preferring(IMMUTABLE).get(message(anchors.DRAFT)).json
    assert (sent["id"], sent["isDraft"]) == (anchors.DRAFT, False)
    assert sent["parentFolderId"] == adele.get("/me/mailFolders/sentitems").json["id"]
    assert kim.newest()["internetMessageId"] == sent["internetMessageId"]
    again = adele.post(message(anchors.DRAFT, "/send"))
    assert (again.status, again.code) == (400, "ErrorInvalidOperation")


@pytest.mark.parametrize(
    ("draft", "status", "code"),
    [
        ({"subject": "x"}, 400, "ErrorInvalidRecipients"),
        (mail("x", "no address"), 400, "ErrorInvalidRecipients"),
        (mail("x", **{"from": to("kim@contoso.example")[0]}), 403, "ErrorSendAsDenied"),
        (mail("x", **{"from": to("boss@fabrikam.example")[0]}), 403, "ErrorSendAsDenied"),
        (
            mail("x", internetMessageHeaders=[{"name": "Reply-To", "value": "a"}]),
            400,
            "InvalidInternetMessageHeader",
        ),
        (
            mail("x", internetMessageHeaders=[{"name": f"x-{n}", "value": "a"} for n in range(6)]),
            400,
            "InvalidInternetMessageHeaderCollection",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_and_not_counted(
    office: Office, adele: Client, draft: dict[str, Any], status: int, code: str
) -> None:
    reply = adele.post("/me/sendMail", {"message": draft})
    assert (reply.status, reply.code) == (status, code)
    assert office.service.ledger["submissions"] == []


def test_a_delegate_sends_on_behalf_of_the_owner(office: Office, kim: Client) -> None:
    nestor = office.person("nestor", "Mail.Send", "Mail.Send.Shared", "Mail.Read")
    draft = mail("On behalf", "adele@contoso.example", **{"from": to("kim@contoso.example")[0]})
    assert nestor.post("/me/sendMail", {"message": draft}).status == 202
    got = office.person("adele").newest()
    assert got["from"]["emailAddress"]["address"] == "kim@contoso.example"
    assert got["sender"]["emailAddress"]["address"] == "nestor@contoso.example"


def test_an_app_alone_sends_as_the_mailbox(office: Office, kim: Client) -> None:
    app = office.person(None, "Mail.Send")
    assert app.post("/users/adele@contoso.example/sendMail", {"message": mail("By the app")}).status == 202
    assert kim.newest()["sender"]["emailAddress"]["address"] == "adele@contoso.example"


def test_a_recipient_that_does_not_exist_sends_a_report_back(office: Office, adele: Client) -> None:
    adele.post("/me/sendMail", {"message": mail("Lost", "nobody@contoso.example", "x@fabrikam.example")})
    report = adele.newest()
    assert report["subject"] == "Undeliverable: Lost"
    assert report["conversationId"] == adele.newest("sentitems")["conversationId"]
    outcomes = {d["to"]: d["outcome"] for d in office.service.ledger["deliveries"]}
    assert outcomes["nobody@contoso.example"] == "bounced"
    assert outcomes["x@fabrikam.example"] == "external"


def test_the_ledger_tells_every_submission_with_its_key(office: Office, adele: Client, kim: Client) -> None:
    extended = [{"id": "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Key", "value": "k-7"}]
    adele.post("/me/sendMail", {"message": mail("Once", singleValueExtendedProperties=extended)})
    (submission,), (delivery,) = office.service.ledger["submissions"], office.service.ledger["deliveries"]
    assert submission["from"] == "adele@contoso.example"
    assert submission["recipients"] == ["kim@contoso.example"]
    assert (submission["subject"], submission["key"]) == ("Once", "k-7")
    assert delivery["id"] == kim.preferring(IMMUTABLE).newest()["id"]
    office.service.reset()
    assert office.service.ledger == {"submissions": [], "deliveries": []}


def _mime(**headers: str) -> bytes:
    made = EmailMessage()
    for name, value in {"Subject": "MIME ünïcode", "From": "adele@contoso.example", **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content("plain")
    made.add_alternative("<p>rich</p>", subtype="html")
    made.add_attachment(b"\x00\x01", "application", "octet-stream", filename="raw.bin")
    return base64.b64encode(made.as_bytes())


def test_mime_is_sent_as_base64_text(adele: Client, kim: Client) -> None:
    body = _mime(To="Kim <kim@contoso.example>", Bcc="nestor@contoso.example", X_Mine="1")
    reply = adele.post("/me/sendMail", body, **{"content-type": "text/plain"})
    assert reply.status == 202
    got = kim.newest()
    assert (got["subject"], got["hasAttachments"]) == ("MIME ünïcode", True)
    assert "<p>rich</p>" in got["body"]["content"]
    assert _headers(kim, got)["X-Mine"] == "1"
    broken = adele.post("/me/sendMail", b"%%%", **{"content-type": "text/plain"})
    assert (broken.status, broken.code) == (400, "ErrorMimeContentInvalidBase64String")


def test_mime_joins_the_thread_that_its_headers_name(adele: Client, kim: Client) -> None:
    original = adele.get(message(anchors.LUNCH_THREAD)).json
    body = _mime(To="kim@contoso.example", In_Reply_To=original["internetMessageId"])
    made = adele.post("/me/messages", body, **{"content-type": "text/plain"})
    assert made.json["conversationId"] == anchors.LUNCH_CONVERSATION


def test_a_reply_goes_to_the_sender_and_quotes(adele: Client, kim: Client) -> None:
    assert adele.post(message(anchors.QUARTERLY_REPORT, "/reply"), {"comment": "Well done"}).status == 202
    got, original = kim.newest(), adele.get(message(anchors.QUARTERLY_REPORT)).json
    assert got["subject"] == "RE: Quarterly report Q3"
    assert got["conversationId"] == original["conversationId"]
    assert got["conversationIndex"].startswith(original["conversationIndex"][:20])
    assert "Well done" in got["body"]["content"]
    assert "Here is the quarterly report" in got["body"]["content"]
    assert got["hasAttachments"] is False
    headers = _headers(kim, got)
    assert headers["In-Reply-To"] == original["internetMessageId"]
    assert original["isRead"] is False


def test_a_draft_of_a_reply_to_all_leaves_oneself_out_and_marks_the_original_read(adele: Client) -> None:
    made = adele.post(message(anchors.LUNCH_THREAD, "/createReplyAll"), {"comment": "Fine"})
    assert made.status == 201
    people = [r["emailAddress"]["address"] for r in made.json["toRecipients"] + made.json["ccRecipients"]]
    assert people == ["kim@contoso.example", "lynne.robbins@fabrikam.example", "nestor@contoso.example"]
    assert made.json["isDraft"] is True
    assert made.json["subject"] == "RE: Lunch on Thursday?"
    assert adele.get(message(anchors.LUNCH_THREAD)).json["isRead"] is True


def test_a_body_of_ones_own_takes_the_quotes_place(adele: Client) -> None:
    body = {"contentType": "html", "content": "<p>Only this</p>"}
    made = adele.post(message(anchors.LUNCH_THREAD, "/createReply"), {"message": {"body": body}}).json
    assert "Only this" in made["body"]["content"]
    assert "12:30" not in made["body"]["content"]


def test_an_answer_keeps_inline_pictures_alone_and_a_forward_everything(adele: Client) -> None:
    reply = adele.post(message(anchors.NEWSLETTER, "/createReply")).json
    assert [a["name"] for a in adele.get(message(reply["id"], "/attachments")).value] == ["skyline.png"]
    reply = adele.post(message(anchors.QUARTERLY_REPORT, "/createReply")).json
    assert reply["hasAttachments"] is False
    forward = adele.post(message(anchors.QUARTERLY_REPORT, "/createForward")).json
    assert (forward["subject"], forward["hasAttachments"]) == ("FW: Quarterly report Q3", True)
    assert forward["toRecipients"] == []


def test_a_forward_arrives_with_its_attachments(office: Office, adele: Client) -> None:
    body = {"comment": "FYI", "toRecipients": to("nestor@contoso.example")}
    assert adele.post(message(anchors.QUARTERLY_REPORT, "/forward"), body).status == 202
    nestor = office.person("nestor")
    files = nestor.get(message(nestor.newest()["id"], "/attachments")).value
    assert [f["name"] for f in files] == ["Quarterly report Q3.pdf", "regions.csv"]


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("reply", {"comment": "a", "message": {"body": {"content": "b"}}}),
        ("createReplyAll", {"comment": "a", "message": {"body": {"content": "b"}}}),
        ("forward", {"toRecipients": to("a@b.c"), "message": {"toRecipients": to("a@b.c")}}),
        ("forward", {"comment": "nobody named"}),
        ("reply", {"coment": "a"}),
    ],
)
def test_contradictions_are_refused(adele: Client, action: str, body: dict[str, Any]) -> None:
    assert adele.post(message(anchors.QUARTERLY_REPORT, f"/{action}"), body).status == 400


def test_a_reply_to_a_reply_to_address_goes_there(office: Office, adele: Client) -> None:
    draft = mail("Answer elsewhere", replyTo=to("nestor@contoso.example"))
    adele.post("/me/sendMail", {"message": draft})
    kim = office.person("kim")
    made = kim.post(message(kim.newest()["id"], "/createReply")).json
    assert made["toRecipients"][0]["emailAddress"]["address"] == "nestor@contoso.example"


def test_a_conversation_goes_to_and_fro_in_one_thread(office: Office, adele: Client, kim: Client) -> None:
    adele.post("/me/sendMail", {"message": mail("Ping")})
    kim.post(message(kim.newest()["id"], "/reply"), {"comment": "Pong"})
    adele.post(message(adele.newest()["id"], "/reply"), {"comment": "Ping again"})
    thread = kim.newest()["conversationId"]
    mine = adele.all("/me/messages", filter=f"conversationId eq '{thread}'")
    assert [m["subject"] for m in mine] == ["RE: Ping", "RE: Ping", "Ping"]
