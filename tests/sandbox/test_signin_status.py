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
