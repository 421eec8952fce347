"""The token endpoint, as https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow has it."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from entra_client import VERIFIER, EntraClient, aadsts

from outlook_connector.sandbox import Sandbox

GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_a_code_brings_access_refresh_and_id_token(client):
    answer = client.sign_in()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == answer["ext_expires_in"] == 3600
    assert set(answer["scope"].split()) == {"Mail.Read", "openid", "profile"}
    assert answer["refresh_token"] and answer["id_token"]


def test_the_access_token_names_audience_user_app_and_scopes(client, outlook_sandbox):
    token = claims(client.sign_in()["access_token"])
    adele = outlook_sandbox.users[0]
    assert (token["aud"], token["tid"], token["oid"]) == (GRAPH, outlook_sandbox.tenant_id, adele.id)
    assert (token["upn"], token["appid"], token["scp"]) == (
        adele.address,
        outlook_sandbox.client_id,
        "Mail.Read",
    )
    assert token["exp"] - token["iat"] == 3600
    assert token["ver"] == "1.0" and token["iss"] == f"https://sts.windows.net/{outlook_sandbox.tenant_id}/"


def test_tokens_are_signed_by_a_published_key(client, outlook_sandbox):
    answer = client.sign_in()
    config = client.http.get(f"{outlook_sandbox.authority}/v2.0/.well-known/openid-configuration").json()
    keys = jwt.PyJWKSet.from_dict(client.http.get(config["jwks_uri"]).json())
    for token, audience in ((answer["access_token"], GRAPH), (answer["id_token"], outlook_sandbox.client_id)):
        key = keys[jwt.get_unverified_header(token)["kid"]].key
        assert jwt.decode(token, key, algorithms=["RS256"], audience=audience)


def test_the_id_token_says_who_signed_in_and_echoes_the_nonce(client, outlook_sandbox):
    token = claims(client.sign_in()["id_token"])
    adele = outlook_sandbox.users[0]
    assert token["nonce"] == "nonce-1"
    assert (token["preferred_username"], token["name"], token["oid"]) == (adele.address, adele.name, adele.id)
    assert token["iss"] == f"{outlook_sandbox.authority}/v2.0" and token["sub"] != adele.id


def test_client_info_identifies_the_account(client, outlook_sandbox):
    raw = client.sign_in()["client_info"]
    info = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    assert info == {"uid": outlook_sandbox.users[0].id, "utid": outlook_sandbox.tenant_id}


@pytest.mark.parametrize(
    ("scope", "absent"),
    [("Mail.Read openid profile", "refresh_token"), ("Mail.Read offline_access", "id_token")],
)
def test_what_was_not_asked_for_is_not_given(client, scope, absent):
    assert absent not in client.sign_in(scope=scope)


def test_full_scope_names_come_back_in_full(client):
    answer = client.sign_in(scope=f"{GRAPH}/Mail.Read {GRAPH}/Mail.Send offline_access")
    assert answer["scope"] == f"{GRAPH}/Mail.Read {GRAPH}/Mail.Send"


def test_default_means_everything_consented_to(client):
    client.sign_in(scope="Mail.Read Mail.Send")
    token = claims(client.sign_in(scope=f"{GRAPH}/.default")["access_token"])
    assert set(token["scp"].split()) == {"Mail.Read", "Mail.Send"}


def test_a_token_for_another_resource_has_its_audience(client):
    token = claims(client.sign_in(scope="https://outlook.office.com/Mail.Read")["access_token"])
    assert token["aud"] == "https://outlook.office.com"


def test_pkce_plain_is_accepted(client):
    code = client.code(code_challenge=VERIFIER, code_challenge_method="plain")
    assert client.redeem(code).status_code == 200


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"code_verifier": VERIFIER[::-1]}, 501481),
        ({"code_verifier": None}, 50148),
        ({"redirect_uri": "http://localhost/callback"}, 500112),
        ({"code": "1.Ac-made-up"}, 9002313),
        ({"code": None}, 900144),
        ({"scope": "Mail.Send"}, 65001),
    ],
)
def test_a_code_is_bound_to_its_verifier_redirect_uri_and_consent(client, change, number):
    assert aadsts(client.redeem(**{"code": client.code(), **change})) == number


def test_a_code_of_another_client_is_refused(client, outlook_sandbox):
    code = client.code()
    answer = client.redeem(code, client_id=outlook_sandbox.public_client_id, client_secret=None)
    assert aadsts(answer) == 70000


def test_a_code_is_for_one_use(client):
    code = client.code()
    assert client.redeem(code).status_code == 200
    assert aadsts(client.redeem(code)) == 54005


def test_a_code_lasts_ten_minutes(client, outlook_sandbox):
    code = client.code()
    outlook_sandbox.clock.advance(601)
    assert aadsts(client.redeem(code)) == 70008


def test_refreshing_rotates_and_leaves_the_old_token_valid(client):
    first = client.sign_in()["refresh_token"]
    second = client.refresh(first).json()["refresh_token"]
    assert second != first
    assert client.refresh(first).status_code == client.refresh(second).status_code == 200


def test_a_refresh_for_fewer_scopes_yields_only_those(client):
    signed_in = client.sign_in(scope="Mail.Read Mail.Send offline_access")
    answer = client.refresh(signed_in["refresh_token"], scope="Mail.Send").json()
    assert claims(answer["access_token"])["scp"] == "Mail.Send" == answer["scope"]
    again = client.refresh(answer["refresh_token"]).json()
    assert set(claims(again["access_token"])["scp"].split()) == {"Mail.Read", "Mail.Send"}


def test_single_use_refresh_tokens_are_spent_and_counted():
    with Sandbox(single_use_refresh_tokens=True) as sandbox:
        client = EntraClient(sandbox)
        first = client.sign_in()["refresh_token"]
        second = client.refresh(first).json()["refresh_token"]
        refused = client.refresh(first)
        assert (aadsts(refused), refused.json()["error"]) == (70000, "invalid_grant")
        assert sandbox.entra.spent_refresh_tokens == 1
        assert client.refresh(second).status_code == 200


def test_of_many_refreshes_at_once_with_a_single_use_token_one_succeeds():
    with Sandbox(single_use_refresh_tokens=True) as sandbox:
        token = EntraClient(sandbox).sign_in()["refresh_token"]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: EntraClient(sandbox).refresh(token).status_code, range(8)))
        assert sorted(answers) == [200] + [400] * 7
        assert sandbox.entra.spent_refresh_tokens == 7


def test_a_refused_refresh_does_not_spend_the_token():
    with Sandbox(single_use_refresh_tokens=True) as sandbox:
        client = EntraClient(sandbox)
        token = client.sign_in()["refresh_token"]
        assert aadsts(client.refresh(token, scope="Mail.Send")) == 65001
        assert client.refresh(token).status_code == 200


def test_the_token_lifetime_is_the_sandboxs():
    with Sandbox(token_lifetime=301) as sandbox:
        answer = EntraClient(sandbox).sign_in()
        token = claims(answer["access_token"])
        assert answer["expires_in"] == token["exp"] - token["iat"] == 301


def test_client_credentials_bring_roles_and_no_scope(client, outlook_sandbox):
    answer = client.token(grant_type="client_credentials", scope=f"{GRAPH}/.default").json()
    assert set(answer) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    token = claims(answer["access_token"])
    assert "scp" not in token and "upn" not in token
    assert set(token["roles"]) == set(outlook_sandbox.directory.app.application) >= {"Mail.Read", "Mail.Send"}


def test_the_secret_may_come_in_a_basic_header(client, outlook_sandbox):
    answer = client.token(
        grant_type="client_credentials",
        scope=f"{GRAPH}/.default",
        client_id=None,
        client_secret=None,
        auth=(outlook_sandbox.client_id, outlook_sandbox.client_secret),
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("tenant", ["contoso.example", "common", "organizations"])
def test_the_tenant_goes_by_several_names(client, tenant):
    assert client.token(
        tenant, grant_type="refresh_token", refresh_token=client.sign_in()["refresh_token"]
    ).ok
