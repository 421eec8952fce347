"""What happens to an account's tokens when several things happen at once, or one of them fails."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

from outlook_connector import AuthError, ConnectorError, ConsentRequired, connect
from outlook_connector.auth.provider import IN_VAIN
from outlook_connector.sandbox import Sandbox
from outlook_connector.store import Lease, SqliteStore

TOKENS = "POST */oauth2/v2.0/token"
ADELE = "adele@contoso.example"
LIST = ("messages.list", {"limit": 1})


def posts(sandbox: Sandbox) -> int:
    return sum(one.path.endswith("/oauth2/v2.0/token") for one in sandbox.requests)


@contextlib.contextmanager
def in_thread(call: Callable[[], Any]) -> Iterator[None]:
    thread = threading.Thread(target=call)
    thread.start()
    yield
    thread.join()


@pytest.mark.parametrize("single_use", [True, False])
def test_a_consent_in_the_middle_of_a_refresh_costs_no_token(single_use: bool, tmp_path: Path) -> None:
    with Sandbox(single_use_refresh_tokens=single_use) as sandbox:
        settings = sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")
        with connect(settings) as one, connect(settings) as other:
            one.invoke("auth.refresh")
            begun = other.invoke("auth.begin", {"adminConsent": True})
            sandbox.fault(TOKENS, delay=1.0, times=1)
            before = posts(sandbox)
            with in_thread(lambda: one.invoke("auth.refresh")):
                while posts(sandbox) == before:
                    time.sleep(0.01)
                answer = {"state": begun["state"], "admin_consent": "True", "tenant": sandbox.tenant_id}
                other.invoke("auth.complete", {**answer, "scope": "https://graph.microsoft.com/Mail.Read"})
            for connector in (one, other):
                connector.invoke("auth.refresh")
            assert sandbox.entra.spent_refresh_tokens == 0


class Failing:
    """A store of a host's own, whose token rows cannot be written while it ``fails``."""

    def __init__(self, path: Path) -> None:
        self._inner = SqliteStore(path)
        self.fails = False

    def load(self, key: str) -> tuple[bytes | None, int]:
        return self._inner.load(key)

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        if self.fails and key.startswith("token/"):
            raise ConnectorError("The disk is full.", code="storeFailed", retryable=True)
        return self._inner.save(key, blob, version, ttl=ttl)

    def lease(self, key: str, ttl: float) -> Lease | None:
        return self._inner.lease(key, ttl)


def test_a_token_that_could_not_be_stored_is_used_and_stored_next_time(tmp_path: Path) -> None:
    with Sandbox(single_use_refresh_tokens=True) as sandbox:
        store = Failing(tmp_path / "store.sqlite3")
        with connect(sandbox.config(tokenStore=None), token_store=store) as connector:
            connector.invoke("auth.refresh")
            store.fails = True
            for _ in range(2):
                connector.invoke("auth.refresh")
            store.fails = False
            connector.invoke("auth.refresh")
        with connect(sandbox.config(tokenStore=None, refreshToken=None), token_store=store) as another:
            another.invoke("auth.refresh")
        assert sandbox.entra.spent_refresh_tokens == 0


def test_a_challenge_is_met_although_another_worker_renewed_without_its_claims(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        settings = sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")
        with connect(settings) as one, connect(settings) as other:
            for connector in (one, other):
                connector.invoke(*LIST)
            sandbox.clock.advance(2)
            sandbox.entra.demand_claims(ADELE)
            one.invoke("auth.refresh")
            other.invoke(*LIST)


def test_a_refusal_is_not_asked_for_again_at_every_call_but_at_once_when_it_is_wanted(
    outlook_sandbox: Sandbox,
) -> None:
    with connect(outlook_sandbox.config()) as connector:
        connector.invoke(*LIST)
        outlook_sandbox.entra.withdraw_consent(ADELE)
        outlook_sandbox.clock.advance(4000)
        before = posts(outlook_sandbox)
        for _ in range(10):
            with pytest.raises(ConsentRequired):
                connector.invoke(*LIST)
        asked = posts(outlook_sandbox) - before
        assert asked <= 2 * IN_VAIN, "one for all that is wanted, one for what was granted"
        with pytest.raises(AuthError):
            connector.invoke("auth.refresh")
        assert posts(outlook_sandbox) > before + asked


def test_a_managed_identitys_token_is_not_another_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox() as sandbox:
        for name, value in sandbox.managed_identity_environment("imds").items():
            monkeypatch.setenv(name, value)
        none = dict.fromkeys(("clientId", "clientSecret", "redirectUri"))
        store = f"sqlite:///{tmp_path}/store.sqlite3"
        settings = sandbox.config(auth="managedIdentity", tokenStore=store, **none)
        for _ in range(2):
            with connect(settings) as machine:
                machine.invoke(*LIST)
        assert sum("/metadata/identity" in one.path for one in sandbox.requests) == 2


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that interrupts")
def test_what_interrupts_a_renewal_shows_no_secret(outlook_sandbox: Sandbox) -> None:
    class TimeLimit(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise TimeLimit

    settings = outlook_sandbox.config()
    outlook_sandbox.fault(TOKENS, delay=3, times=1)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with connect(settings) as connector, pytest.raises(TimeLimit) as raised:
            signal.setitimer(signal.ITIMER_REAL, 0.7)
            connector.invoke("auth.refresh")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    console = Console(width=400, record=True, file=Path("/dev/null").open("w"))  # noqa: SIM115 - the test's own
    shown = Traceback.from_exception(
        raised.type, raised.value, raised.tb, show_locals=True, locals_max_string=None, locals_max_length=None
    )
    console.print(shown)
    text = console.export_text().replace(repr(settings), "")
    frames = [frame for frame in text.split("╭") if "outlook_connector/auth" in frame or "msal" in frame]
    assert "TimeLimit" in text
    assert not any(outlook_sandbox.client_secret in one or settings["refreshToken"] in one for one in frames)
