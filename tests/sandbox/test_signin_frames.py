"""No secret, token, code or verifier in the variables of any frame that an error of a sign-in leads to.

Tools such as pytest's ``--showlocals`` and rich's tracebacks print them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from rich.console import Console
from rich.pretty import Pretty
from signin_cases import ADELE, CASES, TOKEN
from signin_world import World

import outlook_connector
from outlook_connector.auth import Auth, login_device
from outlook_connector.errors import ConfigError, ConnectorError
from outlook_connector.store import MemoryStore

PACKAGE = Path(outlook_connector.__file__).parent
PASSPHRASE = "passphrase-canary-of-the-operator"


def frames_of(error: BaseException) -> list[tuple[str, str, Any]]:
    """File, name and value of each variable of each of the package's frames, of the whole chain of errors."""
    found: list[tuple[str, str, Any]] = []
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        waiting += [current.__cause__, current.__context__]
        trace: TracebackType | None = current.__traceback__
        while trace is not None:
            file = Path(trace.tb_frame.f_code.co_filename)
            if file.is_relative_to(PACKAGE):
                found += [(file.name, *item) for item in trace.tb_frame.f_locals.items()]
            trace = trace.tb_next
    return found


def shown(error: BaseException) -> str:
    """The variables as ``repr`` shows them, and as rich does, which looks into containers and dataclasses."""
    out = io.StringIO()
    console = Console(file=out, width=5000)
    for file, name, value in frames_of(error):
        out.write(f"{file} {name}={value!r}\n")
        console.print(Pretty(value))
    return out.getvalue()


def leaks(error: BaseException, secrets: list[str]) -> list[str]:
    assert all(secrets)
    written = shown(error)
    return [line for line in written.splitlines() if any(secret in line for secret in secrets)]


def secrets_of(world: World, auth: Auth) -> list[str]:
    given = [auth.config.client_secret, auth.config.refresh_token]
    handed = [tokens[name] for tokens in world.handed for name in ("refreshToken", "accessToken")]
    return [secret.reveal() for secret in given if secret] + handed


@pytest.mark.parametrize("name", CASES)
def test_no_refusal_of_a_token_leads_to_one(world: World, name: str) -> None:
    auth = CASES[name].prepare(world)
    with pytest.raises(ConnectorError) as refused:
        auth.token()
    assert leaks(refused.value, secrets_of(world, auth)) == []


BODIES = {
    "unusable": '{"access_token": "canary-access", "expires_in": "soon", "refresh_token": "canary-refresh"}',
    "no access token": '{"refresh_token": "canary-refresh", "id_token": "canary-access"}',
    "two lines": '{"access_token": "canary-access\\n", "refresh_token": "canary-refresh"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_answer_that_makes_no_sense_is_led_to(world: World, body: str) -> None:
    auth = world.auth()
    world.sandbox.fault(TOKEN, status=200, body=body)
    with pytest.raises(ConnectorError) as refused:
        auth.token()
    assert leaks(refused.value, ["canary-access", "canary-refresh", *secrets_of(world, auth)]) == []


class Failing(MemoryStore):
    """A host's store that breaks when it is told to, by the connector's error or by one of its own."""

    def __init__(self, world: World) -> None:
        super().__init__(world.clock.time)
        self.failure: Exception | None = None
        self.blobs: list[bytes] = []

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        self.blobs.append(blob or b"{}")
        if self.failure is not None and key.split("/", maxsplit=1)[0] in ("signin", "device", "token"):
            raise self.failure
        return super().save(key, blob, version, ttl=ttl)

    def kept(self, name: str) -> list[str]:
        """The values of that name in all blobs, at any depth that the connector uses."""
        values = [json.loads(blob) for blob in self.blobs if blob.startswith(b"{")]
        return [
            str(found) for one in values for found in (one.get(name), one.get("flow", {}).get(name)) if found
        ]


FAILURES = {"the connector's": ConfigError("The disk is full."), "its own": RuntimeError("The disk is full.")}


@pytest.fixture(params=FAILURES.values(), ids=FAILURES)
def failure(request: pytest.FixtureRequest) -> Exception:
    made: Exception = type(request.param)(str(request.param))
    return made


def failed(auth: Auth, store: Failing, failure: Exception, call: Callable[[], Any]) -> Exception:
    store.failure = failure
    with pytest.raises(type(failure)) as refused:
        call()
    return refused.value


def test_a_sign_in_that_cannot_be_kept_leads_to_no_verifier(world: World, failure: Exception) -> None:
    store = Failing(world)
    auth = world.nobody(store=store)
    error = failed(auth, store, failure, auth.begin)
    verifiers = [
        json.loads(blob)["flow"]["code_verifier"] for blob in store.blobs if b"code_verifier" in blob
    ]
    assert verifiers
    assert leaks(error, verifiers) == []


def test_a_completed_sign_in_that_cannot_be_kept_leads_to_no_token(world: World, failure: Exception) -> None:
    store = Failing(world)
    auth = world.nobody(store=store)
    back = world.browse(auth.begin()["authorizationUrl"])
    verifier = store.kept("code_verifier")
    error = failed(auth, store, failure, lambda: auth.complete(back))
    tokens = [*store.kept("refresh_token"), *store.kept("access_token")]
    assert leaks(error, [back["code"], *verifier, *tokens]) == []


def test_a_refresh_that_cannot_be_kept_leads_to_no_token(world: World) -> None:
    store = Failing(world)
    auth = world.nobody(store=store)
    world.sign_in(auth)
    error = failed(auth, store, RuntimeError("The disk is full."), auth.refresh)
    tokens = [*store.kept("refresh_token"), *store.kept("access_token")]
    assert len(set(tokens)) >= 4
    assert leaks(error, tokens) == []


def test_a_code_that_does_not_fit_is_led_to_by_nothing(world: World) -> None:
    store = Failing(world)
    auth = world.nobody(store=store)
    first, second = auth.begin(), auth.begin()
    back = {**world.browse(first["authorizationUrl"]), "state": second["state"]}
    with pytest.raises(ConnectorError) as refused:
        auth.complete(back)
    assert leaks(refused.value, [back["code"], *store.kept("code_verifier")]) == []


def test_a_device_that_is_refused_leads_to_no_code(world: World) -> None:
    store = Failing(world)
    auth = world.nobody(store=store)
    begun = auth.begin_device()
    world.pass_time(3600)
    with pytest.raises(ConnectorError) as refused:
        auth.complete_device(begun["deviceSession"])
    assert leaks(refused.value, [begun["deviceSession"], *store.kept("device_code")]) == []


def test_waiting_for_a_device_in_vain_leads_to_no_session(world: World) -> None:
    store = Failing(world)
    with pytest.raises(ConnectorError) as refused:
        login_device(world.nobody(store=store), announce=lambda line: None, timeout=1)
    assert leaks(refused.value, store.kept("device_code")) == []
    assert not any(
        "deviceSession" in str(value) for _, _, value in frames_of(refused.value) if isinstance(value, dict)
    )


def test_an_export_leads_to_no_passphrase(world: World, failure: Exception) -> None:
    store = Failing(world)
    auth = world.nobody(store=store)
    world.sign_in(auth)
    exported = auth.export_account(PASSPHRASE)
    wrong = "another-passphrase-canary"
    with pytest.raises(ConnectorError) as refused:
        auth.import_account(exported, wrong)
    assert leaks(refused.value, [wrong, PASSPHRASE]) == []
    error = failed(auth, store, failure, lambda: auth.import_account(exported, PASSPHRASE))
    assert leaks(error, [PASSPHRASE, *store.kept("refresh_token")]) == []


def test_a_hosts_token_that_is_no_token_is_led_to_by_nothing(world: World) -> None:
    taken_out = dict.fromkeys(("clientId", "clientSecret", "redirectUri", "refreshToken"))
    for token in ("canary\nof-the-host", "canary-of-the-höst"):
        auth = world.auth(world.config(auth="hostToken", **taken_out, accessToken=lambda token=token: token))
        with pytest.raises(ConnectorError) as refused:
            auth.token()
        assert leaks(refused.value, ["of-the-h"]) == []


@pytest.mark.parametrize("given", ["certificate", "federatedTokenFile"])
def test_no_credential_is_led_to(world: World, given: str) -> None:
    if given == "certificate":
        pem = Path(world.sandbox.certificate_file()).read_text()
        value, secrets = (
            {"pem": pem},
            [line for line in pem.split("PRIVATE KEY-----")[1].splitlines() if len(line) > 20],
        )
    else:
        value = world.sandbox.federated_token_file()
        secrets = [Path(value).read_text().strip()]
    auth = world.auth(world.config(auth="application", clientSecret=None, **{given: value}))
    world.sandbox.fault(TOKEN, status=401, body='{"error": "invalid_client"}', times=None)
    with pytest.raises(ConnectorError) as refused:
        auth.token()
    assert leaks(refused.value, secrets) == []
    assert ADELE not in shown(refused.value)
