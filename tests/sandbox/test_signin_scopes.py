"""Permissions: the least that is wanted, what the session has, and what nobody has consented to."""

from __future__ import annotations

import pytest
from signin_world import World

from outlook_connector.auth import Auth
from outlook_connector.config import Config
from outlook_connector.errors import ConsentRequired
from outlook_connector.graph.session import Sessions

ADELE = "adele@contoso.example"


SANDBOX = {"single_use_refresh_tokens": True}


def wanting(world: World, config: Config, *scopes: str) -> Auth:
    return Auth(config, world.store, Sessions(config, {}), scopes, world.handed.append, world.clock)


def granted(auth: Auth) -> set[str]:
    auth.token()
    return set(auth.status()["scopes"])


def test_no_more_is_asked_for_than_is_wanted(world: World) -> None:
    assert granted(wanting(world, world.config(), "Mail.Read")) == {"Mail.Read"}


def test_a_worker_that_wants_more_gets_more_and_one_that_wants_less_takes_nothing_away(world: World) -> None:
    config = world.config()
    narrow = wanting(world, config, "Mail.Read")
    assert granted(narrow) == {"Mail.Read"}
    wide = wanting(world, config, "Mail.Read", "Mail.Send")
    assert granted(wide) == {"Mail.Read", "Mail.Send"}
    narrow.refresh()
    assert granted(wanting(world, config, "Mail.Send")) == {"Mail.Read", "Mail.Send"}
    assert world.posts() == 3


def test_a_permission_without_consent_costs_that_permission_only(world: World) -> None:
    config = world.config(refreshToken=None)
    first = wanting(world, config, "Mail.Read", "User.Read")
    world.sign_in(first)
    world.sandbox.directory.grants.clear()
    user = world.sandbox.directory.user(ADELE)
    assert user is not None
    world.sandbox.directory.grant(user.id, world.sandbox.client_id, {"Mail.Read", "User.Read"})
    grown = wanting(world, config, "Mail.Read", "User.Read", "Mail.Send")
    assert granted(grown) == {"Mail.Read", "User.Read"}
    assert world.me(grown.token()).status_code == 200
    posts = world.posts()
    assert granted(wanting(world, config, "Mail.Read", "User.Read", "Mail.Send")) == {
        "Mail.Read",
        "User.Read",
    }
    assert world.posts() == posts


def test_a_consent_given_later_is_found_at_the_next_refresh(world: World) -> None:
    auth = wanting(world, world.config(refreshToken=None), "Mail.Read", "Mail.Send")
    world.sandbox.directory.grants.clear()
    begun = auth.begin(scopes=["Mail.Read"])
    auth.complete(world.browse(begun["authorizationUrl"]))
    assert granted(auth) == {"Mail.Read"}
    auth.refresh()
    assert granted(auth) == {"Mail.Read"}
    user = world.sandbox.directory.user(ADELE)
    assert user is not None
    world.sandbox.directory.grant(user.id, world.sandbox.client_id, {"Mail.Send"})
    auth.refresh()
    assert granted(auth) == {"Mail.Read", "Mail.Send"}


def test_without_any_consent_left_consent_is_required_and_the_session_not_given_up(world: World) -> None:
    auth = wanting(world, world.config(refreshToken=None), "Mail.Read")
    world.sign_in(auth)
    world.sandbox.entra.withdraw_consent(ADELE)
    with pytest.raises(ConsentRequired):
        auth.refresh()
    user = world.sandbox.directory.user(ADELE)
    assert user is not None
    world.sandbox.directory.grant(user.id, world.sandbox.client_id, {"Mail.Read"})
    auth.refresh()
    assert auth.status()["signedIn"] is True
