"""Eight configurations that are wrong, and for each: one clear message, one error class, one exit code, no secret."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cli_world import JWT, Result, config_file, run, started

from outlook_connector.hosts.cli.following import Follower, Page, Returned, sign_in
from outlook_connector.sandbox import Sandbox

NOBODYS_TENANT = "11111111-2222-3333-4444-555555555555"
WRONG_SECRET = "wrong~but-still-nobodys-business"
ADELE = "adele@contoso.example"
AUTHORIZE = r"(?m)^https://127\S+/authorize\S+"


@dataclass(frozen=True)
class Case:
    """``make`` gives the configuration, ``does`` runs the command and returns what it was and what must not be seen.

    ``aadsts`` is the number in ``details``; where Microsoft's page shows it and nothing comes back, only the message
    has it.
    """

    name: str
    make: Callable[[Sandbox, Path], dict[str, Any]]
    does: Callable[[Sandbox, str, tuple[str, ...]], tuple[Result, list[str]]]
    aadsts: int | None
    error: str
    code: int
    says: str


def invoke(sandbox: Sandbox, config: str, flags: tuple[str, ...]) -> tuple[Result, list[str]]:
    return run("invoke", "messages.list", '{"limit": 1}', "--config", config, *flags), []


def login(sandbox: Sandbox, config: str, flags: tuple[str, ...]) -> tuple[Result, list[str]]:
    """A person signs in and the code comes back; then it is used in vain."""
    with started("login", "--no-browser", "--config", config, *flags) as running:
        url = running.said(AUTHORIZE)
        redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        user = sandbox.users[0]
        returned, _ = sign_in(Follower(redirect, sandbox.ca_file), url, user.address, user.password)
        connection = http.client.HTTPConnection(urlsplit(redirect).netloc, timeout=20)
        connection.request("GET", "/?" + urlencode(returned))
        page = connection.getresponse().read().decode()
        assert returned["code"] not in page
        return running.result(), [returned["code"]]


def login_to_nowhere(sandbox: Sandbox, config: str, flags: tuple[str, ...]) -> tuple[Result, list[str]]:
    """Microsoft shows the error on its own page and never sends the browser back."""
    with started("login", "--no-browser", "--timeout", "0.5", "--config", config, *flags) as running:
        url = running.said(AUTHORIZE)
        redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        page = Follower(redirect, sandbox.ca_file).open(url)
        assert isinstance(page, Page) and "AADSTS50011" in page.alert
        result = running.result()
        assert redirect in result.out + result.err
        return result, []


def unknown_tenant(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    return sandbox.config(tenantId=NOBODYS_TENANT, authority=f"{sandbox.base_url}/{NOBODYS_TENANT}")


def wrong_secret(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    return sandbox.config(clientSecret=WRONG_SECRET)


def expired_secret(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    sandbox.directory.app.secrets[0].expires = datetime.now(UTC) - timedelta(days=1)
    return sandbox.config(refreshToken=None, tokenStore=f"sqlite:///{directory}/tokens.sqlite3")


def missing_consent(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    config = sandbox.config()
    sandbox.entra.withdraw_consent(ADELE)
    return config


def wrong_redirect_uri(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    store = f"sqlite:///{directory}/tokens.sqlite3"
    return sandbox.config(refreshToken=None, tokenStore=store, redirectUri="http://localhost/not-registered")


def wrong_cloud(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    """The app's tenant is in the global cloud, and asked for a token for the Graph of China's."""
    return sandbox.config(cloud="china", graphAudience="https://microsoftgraph.chinacloudapi.cn")


def no_network(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"https://127.0.0.1:{unused.getsockname()[1]}"
    return sandbox.config(authority=f"{nowhere}/{sandbox.tenant_id}", graphUrl=f"{nowhere}/v1.0")


def expired_refresh_token(sandbox: Sandbox, directory: Path) -> dict[str, Any]:
    config = sandbox.config()
    sandbox.entra.expire_refresh_tokens()
    return config


CASES = (
    Case("unknown tenant", unknown_tenant, invoke, 90002, "AuthError", 3, "Set tenantId"),
    Case("wrong secret", wrong_secret, invoke, 7000215, "AuthError", 3, "clientSecret"),
    Case("expired secret", expired_secret, login, 7000222, "CredentialExpired", 3, "Make a new one"),
    Case("missing consent", missing_consent, invoke, 65001, "ConsentRequired", 3, "consent"),
    Case(
        "wrong redirect URI", wrong_redirect_uri, login_to_nowhere, None, "SignInRequired", 3, "AADSTS50011"
    ),
    Case("wrong cloud", wrong_cloud, invoke, 500011, "AuthError", 3, "Check cloud"),
    Case("no network", no_network, invoke, None, "TransportError", 1, "Check the network"),
    Case(
        "expired refresh token", expired_refresh_token, invoke, 700082, "SignInRequired", 3, "Sign in again"
    ),
)


@pytest.fixture(params=CASES, ids=lambda case: case.name.replace(" ", "-"))
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def test_one_clear_message_says_what_to_do(case: Case, sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, case.make(sandbox, tmp_path))
    result, _ = case.does(sandbox, config, ())
    assert result.code == case.code
    assert result.out == ""
    messages = [line for line in result.err.splitlines() if line.startswith("Error: ")]
    assert len(messages) == 1
    assert case.says in messages[0]
    assert case.aadsts is None or f"AADSTS{case.aadsts}" in messages[0]
    assert "Traceback" not in result.err


def test_programs_get_the_error_whole(case: Case, sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, case.make(sandbox, tmp_path))
    result, _ = case.does(sandbox, config, ("--json",))
    error = result.json["error"]
    assert (error["error"], error["details"].get("aadsts"), result.code) == (
        case.error,
        case.aadsts,
        case.code,
    )


def test_no_secret_is_seen_at_debug_level(case: Case, sandbox: Sandbox, tmp_path: Path) -> None:
    made = case.make(sandbox, tmp_path)
    result, more = case.does(sandbox, config_file(tmp_path, made), ("--debug",))
    assert " DEBUG " in result.err
    seen = result.out + result.err
    secrets = [
        made["clientSecret"],
        made.get("refreshToken", sandbox.client_secret),
        sandbox.client_secret,
        *more,
    ]
    assert [secret for secret in secrets if secret in seen] == []
    assert not JWT.search(seen)
    for path in tmp_path.glob("tokens*"):
        assert not any(secret.encode() in path.read_bytes() for secret in secrets)


def test_the_page_is_followed_until_the_redirect_uri(sandbox: Sandbox) -> None:
    """What the cases rely on: without a fault the same way brings a code."""
    query = {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": sandbox.redirect_uri,
        "scope": "openid Mail.Read",
    }
    url = f"{sandbox.authority}/oauth2/v2.0/authorize?{urlencode(query)}"
    follower = Follower(sandbox.redirect_uri, sandbox.ca_file)
    parameters, pages = sign_in(follower, url, ADELE, sandbox.users[0].password)
    assert parameters["code"] and pages == ["Sign in", "Permissions requested"]
    assert isinstance(follower.open(url + "&prompt=none&login_hint=" + ADELE), Returned)
