"""What Entra refuses, by its AADSTS number, OAuth error and status.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import json
from datetime import timedelta

import pytest
from entra_client import SCOPE, EntraClient, aadsts

from outlook_connector.sandbox import Sandbox

GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


ERRORS = {
    "wrong secret": ({"client_secret": "wrong"}, 7000215, 401, "invalid_client"),
    "no secret": ({"client_secret": None}, 7000218, 401, "invalid_client"),
    "unknown app": (
        {"client_id": "11111111-0000-0000-0000-000000000000"},
        700016,
        400,
        "unauthorized_client",
    ),
    "no client id": ({"client_id": None}, 900144, 400, "invalid_request"),
    "unknown tenant": ({"tenant": "fabrikam.example"}, 90002, 400, "invalid_request"),
    "no grant type": ({"grant_type": None}, 900144, 400, "invalid_request"),
    "unknown grant type": ({"grant_type": "password"}, 70003, 400, "unsupported_grant_type"),
    "no .default": ({"scope": "Mail.Read"}, 1002012, 400, "invalid_scope"),
    "no scope": ({"scope": None}, 900144, 400, "invalid_request"),
    "another cloud's resource": (
        {"scope": "https://graph.microsoft.us/.default"},
        500011,
        400,
        "invalid_resource",
    ),
}


@pytest.mark.parametrize(("change", "number", "status", "error"), ERRORS.values(), ids=ERRORS)
def test_a_wrong_request_gets_its_aadsts_error(client, change, number, status, error):
    form = {"grant_type": "client_credentials", "scope": f"{GRAPH}/.default", **change}
    answer = client.token(**form)
    assert (aadsts(answer), answer.status_code, answer.json()["error"]) == (number, status, error)


def test_an_error_has_entras_shape(client):
    answer = client.http.post(
        f"{client.sandbox.authority}/oauth2/v2.0/token",
        data={"grant_type": "client_credentials"},
        headers={"client-request-id": "6f1a0d1e-0000-4000-8000-000000000001"},
    )
    body = answer.json()
    assert set(body) >= {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
    }
    assert body["correlation_id"] == "6f1a0d1e-0000-4000-8000-000000000001"
    lines = body["error_description"].split("\r\n")
    assert lines[0].startswith(f"AADSTS{body['error_codes'][0]}: ")
    assert [line.split(":")[0] for line in lines[1:]] == ["Trace ID", "Correlation ID", "Timestamp"]
    assert body["error_uri"].endswith(f"/error?code={body['error_codes'][0]}")
    assert answer.headers["Cache-Control"] == "no-store, no-cache"


def test_an_expired_secret_is_told_from_a_wrong_one(client, outlook_sandbox):
    outlook_sandbox.directory.app.secrets[0].expires = outlook_sandbox.clock.now() - timedelta(days=1)
    answer = client.token(grant_type="client_credentials", scope=f"{GRAPH}/.default")
    assert (aadsts(answer), answer.status_code) == (7000222, 401)


def test_a_public_client_may_not_send_a_secret(client, outlook_sandbox):
    answer = client.token(
        client_id=outlook_sandbox.public_client_id, grant_type="refresh_token", refresh_token="x"
    )
    assert (aadsts(answer), answer.status_code) == (700025, 401)


def test_a_public_client_has_no_client_credentials(client, outlook_sandbox):
    form = {"grant_type": "client_credentials", "scope": f"{GRAPH}/.default"}
    assert (
        aadsts(client.token(client_id=outlook_sandbox.public_client_id, client_secret=None, **form))
        == 7000218
    )


@pytest.mark.parametrize(
    ("scope", "number"),
    [
        ("Mail.Read https://outlook.office.com/Mail.Read", 28000),
        ("Mail.Reed", 650053),
        (f"{GRAPH}/.default Mail.Read", 70011),
        ("https://graph.microsoft.us/Mail.Read", 500011),
    ],
)
def test_a_scope_that_cannot_be_is_refused(client, scope, number):
    assert aadsts(client.refresh(client.sign_in()["refresh_token"], scope=scope)) == number


def test_expired_refresh_tokens(client, outlook_sandbox):
    token = client.sign_in()["refresh_token"]
    outlook_sandbox.entra.expire_refresh_tokens()
    assert aadsts(client.refresh(token)) == 700082


def test_ninety_days_of_disuse_expire_a_refresh_token(client, outlook_sandbox):
    token = client.sign_in()["refresh_token"]
    outlook_sandbox.clock.advance(89 * 86400)
    assert client.refresh(token).ok
    outlook_sandbox.clock.advance(91 * 86400)
    assert aadsts(client.refresh(token)) == 700082


def test_revoked_refresh_tokens(client, outlook_sandbox):
    adele, kim = (
        client.sign_in()["refresh_token"],
        client.sign_in(user="kim@contoso.example")["refresh_token"],
    )
    outlook_sandbox.entra.revoke("adele@contoso.example")
    assert aadsts(client.refresh(adele)) == 50173
    assert client.refresh(kim).ok
    assert client.refresh(client.sign_in()["refresh_token"]).ok


def test_withdrawn_consent(client, outlook_sandbox):
    token = client.sign_in()["refresh_token"]
    outlook_sandbox.entra.withdraw_consent("adele@contoso.example")
    answer = client.refresh(token)
    assert (aadsts(answer), answer.json()["suberror"]) == (65001, "consent_required")
    client.sign_in()
    assert client.refresh(token).ok


@pytest.mark.parametrize(
    ("demand", "number", "error"),
    [("mfa", 50076, "interaction_required"), ("conditional_access", 53003, "invalid_grant")],
)
def test_demands_on_a_user_send_claims(client, outlook_sandbox, demand, number, error):
    token = client.sign_in()["refresh_token"]
    outlook_sandbox.entra.require("adele@contoso.example", demand)
    answer = client.refresh(token)
    assert (aadsts(answer), answer.json()["error"]) == (number, error)
    assert json.loads(answer.json()["claims"])["access_token"]
    outlook_sandbox.entra.require("adele@contoso.example")
    assert client.refresh(token).ok


def test_signing_in_with_a_second_factor_satisfies_the_demand(client, outlook_sandbox):
    outlook_sandbox.entra.require("adele@contoso.example", "mfa")
    assert client.refresh(client.sign_in(scope=SCOPE)["refresh_token"]).ok


def test_the_config_needs_consent_where_it_is_not_automatic():
    with Sandbox(automatic_consent=False) as sandbox:
        assert aadsts(EntraClient(sandbox).refresh(sandbox.config()["refreshToken"])) == 65001
