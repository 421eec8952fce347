"""A client that proves itself by a signed JWT: its own, by a certificate, or another issuer's.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra import certificates, federation
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, refuse
from outlook_connector.sandbox.entra.signatures import is_signed_by

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256"})
_SKEW = 300


@dataclass(frozen=True)
class Assertion:
    """A compact JWT taken apart, not yet believed."""

    compact: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]


def by_assertion(entra: Entra, app: App, form: Mapping[str, str]) -> None:
    """Believes an assertion that the app signed with a registered certificate, or one of a trusted issuer.

    Raises AADSTS50027 for no JWT, 5002738 for a foreign algorithm, 700021 for another client's, 700027 for an
    unknown or expired certificate or a wrong signature, 1000502 for an expired one that came along, 700023 for
    another audience, 700024 outside of its time; 70025, 700211, 700212, 700213, 7002138 and 700222 where no
    federated credential matches. Entra doesn't refuse an assertion that comes twice (client libraries reuse
    theirs for minutes); the sandbox does where `single_use_assertions` is set, by AADSTS50027.
    """
    kind = form.get("client_assertion_type", "")
    if not kind:
        raise refuse(900144, parameter="client_assertion_type")
    if kind != JWT_BEARER:
        raise refuse(9002332, parameter="client_assertion_type", value=kind)
    assertion = _taken_apart(form["client_assertion"])
    if "://" in str(assertion.claims.get("iss", "")):
        federation.check(entra, app, assertion.claims)
        key, broken = federation.key_of(entra, assertion.claims, assertion.header), _key_not_found(app)
    else:
        _check_own(entra, app, assertion.claims)
        key, broken = certificates.key_of(entra, app, assertion.header)
    if key is None or not is_signed_by(assertion.compact, key, str(assertion.header["alg"])):
        raise broken
    _check_times(entra, assertion.claims)
    _check_reuse(entra, assertion)


def _taken_apart(compact: str) -> Assertion:
    try:
        header = jwt.get_unverified_header(compact)
        claims = jwt.decode(compact, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise refuse(50027, reason="") from None
    if str(header.get("alg")) not in _ALGORITHMS:
        raise refuse(5002738, algorithm=str(header.get("alg")))
    return Assertion(compact, header, claims)


def _check_own(entra: Entra, app: App, claims: Mapping[str, Any]) -> None:
    """What an app says of itself: it is issuer and subject, and the token endpoint is meant."""
    named = {str(claims.get("iss", "")).lower(), str(claims.get("sub", "")).lower()}
    if named != {app.client_id.lower()}:
        raise refuse(700021)
    audiences = claims.get("aud")
    if not any(
        entra.is_own_endpoint(str(one)) for one in (audiences if isinstance(audiences, list) else [audiences])
    ):
        raise refuse(700023)


def _check_times(entra: Entra, claims: Mapping[str, Any]) -> None:
    """Five minutes of clock skew are forgiven."""
    now = entra.clock.now()
    try:
        starts, ends = _number(claims.get("nbf", claims.get("iat", 0))), _number(claims["exp"])
    except (KeyError, OverflowError, TypeError, ValueError):
        raise refuse(50027, reason="The assertion has no valid 'exp'.") from None
    if not starts - _SKEW <= now.timestamp() < ends + _SKEW:
        raise refuse(700024, now=now.isoformat(), valid_from=_time(starts, now), expires=_time(ends, now))


def _check_reuse(entra: Entra, assertion: Assertion) -> None:
    if not entra.state.single_use_assertions:
        return
    identity = str(assertion.claims.get("jti") or assertion.compact)
    if identity in entra.state.assertions:
        raise refuse(50027, reason="The assertion has been used before.")
    entra.state.assertions.add(identity)


def _number(value: Any) -> float:
    """A JSON number; raises ValueError for Python's own infinities, which JSON doesn't know."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("no number")
    return number


def _time(seconds: float, fallback: datetime) -> str:
    """Seconds since 1970 in ISO 8601; a number that is no time becomes the present one."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return fallback.isoformat()


def _key_not_found(app: App) -> Refused:
    return refuse(700027, reason="The key was not found.", thumbprint="", found="", app=app.client_id)
