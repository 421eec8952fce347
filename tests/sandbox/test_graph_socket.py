"""The Graph service behind the sandbox's own server."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _session(sandbox: Sandbox, user: str) -> requests.Session:
    config = sandbox.config(user=user)
    form = {
        "grant_type": "refresh_token",
        "client_id": config["clientId"],
        "client_secret": config["clientSecret"],
        "refresh_token": config["refreshToken"],
        "scope": "https://graph.microsoft.com/.default",
    }
    session = requests.Session()
    session.trust_env = False
    session.verify = sandbox.ca_file
    granted = session.post(f"{sandbox.authority}/oauth2/v2.0/token", data=form).json()
    session.headers["Authorization"] = f"Bearer {granted['access_token']}"
    return session


def _message(sandbox: Sandbox, message_id: str, rest: str = "") -> str:
    return f"{sandbox.graph_url}/me/messages/{quote(message_id, safe='')}{rest}"


def test_ids_with_slashes_survive_the_socket(sandbox: Sandbox) -> None:
    adele = _session(sandbox, "adele@contoso.example")
    pdf = quote(anchors.QUARTERLY_REPORT_PDF.replace("-", "/").replace("_", "+"), safe="")
    reply = adele.get(_message(sandbox, anchors.QUARTERLY_REPORT, f"/attachments/{pdf}/$value"))
    assert reply.content.startswith(b"%PDF")
    assert reply.headers["Content-Type"] == "application/pdf"
    assert reply.headers["Date"].count("GMT") == 1


def test_next_links_can_be_followed_as_they_are(sandbox: Sandbox) -> None:
    adele = _session(sandbox, "adele@contoso.example")
    link, found = f"{sandbox.graph_url}/me/mailFolders/inbox/messages?$top=20&$select=id", []
    while link:
        page: dict[str, Any] = adele.get(link).json()
        found += page["value"]
        link = page.get("@odata.nextLink", "")
    inbox = adele.get(f"{sandbox.graph_url}/me/mailFolders/inbox").json()
    assert len(found) == inbox["totalItemCount"]


def test_mail_goes_from_one_user_to_the_other(sandbox: Sandbox) -> None:
    adele, kim = (_session(sandbox, f"{name}@contoso.example") for name in ("adele", "kim"))
    message = {
        "subject": "Over the wire",
        "toRecipients": [{"emailAddress": {"address": "kim@contoso.example"}}],
    }
    assert adele.post(f"{sandbox.graph_url}/me/sendMail", json={"message": message}).status_code == 202
    newest = kim.get(f"{sandbox.graph_url}/me/mailFolders/inbox/messages?$top=1").json()["value"][0]
    assert newest["subject"] == "Over the wire"
    assert [line["subject"] for line in sandbox.ledger["submissions"]] == ["Over the wire"]


def test_a_large_file_goes_to_the_other_host(sandbox: Sandbox) -> None:
    adele = _session(sandbox, "adele@contoso.example")
    size = 3 * 1024 * 1024 + 17
    item = {"attachmentType": "file", "name": "big.bin", "size": size}
    path = _message(sandbox, anchors.DRAFT, "/attachments/createUploadSession")
    url = adele.post(path, json={"AttachmentItem": item}).json()["uploadUrl"]
    plain = requests.Session()
    plain.trust_env = False
    headers = {"Content-Range": f"bytes 0-{size - 1}/{size}", "Content-Type": "application/octet-stream"}
    reply = plain.put(url, data=bytes(size), headers=headers, verify=sandbox.ca_file)
    assert reply.status_code == 201
    assert "Attachments('" in reply.headers["Location"]
    assert adele.put(url, data=b"x").status_code == 401
