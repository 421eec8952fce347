"""Claims challenges: a token that Graph wants replaced at once is replaced, and the call goes through."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from signin_world import World

from outlook_connector import connect
from outlook_connector.auth import Wanted
from outlook_connector.errors import AuthError, SignInRequired
from outlook_connector.graph.challenge import claims_of

ADELE = "adele@contoso.example"


@pytest.mark.parametrize(("auth", "principal"), [("delegated", ADELE), ("application", None)])
def test_a_challenged_call_is_made_again_once_with_a_token_that_answers(
    world: World, auth: Any, principal: str | None
) -> None:
    with connect(world.sandbox.config(auth=auth)) as connector:
        connector.invoke("messages.list", {"limit": 1})
        world.sandbox.entra.demand_claims(principal or world.sandbox.client_id)
        posts, calls = world.posts(), graph_calls(world)
        assert connector.invoke("messages.list", {"limit": 1})["value"]
        assert connector.invoke("messages.list", {"limit": 1})["value"]
        assert world.posts() == posts + 1
        assert graph_calls(world) == calls + 3


def graph_calls(world: World) -> int:
    return sum("/messages" in recorded.path for recorded in world.sandbox.requests)


def test_workers_on_one_account_answer_a_challenge_once(world: World) -> None:
    config = world.config()
    first, second = world.auth(config), world.auth(config)
    old = first.token()
    assert second.token() == old
    claims = '{"access_token": {"nbf": {"essential": true, "value": "1"}}}'
    new = first.token(Wanted(rejected=old, claims=claims))
    assert second.token(Wanted(rejected=old, claims=claims)) == new
    assert world.posts() == 2


def test_a_challenge_that_needs_a_person_is_answered_by_the_next_sign_in(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    world.sandbox.entra.revoke(ADELE)
    claims = '{"access_token": {"nbf": {"essential": true, "value": "1"}}}'
    with pytest.raises(SignInRequired):
        auth.token(Wanted(rejected=auth.token(), claims=claims))
    url = auth.begin()["authorizationUrl"]
    demanded = json.loads(parse_qs(urlsplit(url).query)["claims"][0])
    assert demanded["access_token"]["nbf"] == {"essential": True, "value": "1"}
    assert demanded["access_token"]["xms_cc"] == {"values": ["CP1"]}


def test_a_refusal_that_stays_is_an_error(world: World) -> None:
    world.sandbox.fault("GET */messages*", status=401, body="{}", times=None)
    with connect(world.sandbox.config()) as connector, pytest.raises(AuthError):
        connector.invoke("messages.list")
    assert world.posts() == 2


def challenge(claims: bytes, error: str = "insufficient_claims") -> dict[str, str]:
    encoded = base64.b64encode(claims).decode()
    parts = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    return {"www-authenticate": f'{parts}client_id="a", error="{error}", claims="{encoded}"'}


def test_a_challenge_is_read_as_microsoft_documents_it() -> None:
    text = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
    assert claims_of(challenge(text.encode())) == text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"www-authenticate": "Bearer"},
        {"www-authenticate": 'Bearer error="insufficient_claims", claims="%%%"'},
        challenge(b'{"access_token":{}}', error="invalid_token"),
        challenge(b"[]"),
        challenge(b"\xff\xfe"),
    ],
)
def test_what_is_no_challenge_demands_nothing(headers: dict[str, str]) -> None:
    assert claims_of(headers) is None
