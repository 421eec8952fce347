"""Knowing before it breaks: what ``auth.status`` tells without a request."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from signin_world import World

from outlook_connector import connect


def test_status_tells_when_each_token_ends(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    status = auth.status()
    issued, ends = (
        datetime.fromisoformat(status[name]) for name in ("refreshTokenIssuedAt", "refreshTokenExpiresAt")
    )
    assert ends - issued == timedelta(days=90)
    access = datetime.fromisoformat(status["accessTokenExpiresAt"])
    assert timedelta(minutes=50) < access - issued <= timedelta(minutes=60, seconds=5)


@pytest.mark.parametrize("seconds", [0, 400, -400])
def test_status_tells_by_how_much_the_clock_is_off(world: World, seconds: int) -> None:
    auth = world.auth()
    assert auth.status()["clockAheadSeconds"] is None
    world.clock.ahead = seconds
    auth.refresh()
    assert abs(auth.status()["clockAheadSeconds"] - seconds) <= 3


def test_status_compares_what_was_granted_with_what_the_operations_need(world: World) -> None:
    config = world.sandbox.config(operations={"allow": ["auth.*", "messages.list", "messages.send"]})
    with connect(config) as connector:
        connector.invoke("messages.list", {"limit": 1})
        status = connector.invoke("auth.status")
    assert status["scopes"] == ["Mail.Read", "Mail.Send"]
    assert status["missingPermissions"] == status["superfluousPermissions"] == []


def test_an_applications_permissions_are_those_in_its_token(world: World) -> None:
    config = world.sandbox.config(auth="application", operations={"allow": ["auth.*", "messages.list"]})
    with connect(config) as connector:
        connector.invoke("messages.list", {"limit": 1})
        status = connector.invoke("auth.status")
    assert "Mail.ReadWrite" in status["scopes"]
    assert status["credential"] == {"kind": "clientSecret"}
    assert "Mail.Send" in status["superfluousPermissions"]
    assert "Mail.ReadWrite" not in status["superfluousPermissions"]


def test_what_a_special_use_needs_is_not_superfluous(world: World) -> None:
    for allowed, superfluous in (
        (["drafts.send"], ["User.Read"]),
        (["messages.get"], ["Mail.Send", "User.Read"]),
    ):
        config = world.sandbox.config(operations={"allow": ["auth.*", *allowed]})
        with connect(config, token_store=world.store) as connector:
            begun = connector.invoke("auth.begin", {"scopes": ["Mail.Read", "Mail.Send", "User.Read"]})
            connector.invoke("auth.complete", world.browse(begun["authorizationUrl"]))
            assert connector.invoke("auth.status")["superfluousPermissions"] == superfluous


@pytest.mark.parametrize(
    ("mailbox", "asked"), [("kim@contoso.example", "Mail.Read.Shared"), (None, "Mail.Read")]
)
def test_a_connection_to_somebody_elses_mailbox_asks_for_what_reaches_it(
    world: World, mailbox: str | None, asked: str
) -> None:
    config = world.sandbox.config(mailbox=mailbox, operations={"allow": ["auth.*", "messages.list"]})
    with connect(config) as connector:
        connector.invoke("auth.refresh")
        status = connector.invoke("auth.status")
    assert (status["scopes"], status["missingPermissions"]) == ([asked], [])


def test_for_ones_own_mailbox_a_shared_permission_does_as_well(world: World) -> None:
    config = world.sandbox.config(mailbox="adele@contoso.example", operations={"allow": ["messages.list"]})
    with connect(config) as connector:
        assert connector.invoke("messages.list", {"limit": 1})["value"]
