"""Tokens without a person's session: an application's own, and those that the host supplies."""

from __future__ import annotations

from typing import Any

import pytest
from signin_world import World, ask_together

from outlook_connector.auth import Wanted
from outlook_connector.errors import AuthError, ConfigError, CredentialExpired


def test_an_application_gets_tokens_by_its_own_credential(world: World) -> None:
    config = world.config(auth="application")
    auth = world.auth(config)
    assert world.auth(config).token() == auth.token()
    assert world.posts() == 1
    world.pass_time(3600)
    answers = ask_together(8, auth.token)
    assert len(set(answers)) == 1
    assert world.posts() == 2
    assert world.handed == []
    mailbox = world.sandbox.graph_url + "/users/adele@contoso.example/messages"
    got = world.http().get(mailbox, headers={"Authorization": f"Bearer {auth.token()}"})
    assert got.status_code == 200


def test_a_hosts_token_is_used_as_it_is_until_graph_refuses_it(world: World) -> None:
    auth = world.auth(world.config(auth="hostToken", accessToken="the-hosts"))
    assert auth.token() == "the-hosts"
    assert auth.status()["signedIn"] is True
    with pytest.raises(CredentialExpired, match="accessToken"):
        auth.token(Wanted(rejected="the-hosts"))
    with pytest.raises(ConfigError, match="hostToken"):
        auth.refresh()
    assert auth.sign_out() == {"account": "default", "signedOut": False}
    assert world.posts() == 0


def test_a_hosts_callable_is_asked_once_and_again_after_a_refusal(world: World) -> None:
    supplied = iter(["first", "second", "third"])
    auth = world.auth(world.config(auth="hostToken", accessToken=lambda: next(supplied)))
    assert [auth.token(), auth.token()] == ["first", "first"]
    assert set(ask_together(8, lambda: auth.token(Wanted(rejected="first")))) == {"second"}
    assert auth.token() == "second"


@pytest.mark.parametrize("supply", [lambda: None, lambda: "", lambda: 1 / 0])
def test_a_hosts_callable_that_fails_is_told_by_its_config_key(world: World, supply: Any) -> None:
    auth = world.auth(world.config(auth="hostToken", accessToken=supply))
    with pytest.raises(AuthError, match="accessToken"):
        auth.token()
