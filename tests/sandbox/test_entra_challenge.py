"""Claims challenges: Graph asks for a newer token before the old one expires.

https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import json
import re

import jwt
import msal
import pytest
import requests
from entra_client import EntraClient, aadsts

ADELE = "adele@contoso.example"
CAPABLE = json.dumps({"access_token": {"xms_cc": {"values": ["cp1"]}}})
DEFAULT = "https://graph.microsoft.com/.default"


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


def graph(client, token, path="/me/messages"):
    headers = {"Authorization": f"Bearer {token}"}
    return client.http.get(f"{client.sandbox.graph_url}{path}", headers=headers)


def wanted(answer):
    """The claims that a 401 asks for."""
    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ") and 'error="insufficient_claims"' in challenge
    return base64.b64decode(re.search(r'claims="([^"]+)"', challenge)[1]).decode()


def test_capabilities_asked_for_stand_in_the_token(client):
    token = client.sign_in(claims=CAPABLE)["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["xms_cc"] == ["cp1"]
    plain = client.sign_in()["access_token"]
    assert "xms_cc" not in jwt.decode(plain, options={"verify_signature": False})


def test_a_capable_client_is_challenged_and_answers(client, outlook_sandbox):
    tokens = client.sign_in(claims=CAPABLE)
    assert graph(client, tokens["access_token"]).ok
    outlook_sandbox.entra.demand_claims(ADELE)
    refused = graph(client, tokens["access_token"])
    assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"
    claims = json.loads(wanted(refused))
    assert claims["access_token"]["nbf"]["essential"] is True
    both = json.dumps({"access_token": {**claims["access_token"], "xms_cc": {"values": ["cp1"]}}})
    newer = client.refresh(tokens["refresh_token"], claims=both).json()
    assert graph(client, newer["access_token"]).ok
    assert graph(client, tokens["access_token"]).status_code == 401


def test_a_new_token_without_the_claims_is_not_enough(client, outlook_sandbox):
    tokens = client.sign_in(claims=CAPABLE)
    outlook_sandbox.entra.demand_claims(ADELE)
    same = client.refresh(tokens["refresh_token"], claims=CAPABLE).json()
    claims = wanted(graph(client, same["access_token"]))
    client.refresh(tokens["refresh_token"], claims=claims)
    later = client.refresh(tokens["refresh_token"], claims=CAPABLE).json()
    assert graph(client, later["access_token"]).ok


def test_a_client_without_the_capability_goes_on_until_its_token_expires(client, outlook_sandbox):
    tokens = client.sign_in()
    outlook_sandbox.entra.demand_claims(ADELE)
    assert graph(client, tokens["access_token"]).ok
    outlook_sandbox.clock.advance(3601)
    expired = graph(client, tokens["access_token"])
    assert expired.status_code == 401 and "claims=" not in expired.headers["WWW-Authenticate"]


def test_others_are_left_alone(client, outlook_sandbox):
    kim = client.sign_in(user="kim@contoso.example", claims=CAPABLE)["access_token"]
    outlook_sandbox.entra.demand_claims(ADELE)
    assert graph(client, kim).ok


def test_an_app_can_be_challenged_and_msal_answers(client, outlook_sandbox):
    session = requests.Session()
    session.verify, session.trust_env = outlook_sandbox.ca_file, False
    app = msal.ConfidentialClientApplication(
        outlook_sandbox.client_id,
        authority=outlook_sandbox.authority,
        client_credential=outlook_sandbox.client_secret,
        client_capabilities=["CP1"],
        instance_discovery=False,
        http_client=session,
    )
    path = f"/users/{ADELE}/messages"
    token = app.acquire_token_for_client([DEFAULT])["access_token"]
    assert graph(client, token, path).ok
    outlook_sandbox.entra.demand_claims(outlook_sandbox.client_id)
    claims = wanted(graph(client, token, path))
    newer = app.acquire_token_for_client([DEFAULT], claims_challenge=claims)["access_token"]
    assert graph(client, newer, path).ok


def test_a_second_demand_challenges_again(client, outlook_sandbox):
    tokens = client.sign_in(claims=CAPABLE)
    for _ in range(2):
        outlook_sandbox.clock.advance(1)
        outlook_sandbox.entra.demand_claims(ADELE)
        asked = json.loads(wanted(graph(client, tokens["access_token"])))
        both = {"access_token": {**asked["access_token"], "xms_cc": {"values": ["cp1"]}}}
        tokens = client.refresh(tokens["refresh_token"], claims=json.dumps(both)).json()
        assert graph(client, tokens["access_token"]).ok


def test_whoever_signs_in_anew_has_answered(client, outlook_sandbox):
    outlook_sandbox.entra.demand_claims(ADELE)
    assert graph(client, client.sign_in(claims=CAPABLE)["access_token"]).ok


def test_revoking_a_users_sign_ins_challenges_capable_clients_at_once(client, outlook_sandbox):
    capable, plain = client.sign_in(claims=CAPABLE), client.sign_in()
    outlook_sandbox.entra.revoke(ADELE)
    claims = wanted(graph(client, capable["access_token"]))
    assert aadsts(client.refresh(capable["refresh_token"], claims=claims)) == 50173
    assert graph(client, plain["access_token"]).ok
    assert graph(client, client.sign_in(claims=CAPABLE)["access_token"]).ok


def test_the_same_over_http(client, outlook_sandbox):
    token = client.sign_in(claims=CAPABLE)["access_token"]
    assert client.http.post(f"{outlook_sandbox.admin_url}/claims", json={"principal": ADELE}).ok
    assert wanted(graph(client, token))


def test_reset_lifts_it_and_unknown_names_are_refused(client, outlook_sandbox):
    outlook_sandbox.entra.demand_claims(ADELE)
    outlook_sandbox.reset()
    assert graph(client, client.sign_in(claims=CAPABLE)["access_token"]).ok
    with pytest.raises(ValueError, match="nobody"):
        outlook_sandbox.entra.demand_claims("nobody@contoso.example")


@pytest.mark.parametrize("claims", ["no JSON", "[]", '{"access_token": 1}'])
def test_claims_must_be_an_object(client, outlook_sandbox, claims):
    token = outlook_sandbox.config()["refreshToken"]
    assert aadsts(client.refresh(token, claims=claims)) == 9002313
