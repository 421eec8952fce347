"""No secret, token, code or verifier in anything that is written, with every logger at DEBUG."""

from __future__ import annotations

import io
import json
import logging
import threading
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from signin_cases import ADELE, CASES, TOKEN
from signin_world import World

from outlook_connector.auth import Auth, login
from outlook_connector.errors import ConnectorError, SignInRequired
from outlook_connector.store import MemoryStore


class Everything(logging.Handler):
    """Collects what any logger says at any level, formatted, with its traceback and its raw arguments."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.text.write(f"{self.format(record)}\n{record.args!r}\n")


@pytest.fixture
def log() -> Iterator[Everything]:
    """All loggers at DEBUG, those that exist and those to come."""
    collector, root = Everything(), logging.getLogger()
    known = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    before = [(logger, logger.level, logger.disabled) for logger in [root, *known]]
    root.addHandler(collector)
    for logger, _, _ in before:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
    yield collector
    root.removeHandler(collector)
    for logger, level, disabled in before:
        logger.setLevel(level)
        logger.disabled = disabled


def everything_of(error: BaseException) -> str:
    """The error as any host may show it: text, repr, details, and the whole chain of tracebacks."""
    chained: list[str] = []
    current: BaseException | None = error
    while current is not None:
        chained += [repr(current), str(current), repr(getattr(current, "__dict__", ""))]
        current = current.__cause__ or current.__context__
    told = error.to_dict() if isinstance(error, ConnectorError) else {}
    return "\n".join([*chained, str(told), "".join(traceback.format_exception(error))])


def secrets_of(world: World, auth: Auth) -> list[str]:
    config = auth.config
    given = [config.client_secret, config.refresh_token]
    handed = [tokens[name] for tokens in world.handed for name in ("refreshToken", "accessToken")]
    return [secret.reveal() for secret in given if secret] + handed


@pytest.mark.parametrize("name", CASES)
def test_no_secret_is_written_anywhere_when_it_fails(
    world: World, log: Everything, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    auth = CASES[name].prepare(world)
    with pytest.raises(ConnectorError) as refused:
        auth.token()
    written = (
        everything_of(refused.value) + log.text.getvalue() + repr(auth.config) + "".join(capfd.readouterr())
    )
    written += str(auth.status())
    found = [secret for secret in secrets_of(world, auth) if secret in written]
    assert found == []
    assert len(written) > 500


class Noting(MemoryStore):
    """A host's store that remembers whatever it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        self.seen.append(blob or b"{}")
        return super().save(key, blob, version, ttl=ttl)


def test_no_secret_is_written_anywhere_when_all_goes_well(
    world: World, log: Everything, capfd: pytest.CaptureFixture[str]
) -> None:
    store, codes = Noting(), []
    auth = world.nobody(store=store)

    def open_browser(url: str) -> None:
        headers = {"x-sandbox-user": ADELE}
        back = world.http().get(url, headers=headers, allow_redirects=False).headers["Location"]
        codes.append(back.split("code=")[1].split("&")[0])
        threading.Thread(target=urllib.request.urlopen, args=(back,)).start()

    login(auth, open_browser=open_browser, timeout=20)
    auth.refresh()
    application = world.auth(world.config(auth="application"))
    verifiers = [json.loads(blob)["flow"]["code_verifier"] for blob in store.seen if b"code_verifier" in blob]
    secrets = [application.token(), auth.token(), *codes, *verifiers, *secrets_of(world, auth)]
    written = log.text.getvalue() + "".join(capfd.readouterr()) + str(auth.status())
    assert len(verifiers) == len(codes) == 1
    assert "oauth2/v2.0/token" in written
    assert [secret for secret in secrets if secret in written] == []


@pytest.mark.parametrize(
    "body", ["{canary}", "<p>{canary}</p>", '{{"error": "{canary}", "access_token": "{canary}"}}']
)
def test_an_answer_that_makes_no_sense_is_not_quoted(world: World, log: Everything, body: str) -> None:
    canary = "token-canary-in-a-broken-answer"
    world.sandbox.fault(TOKEN, status=200, body=body.format(canary=canary))
    with pytest.raises(ConnectorError) as refused:
        world.auth().token()
    assert canary not in everything_of(refused.value) + log.text.getvalue()


def test_a_failed_exchange_quotes_neither_code_nor_verifier(world: World, log: Everything) -> None:
    auth = world.nobody()
    first, second = auth.begin(), auth.begin()
    code = world.browse(first["authorizationUrl"])["code"]
    log.text.truncate(0)
    with pytest.raises(SignInRequired) as refused:
        auth.complete({"state": second["state"], "code": code})
    assert code not in everything_of(refused.value) + log.text.getvalue()


def _pem(world: World) -> tuple[dict[str, Any], list[str]]:
    text = Path(world.sandbox.certificate_file()).read_text()
    key = text.split("PRIVATE KEY-----")[1]
    return {"certificate": {"pem": text}}, [line for line in key.splitlines() if len(line) > 20]


def _password(world: World) -> tuple[dict[str, Any], list[str]]:
    path, canary = world.sandbox.certificate_file(), "password-canary-88"
    return {"certificate": {"path": path, "password": canary}}, [canary]


def _file(world: World) -> tuple[dict[str, Any], list[str]]:
    path = world.sandbox.federated_token_file()
    return {"federatedTokenFile": path}, [Path(path).read_text().strip()]


def _text(world: World) -> tuple[dict[str, Any], list[str]]:
    token = Path(world.sandbox.federated_token_file()).read_text().strip()
    return {"federatedToken": token}, [token]


def _callable(world: World) -> tuple[dict[str, Any], list[str]]:
    token = Path(world.sandbox.federated_token_file()).read_text().strip()
    return {"federatedToken": lambda: token}, [token]


TROUBLE: dict[str, Callable[[World], Any]] = {
    "none": lambda world: None,
    "refused": lambda world: world.sandbox.fault(
        TOKEN, status=401, body='{"error": "invalid_client"}', times=None
    ),
    "service down": lambda world: world.sandbox.fault(TOKEN, status=503, times=None),
    "answer lost": lambda world: world.sandbox.fault(TOKEN, drop="after", times=None),
    "nonsense": lambda world: world.sandbox.fault(TOKEN, status=200, body="<p>hotel</p>", times=None),
}


@pytest.mark.parametrize("credential", [_pem, _password, _file, _text, _callable])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_credential_is_written_anywhere(
    world: World,
    log: Everything,
    capfd: pytest.CaptureFixture[str],
    credential: Callable[[World], tuple[dict[str, Any], list[str]]],
    trouble: str,
) -> None:
    given, secrets = credential(world)
    auth = world.auth(world.config(auth="application", clientSecret=None, **given))
    TROUBLE[trouble](world)
    written = repr(auth.config)
    try:
        secrets.append(auth.token())
    except ConnectorError as error:
        written += everything_of(error)
    written += log.text.getvalue() + "".join(capfd.readouterr()) + str(auth.status())
    assert [secret for secret in secrets if secret in written] == []
    assert len(written) > 500


def test_a_devices_sign_in_is_written_nowhere(
    world: World, log: Everything, capfd: pytest.CaptureFixture[str]
) -> None:
    store = Noting()
    auth = world.nobody(store=store)
    begun = auth.begin_device()
    world.pass_time(begun["interval"])
    auth.complete_device(begun["deviceSession"])
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    auth.complete_device(begun["deviceSession"])
    codes = [json.loads(blob)["device_code"] for blob in store.seen if b"device_code" in blob]
    exported = auth.export_account("passphrase-canary-91")
    written = log.text.getvalue() + "".join(capfd.readouterr()) + str(auth.status()) + str(exported)
    secrets = [begun["deviceSession"], begun["userCode"], "passphrase-canary-91", auth.token(), *codes]
    assert codes
    assert [secret for secret in secrets if secret in written] == []
