"""Attachments, small and large."""

import base64
import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import unquote, urlsplit

import pytest
from graph_calls import Client, Office, Reply, file, message

from outlook_connector.sandbox.exchange import Call
from outlook_connector.sandbox.seed import anchors

REPORT = message(anchors.QUARTERLY_REPORT, "/attachments")
DRAFT = message(anchors.DRAFT, "/attachments")
PIECE = 2 * 1024 * 1024
SIZE = 5 * 1024 * 1024
CHINA = "microsoftgraph.chinacloudapi.cn"


def test_files_are_listed_with_their_content(adele: Client) -> None:
    pdf, table = adele.preferring('IdType="ImmutableId"').get(REPORT).value
    assert (pdf["id"], table["id"]) == (anchors.QUARTERLY_REPORT_PDF, anchors.QUARTERLY_REPORT_CSV)
    assert pdf["@odata.type"] == "#microsoft.graph.fileAttachment"
    assert base64.b64decode(pdf["contentBytes"]).startswith(b"%PDF")
    assert pdf["size"] > len(base64.b64decode(pdf["contentBytes"]))


def test_content_can_be_left_out_and_comes_alone_as_value(adele: Client) -> None:
    assert "contentBytes" not in adele.get(REPORT, select="name,size").value[0]
    path = f"{REPORT}/{anchors.QUARTERLY_REPORT_CSV.replace('/', '%2F').replace('+', '%2B')}"
    assert adele.get(path).json["name"] == "regions.csv"
    raw = adele.get(f"{path}/$value")
    assert raw.headers["Content-Type"] == "text/csv"
    assert "São Paulo" in raw.body.decode("utf-8-sig")


def test_filters_on_attachments_are_passed_over(adele: Client) -> None:
    assert len(adele.get(REPORT, filter="name eq 'none'").value) == 2


def test_a_file_is_added_and_taken_off(adele: Client) -> None:
    made = adele.post(DRAFT, file("a.txt", "aGk=", contentId="x"))
    assert made.status == 201
    assert adele.get(message(anchors.DRAFT)).json["hasAttachments"] is True
    path = f"{DRAFT}/{made.json['id'].replace('/', '%2F').replace('+', '%2B')}"
    assert adele.get(path).json["contentId"] == "x"
    assert adele.delete(path).status == 204
    assert adele.get(path).status == 404


def test_a_message_can_be_attached_to_a_message(adele: Client) -> None:
    item = {"@odata.type": "#microsoft.graph.message", "subject": "Inside", "body": {"content": "x"}}
    kind = {"@odata.type": "#microsoft.graph.itemAttachment"}
    made = adele.post(DRAFT, {**kind, "name": "Inside", "item": item}).json
    path = f"{DRAFT}/{made['id'].replace('/', '%2F').replace('+', '%2B')}"
    assert "item" not in adele.get(path).json
    shown = adele.get(path, expand="microsoft.graph.itemattachment/item").json
    assert shown["item"]["subject"] == "Inside"


INSIDE = {
    "@odata.type": "#microsoft.graph.message",
    "subject": "Čaj o páté",
    "body": {"contentType": "html", "content": "<p>Inside</p>"},
    "from": {"emailAddress": {"name": "Kim, Akers", "address": "kim@contoso.example"}},
    "attachments": [file("tea.txt", "aGk=")],
}


def test_an_attached_message_is_mime_by_itself_and_in_its_message(adele: Client) -> None:
    kind = {"@odata.type": "#microsoft.graph.itemAttachment"}
    made = adele.post(DRAFT, {**kind, "name": "Inside", "item": INSIDE}).json
    path = f"{DRAFT}/{made['id'].replace('/', '%2F').replace('+', '%2B')}"
    alone = message_from_bytes(adele.get(f"{path}/$value").body, policy=default)
    whole = message_from_bytes(adele.get(message(anchors.DRAFT, "/$value")).body, policy=default)
    (part,) = (one for one in whole.walk() if one.get_content_type() == "message/rfc822")
    for mail in (alone, part.get_content()):
        assert mail["Subject"] == "Čaj o páté"
        assert mail["From"] == '"Kim, Akers" <kim@contoso.example>'
        assert [one.get_filename() for one in mail.iter_attachments()] == ["tea.txt"]


def test_a_message_attached_to_mime_is_an_item_and_no_part_of_the_body(adele: Client) -> None:
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "Innen", "Kim Akers <kim@contoso.example>"
    inner.set_content("<p>inner</p>", subtype="html")
    inner.add_attachment(b"hi", "text", "plain", filename="tea.txt")
    outer = EmailMessage()
    outer["Subject"], outer["To"] = "Outer", "kim@contoso.example"
    outer.set_content("outer")
    outer.add_attachment(inner)
    raw = base64.b64encode(outer.as_bytes(policy=default))
    made = adele.call("POST", "/me/messages", raw, headers={"content-type": "text/plain"}).json
    assert made["body"] == {"contentType": "text", "content": "outer\n"}
    (found,) = adele.get(message(made["id"], "/attachments")).value
    assert (found["@odata.type"], found["name"]) == ("#microsoft.graph.itemAttachment", "Innen")
    whole = message_from_bytes(adele.get(message(made["id"], "/$value")).body, policy=default)
    (part,) = whole.iter_attachments()
    assert part.get_content()["Subject"] == "Innen"
    assert [one.get_filename() for one in part.get_content().iter_attachments()] == ["tea.txt"]


@pytest.mark.parametrize(
    "raw",
    [
        b"no header at all",
        b"Subject: a\r\nContent-Type: text/plain; charset=nothing-known\r\n\r\nx\xff",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 3,
        b"Content-Type: message/rfc822\r\n\r\n" * 400,
    ],
)
def test_mime_that_makes_no_sense_breaks_nothing(adele: Client, raw: bytes) -> None:
    headers = {"content-type": "text/plain"}
    assert adele.call("POST", "/me/messages", base64.b64encode(raw), headers=headers).status in (201, 400)


def test_of_other_items_the_sandbox_has_no_mime(adele: Client) -> None:
    kind = {"@odata.type": "#microsoft.graph.itemAttachment"}
    event = {"@odata.type": "#microsoft.graph.event", "subject": "Tea"}
    made = adele.post(DRAFT, {**kind, "name": "Tea", "item": event}).json
    path = f"{DRAFT}/{made['id'].replace('/', '%2F').replace('+', '%2B')}"
    assert adele.get(f"{path}/$value").code == "ErrorUnsupportedMimeConversion"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a", "contentBytes": "aGk="},
        {"@odata.type": "#microsoft.graph.fileAttachment", "contentBytes": "aGk="},
        {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a", "contentBytes": "%"},
        {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a"},
        {"@odata.type": "#microsoft.graph.referenceAttachment", "name": "a"},
    ],
)
def test_what_is_no_attachment_is_refused(adele: Client, body: dict[str, str]) -> None:
    assert adele.post(DRAFT, body).status == 400


def test_three_megabytes_are_too_much_for_one_post(adele: Client) -> None:
    limit = 3 * 1024 * 1024
    assert adele.post(DRAFT, file("just.bin", base64.b64encode(bytes(limit)).decode())).status == 413
    assert adele.post(DRAFT, file("small.bin", base64.b64encode(bytes(limit - 512)).decode())).status == 201


def _put(office: Office, url: str, first: int, content: bytes, total: int = SIZE, **more: str) -> Reply:
    parts = urlsplit(url)
    headers = {"content-range": f"bytes {first}-{first + len(content) - 1}/{total}", **more}
    return office.raw(Call("PUT", parts.hostname or "", parts.path, parts.query, headers, content))


def _session(client: Client, size: int = SIZE) -> Reply:
    item = {"attachmentType": "file", "name": "film.bin", "size": size, "contentType": "video/mp4"}
    return client.post(f"{DRAFT}/createUploadSession", {"AttachmentItem": item})


def test_a_large_file_goes_up_in_order_without_the_token(adele: Client) -> None:
    content = bytes(range(256)) * (SIZE // 256)
    opened = _session(adele)
    assert opened.status == 201
    assert opened.json["nextExpectedRanges"] == ["0-"]
    url = opened.json["uploadUrl"]
    assert urlsplit(url).hostname == "localhost"
    for start in (0, PIECE):
        reply = _put(adele.office, url, start, content[start : start + PIECE])
        assert reply.status == 200
        assert reply.json["nextExpectedRanges"] == [str(start + PIECE)]
    last = _put(adele.office, url, 2 * PIECE, content[2 * PIECE :])
    assert last.status == 201
    made = unquote(last.headers["Location"].split("Attachments('")[1].rstrip("')"))
    raw = adele.get(f"{DRAFT}/{made.replace('/', '%2F').replace('+', '%2B')}/$value")
    assert raw.body == content
    assert raw.headers["Content-Type"] == "video/mp4"
    assert _put(adele.office, url, 0, content[:PIECE]).status == 404


def test_chinas_cloud_spells_the_next_range_another_way(adele: Client) -> None:
    token = adele.office.token(audience=f"https://{CHINA}")
    item = {"attachmentType": "file", "name": "film.bin", "size": SIZE}
    body = json.dumps({"AttachmentItem": item}).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    opened = adele.office.raw(Call("POST", CHINA, f"/v1.0{DRAFT}/createUploadSession", "", headers, body))
    assert opened.json["nextExpectedRanges"] == ["0-"]
    between = _put(adele.office, opened.json["uploadUrl"], 0, bytes(PIECE))
    assert between.json["NextExpectedRanges"] == [str(PIECE)]


def test_pieces_with_a_token_out_of_order_or_too_large_are_refused(adele: Client) -> None:
    url = _session(adele).json["uploadUrl"]
    office = adele.office
    assert _put(office, url, 0, bytes(PIECE), authorization="Bearer x").status == 401
    assert _put(office, url, PIECE, bytes(PIECE)).status == 416
    assert _put(office, url, 0, bytes(PIECE), total=SIZE + 1).status == 400
    assert _put(office, url, 0, bytes(4 * 1024 * 1024 + 1)).status == 413
    assert _put(office, url.replace("localhost", "127.0.0.1"), 0, bytes(PIECE)).status == 404
    assert _put(office, url, 0, bytes(PIECE)).status == 200


def test_an_upload_session_ends(adele: Client) -> None:
    url = _session(adele).json["uploadUrl"]
    adele.office.clock.advance(3600)
    assert _put(adele.office, url, 0, bytes(PIECE)).status == 404


@pytest.mark.parametrize("size", [1000, 151 * 1024 * 1024])
def test_sessions_are_for_three_to_a_hundred_and_fifty_megabytes(adele: Client, size: int) -> None:
    assert _session(adele, size).status == 400
