"""Access tokens: issued by the Entra half, verified by the Graph half.

Tokens for Microsoft Graph are in the v1.0 format, which Graph's own registration asks for:
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.types import Options

from outlook_connector.sandbox.challenges import Challenges
from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.clouds import cloud_of_audience, graph_audiences
from outlook_connector.sandbox.directory import App, User
from outlook_connector.sandbox.keys import base64url, signing_key

# The tenant of all personal Microsoft accounts:
# https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
CAPABLE = "cp1"
_CHALLENGED = (
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "
    "TokenIssuedBeforeRevocationTimestamp"
)
_MALFORMED = "IDX14100: JWT is not well formed, there are no dots (.)."


@dataclass(frozen=True)
class Caller:
    """Who calls Graph. `user_id` is None for an app without a user, which then has `roles` and no `scopes`."""

    app_id: str
    user_id: str | None
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Requested:
    """What a request asked of the access token: client capabilities, and the `nbf` of a claims challenge."""

    capabilities: tuple[str, ...] = ()
    not_before: str = ""


class TokenRefused(Exception):
    """Graph would answer 401 with this error `code` and `message`; `claims` (JSON) are what it asks for instead."""

    def __init__(self, code: str, message: str, claims: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.claims = claims


class TokenAuthority:
    """Signs and verifies RS256 tokens of one tenant; `lifetime` is in seconds."""

    def __init__(self, clock: Clock, tenant_id: str, lifetime: int = 3600) -> None:
        self._clock = clock
        self.tenant_id = tenant_id
        self.lifetime = lifetime
        self.challenges = Challenges()

    def home_of(self, user: User) -> str:
        """The tenant of a user: this one, or that of all personal accounts."""
        return CONSUMERS if user.personal else self.tenant_id

    def access_token(
        self,
        app: App,
        audience: str,
        *,
        user: User | None = None,
        permissions: Iterable[str] = (),
        requested: Requested | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> str:
        """A signed token for `audience`; `permissions` become `scp` with a user, `roles` without one.

        `requested` is what the request's `claims` asked for, `extra` are further claims.
        """
        names, asked = sorted(permissions), requested or Requested()
        tenant = self.home_of(user) if user else self.tenant_id
        claims: dict[str, Any] = {
            "aud": audience,
            "iss": f"https://{cloud_of_audience(audience).sts}/{tenant}/",
            "appid": app.client_id,
            "app_displayname": app.name,
            "appidacr": "0" if app.public else "1",
            "tid": tenant,
            "uti": base64url(secrets.token_bytes(16)),
            "ver": "1.0",
        }
        claims |= _of_person(user, names) if user else _of_app(app, names)
        if asked.capabilities:
            claims["xms_cc"] = [one.lower() for one in asked.capabilities]
        user_id = user.id if user else None
        self.challenges.issued(app.client_id, user_id, claims["uti"], asked.not_before)
        return self.sign({**claims, **(extra or {})}, self.lifetime)

    def sign(self, claims: Mapping[str, Any], lifetime: int) -> str:
        """`claims` with iat, nbf and exp, as a compact JWT."""
        now = int(self._clock.now().timestamp())
        key = signing_key()
        return jwt.encode(
            {**claims, "iat": now, "nbf": now, "exp": now + lifetime},
            key.private,
            algorithm="RS256",
            headers={"kid": key.id, "x5t": key.id},
        )

    def verify(self, authorization: str | None, host: str = "") -> Caller:
        """The caller that an `Authorization` header names, as the Graph of `host` sees it.

        Raises TokenRefused with Graph's own code and message: no token, not a token, a foreign signature, the
        audience of another cloud's host, another tenant, expired by the sandbox's clock, or challenged.
        """
        claims = _decoded(_bearer(authorization))
        now = self._clock.now().timestamp()
        if claims.get("aud") not in graph_audiences(host):
            raise _refused("Access token validation failure. Invalid audience.")
        if claims.get("tid") not in (self.tenant_id, CONSUMERS):
            raise _refused("Access token validation failure. Invalid tenant.")
        if not float(claims["nbf"]) - 300 <= now < float(claims["exp"]):
            raise _refused("Lifetime validation failed, the token is expired.")
        scopes = frozenset(str(claims.get("scp", "")).split())
        user_id = str(claims["oid"]) if "scp" in claims else None
        caller = Caller(str(claims["appid"]), user_id, scopes, frozenset(claims.get("roles", ())))
        self._check_challenge(caller, claims)
        return caller

    def _check_challenge(self, caller: Caller, claims: Mapping[str, Any]) -> None:
        """Only clients that declared the capability are challenged; others go on until the token expires."""
        wanted = self.challenges.unmet(caller.app_id, caller.user_id, str(claims["uti"]))
        if wanted is not None and CAPABLE in claims.get("xms_cc", ()):
            raise TokenRefused("InvalidAuthenticationToken", _CHALLENGED, wanted)


def _of_person(user: User, permissions: list[str]) -> dict[str, Any]:
    return {
        "idtyp": "user",
        "oid": user.id,
        "sub": base64url(user.id.encode()),
        "name": user.name,
        "upn": user.address,
        "unique_name": user.address,
        "amr": ["pwd"],
        "scp": " ".join(permissions),
    }


def _of_app(app: App, permissions: list[str]) -> dict[str, Any]:
    return {"idtyp": "app", "oid": app.client_id, "sub": app.client_id, "roles": permissions}


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _refused("Access token is empty.")
    return token.strip()


def _decoded(token: str) -> dict[str, Any]:
    """Claims of a token that the sandbox signed; times and audience are judged by the caller."""
    checks: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        return jwt.decode(token, signing_key().public, algorithms=["RS256"], options=checks)
    except jwt.InvalidSignatureError:
        raise _refused("Access token validation failure. Invalid signature.") from None
    except jwt.InvalidTokenError:
        raise _refused(_MALFORMED if "." not in token else "CompactToken parsing failed.") from None


def _refused(message: str) -> TokenRefused:
    return TokenRefused("InvalidAuthenticationToken", message)
