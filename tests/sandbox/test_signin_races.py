"""What happens to a row while others write it: nothing newer is lost, and nobody comes back signed in."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from signin_world import PatientClock, World

from outlook_connector.errors import SignInRequired
from outlook_connector.store import Lease, Store

SANDBOX = {"single_use_refresh_tokens": True}
TOKEN = "POST */oauth2/v2.0/token"


class OneLookBehind:
    """A host's store over a lagging replica: one load answers what stood there before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.stale: dict[str, tuple[bytes | None, int]] = {}

    def load(self, key: str) -> tuple[bytes | None, int]:
        return self.stale.pop(key, None) or self._store.load(key)

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        return self._store.save(key, blob, version, ttl=ttl)

    def lease(self, key: str, ttl: float) -> Lease | None:
        return self._store.lease(key, ttl)


def token_key(auth: Any) -> str:
    return str(auth._tokens._renewal.row.key)


def test_a_spent_refresh_token_is_not_the_end_where_another_worker_has_rotated_it(world: World) -> None:
    world.sign_in(world.nobody())
    lagging = OneLookBehind(world.store)
    auth = world.nobody(store=lagging)
    before = world.store.load(token_key(auth))
    world.nobody().refresh()
    lagging.stale = {token_key(auth): before}
    auth.refresh()
    assert world.sandbox.entra.spent_refresh_tokens == 1
    assert auth.status()["signedIn"] is True
    assert world.me(auth.token()).status_code == 200


def test_a_sign_in_during_a_refresh_is_not_overwritten(world: World) -> None:
    world.clock = PatientClock()
    auth = world.nobody()
    world.sign_in(auth)
    world.sandbox.fault(TOKEN, delay=0.5)
    slow = threading.Thread(target=auth.refresh)
    slow.start()
    while world.posts() < 2:
        pass
    another = world.nobody()
    another.sign_out()
    world.sign_in(another, "kim@contoso.example")
    slow.join()
    assert auth.status()["username"] == "kim@contoso.example"


def test_signing_out_during_a_refresh_stays_signed_out(world: World) -> None:
    world.clock = PatientClock()
    auth = world.nobody()
    world.sign_in(auth)
    world.sandbox.fault(TOKEN, delay=0.5)
    failures: list[Any] = []

    def refresh() -> None:
        try:
            auth.refresh()
        except SignInRequired as error:
            failures.append(error)

    slow = threading.Thread(target=refresh)
    slow.start()
    while world.posts() < 2:
        pass
    world.nobody().sign_out()
    slow.join()
    assert "signed out" in failures[0].message
    assert auth.status()["signedIn"] is False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_child_gets_tokens_after_a_fork_even_while_a_thread_of_its_parent_waits(world: World) -> None:
    world.clock = PatientClock()
    auth = world.auth()
    old = auth.token()
    world.sandbox.fault(TOKEN, delay=1.0)
    busy = threading.Thread(target=auth.refresh)
    busy.start()
    while world.posts() < 2:
        pass
    child = os.fork()
    if child == 0:
        os._exit(0 if auth.token() == old else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    busy.join()
