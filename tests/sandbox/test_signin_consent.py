"""An administrator's consent for the tenant: begun, come back, refused, and what goes on without a restart."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from signin_world import World

from outlook_connector import connect
from outlook_connector.auth import Auth
from outlook_connector.errors import AuthError, ConfigError, ConsentRequired, InvalidInput

ADMIN = "nestor@contoso.example"
CONTEXT = "https://graph.microsoft.com/"
DECLINED = {
    "admin_consent": "True",
    "error": "consent_required",
    "error_description": "AADSTS65004: The resource owner or authorization server denied the request.",
}


def application(world: World) -> Auth:
    redirect = world.sandbox.config()["redirectUri"]
    return world.auth(world.config(auth="application", redirectUri=redirect))


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_address_is_of_the_form_that_microsoft_documents(world: World) -> None:
    begun = world.nobody().begin_consent(scopes=["Mail.Send", "Mail.Read"])
    assert re.fullmatch(r"/[^/]+/v2\.0/adminconsent", urlsplit(begun["authorizationUrl"]).path)
    query = asked(begun["authorizationUrl"])
    assert query.keys() == {"client_id", "scope", "redirect_uri", "state"}
    assert query["scope"] == f"{CONTEXT}Mail.Read {CONTEXT}Mail.Send"
    assert query["state"] == begun["state"]


def test_without_scopes_it_is_about_all_that_the_registration_lists(world: World) -> None:
    for auth in (world.nobody(), application(world)):
        assert asked(auth.begin_consent()["authorizationUrl"])["scope"] == CONTEXT + ".default"


def test_a_consent_is_told_with_its_tenant_and_brings_no_token(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_consent(scopes=["Mail.Read"])
    done = auth.complete(world.browse(begun["authorizationUrl"], ADMIN))
    assert done == {
        "account": "default",
        "adminConsent": True,
        "tenantId": world.sandbox.tenant_id,
        "scopes": ["Mail.Read"],
    }
    assert world.posts() == 0
    assert auth.status()["signedIn"] is False


@pytest.mark.parametrize("back", [{"admin_consent": "True"}, DECLINED])
def test_a_consent_is_good_once_and_only_with_its_own_state(world: World, back: dict[str, str]) -> None:
    auth = world.nobody()
    state = auth.begin_consent()["state"]
    with pytest.raises(AuthError, match="not known here"):
        auth.complete({**back, "state": "another"})
    try:
        auth.complete({**back, "state": state})
    except ConsentRequired as refused:
        assert refused.details["aadsts"] == 65004
    with pytest.raises(AuthError, match="not known here"):
        auth.complete({**back, "state": state})


def test_a_refusal_is_told_with_what_to_do(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_consent()
    with pytest.raises(ConsentRequired, match=r"declined.*AADSTS65004.*administrator"):
        auth.complete({**DECLINED, "tenant": world.sandbox.tenant_id, "state": begun["state"]})


def test_what_came_to_another_kind_of_begin_is_refused(world: World) -> None:
    auth = world.nobody()
    person, consent = auth.begin(), auth.begin_consent()
    with pytest.raises(InvalidInput, match="person's sign-in"):
        auth.complete({"admin_consent": "True", "state": person["state"]})
    with pytest.raises(InvalidInput, match="administrator's consent"):
        auth.complete({"code": "x", "state": consent["state"]})


def test_what_the_server_writes_is_not_taken_for_a_tenant(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_consent()
    done = auth.complete({"admin_consent": "True", "tenant": "<script>", "state": begun["state"]})
    assert done["tenantId"] is None


@pytest.mark.parametrize("auth", ["hostToken", "managedIdentity"])
def test_without_an_app_registration_there_is_nothing_to_consent_to(world: World, auth: Any) -> None:
    given = {"accessToken": "the-hosts"} if auth == "hostToken" else {"mailbox": ADMIN}
    taken_out = dict.fromkeys(("clientId", "clientSecret", "redirectUri", "refreshToken"))
    with pytest.raises(ConfigError, match="auth delegated or application"):
        world.auth(world.config(auth=auth, **{**taken_out, **given})).begin_consent()


def test_both_operations_take_an_administrators_way(world: World) -> None:
    with connect(world.sandbox.config()) as connector:
        begun = connector.invoke("auth.begin", {"adminConsent": True, "scopes": ["Mail.Read"]})
        back = world.browse(begun["authorizationUrl"], ADMIN)
        assert connector.invoke("auth.complete", back)["tenantId"] == world.sandbox.tenant_id
