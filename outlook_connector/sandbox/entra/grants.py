"""The grant types of the token endpoint, one function each.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra import claims, device, issue, scopes
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, refuse
from outlook_connector.sandbox.entra.state import Code, RefreshToken

Grant = Callable[[Entra, App, Mapping[str, str]], dict[str, Any]]


def by_code(entra: Entra, app: App, form: Mapping[str, str]) -> dict[str, Any]:
    """authorization_code: tokens for the user who signed in, and for the code's scopes unless fewer are named.

    Raises AADSTS54005 for a code used twice, 70008 for one older than 10 minutes, 500112 for another redirect
    URI, 501481 or 50148 for a wrong or missing verifier.
    """
    code = entra.state.codes.get(_required(form, "code"))
    if code is None:
        raise refuse(9002313)
    _check_code(entra, app, code, form)
    user = entra.user(code.user_id)
    scope = form.get("scope") or code.params["scope"]
    asked = entra.asked(scope, app)
    requested = claims.after_sign_in(form.get("claims") or code.params.get("claims", ""), entra.clock.now())
    entra.check_consent(app, user, asked)
    entra.check_demands(user, code.proofs, asked.audience)
    code.redeemed = True
    refresh_token = None
    if "offline_access" in f"{scope} {code.params['scope']}".split():
        refresh_token = issue.new_refresh_token(entra, app, user, scope, code.proofs)
    nonce = code.params.get("nonce", "")
    return issue.for_user(entra, app, user, asked, refresh_token, nonce=nonce, requested=requested)


def by_refresh_token(entra: Entra, app: App, form: Mapping[str, str]) -> dict[str, Any]:
    """refresh_token: new tokens, for the original scopes unless others are named, and a new refresh token.

    The old one stays valid, as Entra has it, or is spent where the sandbox was told so. Raises AADSTS700082
    for one unused for 90 days, 50173 for a revoked one, 70000 for a spent or a foreign one.
    """
    record = entra.state.refresh_tokens.get(_required(form, "refresh_token"))
    if record is None:
        raise refuse(9002313)
    _check_refresh_token(entra, app, record)
    user = entra.user(record.user_id)
    scope = form.get("scope") or record.scope
    asked, requested = entra.asked(scope, app), claims.parse(form.get("claims", ""))
    entra.check_consent(app, user, asked)
    entra.check_demands(user, record.proofs, asked.audience)
    record.used = entra.clock.now()
    record.spent = entra.single_use_refresh_tokens
    rotated = issue.new_refresh_token(entra, app, user, record.scope, record.proofs)
    return issue.for_user(entra, app, user, asked, rotated, requested=requested)


def by_client(entra: Entra, app: App, form: Mapping[str, str]) -> dict[str, Any]:
    """client_credentials: a token with the app's own roles, for `<resource>/.default` and nothing else."""
    if app.public:
        raise refuse(7000218)
    audience = scopes.application_audience(form.get("scope", ""), entra.directory.domain, entra.cloud)
    return issue.for_app(entra, app, audience, claims.parse(form.get("claims", "")))


GRANTS: Mapping[str, Grant] = {
    "authorization_code": by_code,
    "refresh_token": by_refresh_token,
    "client_credentials": by_client,
    device.GRANT: device.by_device_code,
}


def _required(form: Mapping[str, str], parameter: str) -> str:
    if not form.get(parameter):
        raise refuse(900144, parameter=parameter)
    return form[parameter]


def _check_code(entra: Entra, app: App, code: Code, form: Mapping[str, str]) -> None:
    redirect_uri = form.get("redirect_uri", "")
    if code.client_id != app.client_id:
        raise refuse(70000, parameter="code")
    if code.redeemed:
        raise refuse(54005)
    if code.expires <= entra.clock.now():
        raise refuse(70008)
    if code.redirect_uri != redirect_uri:
        raise refuse(500112, uri=redirect_uri, expected=code.redirect_uri)
    _check_verifier(code.params, form.get("code_verifier", ""))


def _check_verifier(params: Mapping[str, str], verifier: str) -> None:
    challenge = params.get("code_challenge", "")
    if not challenge:
        return
    if not verifier:
        raise refuse(50148)
    if params.get("code_challenge_method", "plain") == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not hmac.compare_digest(challenge.encode(), verifier.encode()):
        raise refuse(501481)


def _check_refresh_token(entra: Entra, app: App, record: RefreshToken) -> None:
    issued = record.issued.isoformat()
    if record.client_id != app.client_id:
        raise refuse(70000, parameter="refresh_token")
    if record.spent:
        entra.state.spent_refresh_tokens += 1
        raise refuse(70000, parameter="refresh_token")
    if record.revoked is not None:
        raise Refused(50173, {"issued": issued, "valid_from": record.revoked.isoformat()})
    if record.is_expired(entra.clock.now()):
        raise refuse(700082, issued=issued)
