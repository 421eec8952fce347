"""An administrator consents for everybody.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

import jwt
import pytest
from entra_client import EntraClient, Page, aadsts, returned

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.tenant import PASSWORD

ADELE, NESTOR = "adele@contoso.example", "nestor@contoso.example"
GRAPH = "https://graph.microsoft.com"
DEFAULT = f"{GRAPH}/.default"


@pytest.fixture(scope="module")
def shared():
    with Sandbox(automatic_consent=False) as sandbox:
        yield sandbox


@pytest.fixture
def client(shared):
    shared.reset()
    return EntraClient(shared)


def ask(client, tenant="", user="", version="v2.0/", **params):
    query = {
        "client_id": client.sandbox.client_id,
        "redirect_uri": client.sandbox.redirect_uri,
        "scope": DEFAULT,
        "state": "state-1",
        **params,
    }
    kept = {name: value for name, value in query.items() if value is not None}
    url = f"{client.sandbox.base_url}/{tenant or client.sandbox.tenant_id}/{version}adminconsent"
    headers = {"x-sandbox-user": user} if user else {}
    return client.http.get(url, params=kept, headers=headers, allow_redirects=False)


def test_an_administrator_signs_in_and_accepts(client):
    consent = client.submit(ask(client), login=NESTOR, passwd=PASSWORD)
    assert "whole organisation" in Page(consent.text).text and "Send mail as you" in consent.text
    back = returned(client.submit(consent, answer="accept"))
    assert back == {
        "admin_consent": "True",
        "tenant": client.sandbox.tenant_id,
        "scope": DEFAULT,
        "state": "state-1",
    }
    assert client.refresh(client.sandbox.config(ADELE)["refreshToken"]).ok


def test_it_can_be_done_without_pages(client):
    assert returned(ask(client, user=NESTOR, scope=f"{GRAPH}/Mail.Read"))["admin_consent"] == "True"
    token = client.sandbox.config(ADELE)["refreshToken"]
    assert client.refresh(token, scope="Mail.Read").ok
    assert aadsts(client.refresh(token, scope="Mail.Send")) == 65001


def test_default_grants_what_the_registration_asks_for_as_an_application(client):
    app = client.sandbox.directory.app
    app.application, app.required = frozenset(), frozenset({"Mail.Read"})
    ask(client, user=NESTOR)
    answer = client.token(grant_type="client_credentials", scope=DEFAULT).json()
    assert jwt.decode(answer["access_token"], options={"verify_signature": False})["roles"] == ["Mail.Read"]


def test_cancel_tells_the_application(client):
    consent = client.submit(ask(client), login=NESTOR, passwd=PASSWORD)
    back = returned(client.submit(consent, answer="cancel"))
    assert (back["error"], back["admin_consent"], back["state"]) == ("consent_required", "True", "state-1")
    assert back["error_description"].startswith("AADSTS65004") and "scope" not in back


def test_others_need_an_administrators_approval(client):
    page = client.submit(ask(client), login=ADELE, passwd=PASSWORD)
    assert page.status_code == 400 and "AADSTS90094" in page.text
    back = returned(client.submit(page, answer="cancel"))
    assert (back["error"], back["state"]) == ("consent_required", "state-1")
    assert "AADSTS90094" in returned(ask(client, user=ADELE))["error_description"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"redirect_uri": "https://evil.example/"}, 50011),
        ({"client_id": None}, 900144),
        ({"tenant": "fabrikam.example"}, 90002),
    ],
)
def test_errors_that_must_not_leave_are_pages(client, change, number):
    answer = ask(client, user=NESTOR, **change)
    assert answer.status_code == 400 and f"AADSTS{number}" in answer.text


def test_an_unknown_scope_goes_back_to_the_app(client):
    assert "AADSTS650053" in returned(ask(client, scope="Mail.Reed"))["error_description"]


def test_the_first_version_of_the_endpoint_means_default(client):
    back = returned(ask(client, user=NESTOR, version="", scope=None))
    assert back["admin_consent"] == "True" and "scope" not in back
    assert client.refresh(client.sandbox.config(ADELE)["refreshToken"]).ok


def test_where_users_may_not_consent_only_an_administrator_can(client):
    client.sandbox.entra.user_consent = False
    page = client.submit(client.authorize(), login=ADELE, passwd=PASSWORD)
    assert "AADSTS90094" in page.text
    assert returned(client.submit(page, answer="cancel"))["error"] == "access_denied"
    ask(client, user=NESTOR)
    assert returned(client.submit(client.authorize(), login=ADELE, passwd=PASSWORD))["code"]


def test_consent_grows_with_what_is_asked_for(client):
    first = client.submit(client.authorize(scope="Mail.Read"), login=ADELE, passwd=PASSWORD)
    client.submit(first, answer="accept")
    second = client.submit(client.authorize(scope="Mail.Read Mail.Send"), login=ADELE, passwd=PASSWORD)
    assert "Send mail as you" in second.text
    client.submit(second, answer="accept")
    assert client.sandbox.directory.consented(client.sandbox.users[0].id, client.sandbox.client_id) == {
        "Mail.Read",
        "Mail.Send",
    }
