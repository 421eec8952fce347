"""Configurations and circumstances in which no token can be had, and what is said of each."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from signin_world import World

from outlook_connector.auth import Auth
from outlook_connector.errors import (
    AuthError,
    ConnectorError,
    ConsentRequired,
    CredentialExpired,
    SignInRequired,
    TransportError,
)

TOKEN = "POST */oauth2/v2.0/token"
CROSS_CLOUD = (
    '{"error": "invalid_request", "error_codes": [900382], '
    '"error_description": "AADSTS900382: Confidential Client is not supported in Cross Cloud request."}'
)


@dataclass(frozen=True)
class Case:
    """``prepare`` makes the world wrong and returns the ``Auth`` whose token cannot be had."""

    prepare: Callable[[World], Auth]
    kind: type[ConnectorError]
    aadsts: int | None
    says: str


def overridden(**overrides: Any) -> Callable[[World], Auth]:
    return lambda world: world.auth(world.config(**overrides))


def unknown_tenant(world: World) -> Auth:
    return world.auth(
        world.config(tenantId=None, authority=f"{world.sandbox.base_url}/nowhere.example", clientId="x-1")
    )


def expired_secret(world: World) -> Auth:
    world.sandbox.directory.app.secrets[0].expires = world.sandbox.clock.now() - timedelta(days=1)
    return world.auth()


def after(change: Callable[[World], Any]) -> Callable[[World], Auth]:
    def prepare(world: World) -> Auth:
        auth = world.auth(world.config())
        change(world)
        return auth

    return prepare


def nobody_there(world: World) -> Auth:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return world.auth(world.config(authority=f"https://127.0.0.1:{port}/{world.sandbox.tenant_id}"))


ADELE = "adele@contoso.example"

CASES = {
    "unknown tenant": Case(unknown_tenant, AuthError, 90002, "tenantId"),
    "unknown app": Case(
        overridden(clientId="00000000-1111-2222-3333-444444444444"), AuthError, 700016, "clientId"
    ),
    "wrong secret": Case(
        overridden(clientSecret="not-the-secret-canary"), AuthError, 7000215, "clientSecret"
    ),
    "expired secret": Case(expired_secret, CredentialExpired, 7000222, "clientSecret"),
    "no secret for a web app": Case(overridden(clientSecret=None), AuthError, 7000218, "clientSecret"),
    "missing consent": Case(
        after(lambda world: world.sandbox.entra.withdraw_consent(ADELE)),
        ConsentRequired,
        65001,
        "adminconsent",
    ),
    "wrong cloud": Case(
        after(lambda world: world.sandbox.fault(TOKEN, status=400, body=CROSS_CLOUD)),
        AuthError,
        900382,
        "cloud",
    ),
    "no network": Case(nobody_there, TransportError, None, "http.proxy"),
    "untrusted certificate": Case(overridden(http={}), TransportError, None, "http.caBundle"),
    "dead proxy": Case(overridden(http={"proxy": "http://127.0.0.1:9"}), TransportError, None, "http.proxy"),
    "expired refresh token": Case(
        after(lambda world: world.sandbox.entra.expire_refresh_tokens()),
        SignInRequired,
        700082,
        "Sign in again",
    ),
    "revoked session": Case(
        after(lambda world: world.sandbox.entra.revoke(ADELE)), SignInRequired, 50173, "Sign in again"
    ),
    "second factor": Case(
        after(lambda world: world.sandbox.entra.require(ADELE, "mfa")), SignInRequired, 50076, "Sign in again"
    ),
    "conditional access": Case(
        after(lambda world: world.sandbox.entra.require(ADELE, "conditional_access")),
        SignInRequired,
        53003,
        "policy",
    ),
    "broken refresh token": Case(
        overridden(refreshToken="garbage-canary"), SignInRequired, 9002313, "Sign in"
    ),
    "service down": Case(
        after(lambda world: world.sandbox.fault(TOKEN, status=503, times=None)), TransportError, None, "503"
    ),
    "answer lost": Case(
        after(lambda world: world.sandbox.fault(TOKEN, drop="after", times=None)),
        TransportError,
        None,
        "127.0.0.1",
    ),
}
