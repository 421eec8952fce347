"""The authorization code grant for a host: begin, the browser, complete."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from signin_world import SCOPES, World

from outlook_connector.errors import AuthError, ConfigError, ConsentRequired, InvalidInput, SignInRequired
from outlook_connector.store import open_store


def test_the_url_carries_state_nonce_pkce_and_the_scopes_and_nothing_more(world: World) -> None:
    begun = world.nobody().begin(login_hint="adele@contoso.example", prompt="select_account")
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun["authorizationUrl"]).query).items()}
    assert query["state"] == begun["state"]
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert query["nonce"]
    assert query["code_challenge"]
    assert (query["login_hint"], query["prompt"]) == ("adele@contoso.example", "select_account")
    assert set(query["scope"].split()) == {*SCOPES, "openid", "profile", "offline_access"}
    assert begun["expiresAt"].endswith("Z")


def test_a_completed_sign_in_tells_who_it_is_and_its_token_opens_the_mailbox(world: World) -> None:
    auth = world.nobody()
    done = world.sign_in(auth)
    assert (done["account"], done["username"], done["name"]) == (
        "default",
        "adele@contoso.example",
        "Adele Vance",
    )
    assert done["tenantId"] == world.sandbox.tenant_id
    assert set(done["scopes"]) == set(SCOPES)
    assert world.me(auth.token()).status_code == 200
    assert world.posts() == 1


def test_a_public_client_signs_in_without_a_secret(world: World) -> None:
    config = world.config(refreshToken=None, clientSecret=None, clientId=world.sandbox.public_client_id)
    auth = world.auth(config)
    world.sign_in(auth)
    auth.refresh()
    assert world.me(auth.token()).status_code == 200


def test_one_worker_may_begin_what_another_completes(world: World, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/s.sqlite3"
    begun = world.nobody(store=open_store(url, environment={})).begin()
    other = world.nobody(store=open_store(url, environment={}))
    other.complete(world.browse(begun["authorizationUrl"]))
    third = world.nobody(store=open_store(url, environment={}))
    assert world.me(third.token()).status_code == 200


def test_a_state_is_good_for_one_attempt(world: World) -> None:
    auth = world.nobody()
    parameters = world.browse(auth.begin()["authorizationUrl"])
    auth.complete(parameters)
    with pytest.raises(AuthError, match="Begin the sign-in again") as refused:
        auth.complete(parameters)
    assert refused.value.code == "signInUnknown"
    assert world.posts() == 1


def test_a_state_is_used_up_by_a_failed_exchange_too(world: World) -> None:
    auth = world.nobody()
    parameters = world.browse(auth.begin()["authorizationUrl"])
    world.sandbox.fault("POST */oauth2/v2.0/token", status=503)
    with pytest.raises(Exception, match="503"):
        auth.complete(parameters)
    with pytest.raises(AuthError) as refused:
        auth.complete(parameters)
    assert refused.value.code == "signInUnknown"


def test_an_unknown_state_is_refused_before_any_request(world: World) -> None:
    auth = world.nobody()
    with pytest.raises(AuthError) as refused:
        auth.complete({"code": "some", "state": "never seen"})
    assert refused.value.code == "signInUnknown"
    assert world.posts() == 0


def test_a_sign_in_takes_ten_minutes_at_most(world: World) -> None:
    auth = world.nobody()
    parameters = world.browse(auth.begin()["authorizationUrl"])
    world.pass_time(601)
    with pytest.raises(AuthError, match="ten minutes"):
        auth.complete(parameters)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("account", "kim"),
        ("clientId", "0a0a0a0a-0000-0000-0000-000000000001"),
        ("authority", "https://127.0.0.1:1/another-tenant"),
        ("graphAudience", "https://dod-graph.microsoft.us"),
    ],
)
def test_another_connections_state_is_refused_and_stays_good_for_its_own(
    world: World, key: str, value: str
) -> None:
    auth = world.nobody()
    came = world.browse(auth.begin()["authorizationUrl"])
    tenant = {"tenantId": "another-tenant"} if key == "authority" else {}
    other = world.auth(world.config(refreshToken=None, **{key: value}, **tenant))
    posts = world.posts()
    with pytest.raises(AuthError, match=key) as refused:
        other.complete(came)
    assert (refused.value.code, refused.value.details["differs"]) == ("signInUnknown", [key])
    assert value not in str(refused.value.to_dict()).replace(key, ""), "the other's value is nobody's affair"
    assert world.posts() == posts
    assert auth.complete(came)["username"] == "adele@contoso.example"


def test_a_persons_sign_in_is_not_completed_by_a_connection_of_the_app_itself(world: World) -> None:
    begun = world.nobody().begin_consent()
    app = world.auth(world.config(auth="application", redirectUri="http://localhost/callback"))
    with pytest.raises(AuthError, match="auth") as refused:
        app.complete({"state": begun["state"], "admin_consent": "True"})
    assert "auth" in refused.value.details["differs"]


@pytest.mark.parametrize("parameters", [{}, {"state": "x"}, {"code": "x"}])
def test_parameters_that_are_no_answer_are_an_invalid_input(world: World, parameters: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="state, and code or error"):
        world.nobody().complete(parameters)


def test_a_code_from_another_sign_in_is_refused_by_its_verifier(world: World) -> None:
    auth = world.nobody()
    first, second = auth.begin(), auth.begin()
    stolen = world.browse(first["authorizationUrl"])["code"]
    with pytest.raises(SignInRequired) as refused:
        auth.complete({"state": second["state"], "code": stolen})
    assert refused.value.details["aadsts"] == 501481
    assert auth.status()["signedIn"] is False


def test_an_answer_with_another_sign_ins_nonce_is_refused(world: World) -> None:
    auth = world.nobody()
    parameters = world.browse(auth.begin()["authorizationUrl"])
    claims = {"sub": "s", "aud": "a", "iss": "i", "exp": 9e9, "iat": 0, "nonce": "another"}
    id_token = ".".join(
        ["e30", base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), "x"]
    )
    answer = {"access_token": "t", "expires_in": 3600, "token_type": "Bearer", "id_token": id_token}
    world.sandbox.fault("POST */oauth2/v2.0/token", status=200, body=json.dumps(answer))
    with pytest.raises(AuthError, match="nonce") as refused:
        auth.complete(parameters)
    assert refused.value.code == "signInMismatch"
    assert auth.status()["signedIn"] is False


def test_cancelling_is_told_with_what_an_administrator_can_do(world: World) -> None:
    auth = world.nobody()
    state = auth.begin()["state"]
    came = {"state": state, "error": "access_denied", "error_description": "AADSTS65004: User declined."}
    with pytest.raises(ConsentRequired) as refused:
        auth.complete(came)
    assert refused.value.details["aadsts"] == 65004
    url = urlsplit(refused.value.details["adminConsentUrl"])
    assert url.path.endswith("/v2.0/adminconsent")
    assert dict(parse_qsl(url.query))["client_id"] == world.sandbox.client_id
    assert world.posts() == 0


def test_a_redirect_uri_can_be_given_with_the_call(world: World) -> None:
    auth = world.auth(world.config(refreshToken=None, redirectUri=None))
    begun = auth.begin(redirect_uri="https://app.contoso.example/callback")
    auth.complete(world.browse(begun["authorizationUrl"]))
    assert auth.status()["signedIn"] is True


def test_without_any_redirect_uri_the_input_is_invalid(world: World) -> None:
    with pytest.raises(InvalidInput, match="/redirectUri"):
        world.auth(world.config(refreshToken=None, redirectUri=None)).begin()


def test_a_new_sign_in_replaces_the_old_one_and_hands_its_tokens_over(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    first = auth.token()
    world.sign_in(auth)
    assert auth.token() != first
    assert [tokens["account"] for tokens in world.handed] == ["default", "default"]
    assert all(tokens["refreshToken"] and tokens["expiresAt"] for tokens in world.handed)


def test_nobody_takes_over_another_persons_account_unnoticed(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    token = auth.token()
    with pytest.raises(AuthError, match=r"adele@contoso\.example's, and kim@contoso\.example") as refused:
        world.sign_in(auth, "kim@contoso.example")
    details = refused.value.details
    assert refused.value.code == "otherPerson"
    assert details["signedIn"]["username"] == "adele@contoso.example"
    assert details["came"]["username"] == "kim@contoso.example"
    assert auth.token() == token and len(world.handed) == 1
    auth.sign_out()
    assert world.sign_in(auth, "kim@contoso.example")["username"] == "kim@contoso.example"


def test_a_person_who_has_to_sign_in_again_is_not_replaced_by_another_either(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    world.sandbox.entra.revoke("adele@contoso.example")
    with pytest.raises(SignInRequired):
        auth.refresh()
    with pytest.raises(AuthError) as refused:
        world.sign_in(auth, "kim@contoso.example")
    assert refused.value.code == "otherPerson"
    assert world.sign_in(auth)["username"] == "adele@contoso.example"


def test_accounts_are_apart_and_signing_out_deletes_one_row_only(world: World) -> None:
    adele = world.auth(world.config(refreshToken=None, account="adele"))
    kim = world.auth(world.config(refreshToken=None, account="kim"))
    world.sign_in(adele)
    world.sign_in(kim, "kim@contoso.example")
    assert adele.sign_out() == {"account": "adele", "signedOut": True}
    assert adele.sign_out() == {"account": "adele", "signedOut": False}
    with pytest.raises(SignInRequired, match="adele"):
        adele.token()
    assert kim.status()["username"] == "kim@contoso.example"
    assert world.me(kim.token()).json()["mail"] == "kim@contoso.example"


def test_the_status_tells_everything_but_secrets(world: World) -> None:
    auth = world.nobody()
    before = auth.status()
    assert (before["signedIn"], before["username"], before["expiresAt"]) == (False, None, None)
    assert "Nobody has signed in" in before["reason"]
    assert "auth.begin" in before["advice"]
    world.sign_in(auth)
    status = auth.status()
    assert (status["signedIn"], status["reason"], status["advice"]) == (True, None, None)
    assert status["kind"] == "delegated"
    assert {"accessTokenExpiresAt", "refreshTokenIssuedAt", "signedInAt", "refreshedAt"} <= status.keys()
    assert world.handed[0]["refreshToken"] not in json.dumps(status)
    assert auth.token() not in json.dumps(status)


def test_what_needs_no_person_is_ready_before_the_first_call(world: World) -> None:
    hosts_refresh_token, application = world.auth(), world.auth(world.config(auth="application"))
    assert hosts_refresh_token.status()["signedIn"] is True
    assert application.status()["signedIn"] is True
    assert world.posts() == 0


def test_nobody_can_sign_in_where_an_application_does(world: World) -> None:
    auth = world.auth(world.config(auth="application"))
    with pytest.raises(ConfigError, match="auth delegated"):
        auth.begin()
    with pytest.raises(ConfigError, match="auth delegated"):
        auth.complete({"code": "x", "state": "y"})
