"""Twenty requests in one."""

import base64
from typing import Any

import pytest
import requests
from graph_calls import BASE, Client, Office, Reply, mail

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.seed import anchors

Json = dict[str, Any]


def _batch(client: Client, *parts: Json) -> Reply:
    return client.post("/$batch", {"requests": list(parts)})


def _get(name: str, url: str, **more: Any) -> Json:
    return {"id": name, "method": "GET", "url": url, **more}


def _write(name: str, url: str, body: Any, method: str = "POST", **more: Any) -> Json:
    headers = {"Content-Type": "application/json"}
    return {"id": name, "method": method, "url": url, "headers": headers, "body": body, **more}


def _parts(reply: Reply) -> dict[str, Json]:
    assert reply.status == 200, reply.body
    return {part["id"]: part for part in reply.json["responses"]}


def test_every_part_is_answered_on_its_own(adele: Client) -> None:
    good, bad = _get("1", "/me/mailFolders/inbox?$select=displayName"), _get("2", "me/nowhere")
    parts = _parts(_batch(adele, good, bad))
    assert (parts["1"]["status"], parts["1"]["body"]["displayName"]) == (200, "Inbox")
    assert (parts["2"]["status"], parts["2"]["body"]["error"]["code"]) == (400, "BadRequest")
    assert parts["1"]["headers"]["Content-Type"].startswith("application/json")


def test_nobody_may_count_on_the_order_of_answers(adele: Client) -> None:
    reply = _batch(adele, *(_get(str(number), "/me") for number in range(3)))
    assert [part["id"] for part in reply.json["responses"]] != ["0", "1", "2"]


def test_twenty_are_taken_and_no_more(adele: Client) -> None:
    assert len(_parts(_batch(adele, *(_get(str(n), "/me?$select=id") for n in range(20))))) == 20
    refused = _batch(adele, *(_get(str(n), "/me") for n in range(21)))
    assert (refused.status, refused.code) == (400, "MaximumValueExceeded")


def test_a_part_waits_for_what_it_depends_on_and_fails_with_it(adele: Client) -> None:
    after = _get("b", "/me/mailFolders?$filter=displayName eq 'Plans'", dependsOn=["A"])
    made = _write("a", "/me/mailFolders", {"displayName": "Plans"})
    assert len(_parts(_batch(adele, after, made))["b"]["body"]["value"]) == 1
    parts = _parts(_batch(adele, made, after, _get("c", "/me", dependsOn=["b"]), _get("d", "/me")))
    assert [parts[name]["status"] for name in "abcd"] == [409, 424, 424, 200]


def test_parts_change_and_send(office: Office, adele: Client) -> None:
    sent = _write("1", "/me/sendMail", {"message": mail("From a batch")})
    deleted = {"id": "2", "method": "DELETE", "url": f"/me/messages/{anchors.NEWSLETTER.replace('/', '%2F')}"}
    parts = _parts(_batch(adele, sent, deleted))
    assert (parts["1"]["status"], parts["2"]["status"]) == (202, 204)
    assert "body" not in parts["1"]
    assert office.person("kim").newest()["subject"] == "From a batch"


def test_mime_and_bytes_travel_as_base64(adele: Client) -> None:
    mime = base64.b64encode(b"To: kim@contoso.example\r\nSubject: Raw\r\n\r\nHi").decode()
    made = {**_write("1", "/me/messages", mime), "headers": {"Content-Type": "text/plain"}}
    created = _parts(_batch(adele, made))["1"]
    assert created["body"]["subject"] == "Raw"
    value = f"/me/messages/{created['body']['id'].replace('/', '%2F').replace('+', '%2B')}/$value"
    raw = _parts(_batch(adele, _get("1", value)))["1"]
    assert b"Subject: Raw" in base64.b64decode(raw["body"])


def test_next_links_of_parts_lead_to_the_service(adele: Client) -> None:
    body = _parts(_batch(adele, _get("1", "/me/messages?$top=2")))["1"]["body"]
    assert body["@odata.nextLink"].startswith(f"{BASE}/v1.0/me/messages?")
    assert adele.follow(body["@odata.nextLink"]).status == 200


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"id": "1", "method": "GET"}],
        [_get("1", "/me"), _get("1", "/me")],
        [_get("a", "/me"), _get("A", "/me")],
        [_get("1", "/me", dependsOn=["9"])],
        [_get("1", "/me", dependsOn=["2"]), _get("2", "/me", dependsOn=["1"])],
        [{"id": "1", "method": "BREW", "url": "/me"}],
        [{"id": "1", "method": "POST", "url": "/me/sendMail", "body": {"message": {}}}],
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_whole(adele: Client, parts: list[Json]) -> None:
    assert _batch(adele, *parts).status == 400


def test_addresses_are_relative(adele: Client) -> None:
    assert _parts(_batch(adele, _get("1", f"{BASE}/v1.0/me")))["1"]["status"] == 400


def test_a_batch_needs_a_token_and_parts_their_permissions(office: Office) -> None:
    bare = Client(office, {})
    assert _batch(bare, _get("1", "/me")).status == 401
    reader = office.person("adele", "Mail.Read")
    parts = _parts(
        _batch(reader, _get("1", "/me/messages"), _write("2", "/me/sendMail", {"message": mail()}))
    )
    assert (parts["1"]["status"], parts["2"]["status"]) == (200, 403)


def test_faults_can_be_ordered_for_parts(office: Office, adele: Client) -> None:
    def throttled(call: Call) -> Answer | None:
        return Answer(429, b"", {"Retry-After": "3"}) if call.path.endswith("/inbox") else None

    office.service.intercept = throttled
    parts = _parts(_batch(adele, _get("1", "/me/mailFolders/inbox"), _get("2", "/me/mailFolders/drafts")))
    assert (parts["1"]["status"], parts["1"]["headers"]["Retry-After"]) == (429, "3")
    assert parts["2"]["status"] == 200


def test_the_sandboxs_faults_hit_parts_by_the_same_match() -> None:
    with Sandbox() as sandbox:
        grant = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        client = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
        with requests.Session() as session:
            session.trust_env, session.verify = False, sandbox.ca_file
            token = session.post(f"{sandbox.authority}/oauth2/v2.0/token", data=grant | client).json()
            session.headers["Authorization"] = f"Bearer {token['access_token']}"
            url = "/users/adele@contoso.example/mailFolders/"
            sandbox.fault(f"GET {url}drafts", status=503, retry_after=2)
            body = {
                "requests": [_get("1", f"{url}drafts"), _get("2", f"{url}drafts"), _get("3", f"{url}inbox")]
            }
            answers = session.post(f"{sandbox.graph_url}/$batch", json=body).json()["responses"]
    assert {part["id"]: part["status"] for part in answers} == {"1": 503, "2": 200, "3": 200}
    assert next(part["headers"]["Retry-After"] for part in answers if part["status"] == 503) == "2"
