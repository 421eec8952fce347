"""A refresh token that the host keeps: used, rotated, handed back, and never confused with another session's."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from signin_world import World

from outlook_connector.auth.account import LINEAGE
from outlook_connector.errors import SignInRequired
from outlook_connector.store import MemoryStore

SANDBOX = {"single_use_refresh_tokens": True}


def test_the_rotated_token_is_handed_back_with_what_belongs_to_it(world: World) -> None:
    config = world.config()
    auth = world.auth(config)
    token = auth.token()
    (handed,) = world.handed
    assert handed.keys() == {"account", "refreshToken", "accessToken", "expiresAt", "scopes"}
    assert config.refresh_token is not None
    assert handed["refreshToken"] != config.refresh_token.reveal()
    assert handed["accessToken"] == token
    assert handed["account"] == "default"


def test_a_host_that_keeps_what_it_was_handed_goes_on_with_an_empty_store(world: World) -> None:
    world.auth().token()
    kept = world.handed[-1]["refreshToken"]
    world.store = MemoryStore(world.clock.time)
    auth = world.auth(world.config(refreshToken=kept))
    assert world.me(auth.token()).status_code == 200
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_a_host_that_lags_behind_is_served_from_the_row(world: World) -> None:
    config = world.config()
    world.auth(config).token()
    world.auth(config).refresh()
    for supplied in (config, world.config(refreshToken=world.handed[0]["refreshToken"])):
        auth = world.auth(supplied)
        world.pass_time(3600)
        assert world.me(auth.token()).status_code == 200
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_a_host_that_never_changes_its_token_is_served_however_often_it_was_rotated(world: World) -> None:
    auth = world.auth(world.config())
    auth.token()
    for _ in range(LINEAGE + 5):
        auth.refresh()
    assert world.auth(auth.config).token() == auth.token()
    world.pass_time(3600)
    assert world.me(world.auth(auth.config).token()).status_code == 200
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_a_sign_in_replaces_a_hosts_token_of_before_until_the_host_supplies_another(world: World) -> None:
    adeles, kims = world.config("adele@contoso.example"), world.config("kim@contoso.example")
    world.sandbox.entra.revoke("adele@contoso.example")
    auth = world.auth(adeles)
    with pytest.raises(SignInRequired):
        auth.token()
    world.sign_in(auth, "nestor@contoso.example")
    for worker in (auth, world.auth(adeles)):
        world.pass_time(3600)
        assert world.me(worker.token()).json()["mail"] == "nestor@contoso.example"
    assert world.me(world.auth(kims).token()).json()["mail"] == "kim@contoso.example"


def test_another_persons_token_from_the_host_replaces_the_row(world: World) -> None:
    world.auth(world.config("adele@contoso.example")).token()
    auth = world.auth(world.config("kim@contoso.example"))
    assert world.me(auth.token()).json()["mail"] == "kim@contoso.example"
    assert auth.status()["username"] == "kim@contoso.example"


def test_another_persons_refused_token_never_falls_back_to_the_rows_person(world: World) -> None:
    adeles = world.config("adele@contoso.example")
    world.auth(adeles).token()
    kims = world.config("kim@contoso.example")
    world.sandbox.entra.revoke("kim@contoso.example")
    auth = world.auth(kims)
    for _ in range(2):
        with pytest.raises(SignInRequired, match="50173"):
            auth.token()
    assert world.posts() == 2
    with pytest.raises(SignInRequired):
        auth.refresh()
    assert world.me(world.auth(adeles).token()).json()["mail"] == "adele@contoso.example"


def test_a_refused_token_from_the_host_is_asked_about_once_by_all_workers(world: World) -> None:
    config = world.config()
    world.sandbox.entra.expire_refresh_tokens()
    for worker in (world.auth(config), world.auth(config)):
        with pytest.raises(SignInRequired, match="700082"):
            worker.token()
    assert world.posts() == 1
    fresh = world.auth(world.config())
    assert world.me(fresh.token()).status_code == 200


def test_a_host_whose_callback_fails_still_gets_its_mail(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def on_tokens(tokens: dict[str, Any]) -> None:
        raise RuntimeError(f"cannot save {tokens['refreshToken']}")

    with caplog.at_level(logging.DEBUG):
        auth = world.auth(on_tokens=on_tokens)
        assert world.me(auth.token()).status_code == 200
    assert "RuntimeError" in caplog.text
    assert "cannot save" not in caplog.text


def test_a_callback_may_use_the_connector_itself(world: World) -> None:
    seen: list[str] = []
    auth = world.auth(on_tokens=lambda tokens: seen.append(auth.token()))
    assert auth.token() == seen[0]


def test_a_store_that_fails_after_the_exchange_does_not_lose_the_tokens(world: World) -> None:
    from outlook_connector.errors import ConnectorError

    class Full(MemoryStore):
        def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
            raise ConnectorError("the disk is full", code="storeFailed", retryable=True)

    auth = world.auth(store=Full(world.clock.time))
    assert world.me(auth.token()).status_code == 200
    assert auth.token() == world.handed[0]["accessToken"]
    assert world.posts() == 1
