"""The AADSTS errors: one table of numbers, OAuth errors, statuses and texts.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.exchange import Answer


@dataclass(frozen=True)
class Kind:
    """What Entra says for one AADSTS number: the OAuth `error`, the text, and what goes with it."""

    error: str
    text: str
    status: int = 400
    suberror: str | None = None


KINDS: Mapping[int, Kind] = {
    28000: Kind(
        "invalid_scope",
        "Provided value for the input parameter scope is not valid because it contains more than one "
        "resource. Scope {scope} is not valid.",
    ),
    50011: Kind(
        "invalid_request",
        "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for "
        "the application '{app}'. Make sure the redirect URI sent in the request matches one added to your "
        "application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more "
        "about how to troubleshoot this error.",
    ),
    50058: Kind(
        "login_required",
        "A silent sign-in request was sent but no user is signed in.",
    ),
    50076: Kind(
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, "
        "you must use multi-factor authentication to access '{resource}'.",
        suberror="basic_action",
    ),
    50126: Kind("invalid_grant", "Error validating credentials due to invalid username or password."),
    50148: Kind(
        "invalid_grant",
        "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
    ),
    50173: Kind(
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might "
        "have changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date "
        "(before which tokens are not valid) for this user is '{valid_from}'.",
        suberror="bad_token",
    ),
    53003: Kind(
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token "
        "issuance.",
        suberror="message_only",
    ),
    54005: Kind(
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
        "refresh token.",
    ),
    65001: Kind(
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. "
        "Send an interactive authorization request for this user and resource.",
        suberror="consent_required",
    ),
    65004: Kind("access_denied", "User declined to consent to access the app."),
    70000: Kind(
        "invalid_grant",
        "The provided value for the input parameter '{parameter}' is not valid.",
    ),
    70003: Kind("unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    70008: Kind(
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new "
        "interactive authorization request for this user and resource.",
    ),
    70011: Kind(
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the input "
        "parameter 'scope' is not valid. The scope '{scope}' is not valid.",
    ),
    90002: Kind(
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into "
        "the correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    ),
    90014: Kind("invalid_request", "The required field '{parameter}' is missing from the credential."),
    165004: Kind("invalid_request", "The sign-in took too long or was started elsewhere. Start it again."),
    500011: Kind(
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen "
        "if the application has not been installed by the administrator of the tenant or consented to by any "
        "user in the tenant. You might have sent your authentication request to the wrong tenant.",
    ),
    500112: Kind(
        "invalid_client",
        "The reply address '{uri}' does not match the reply address '{expected}' provided when requesting "
        "Authorization code.",
        status=401,
    ),
    501481: Kind(
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    650053: Kind(
        "invalid_client",
        "The application '{name}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. "
        "Contact the app vendor.",
        status=401,
    ),
    700016: Kind(
        "unauthorized_client",
        "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in "
        "the tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    700025: Kind(
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        status=401,
    ),
    700082: Kind(
        "invalid_grant",
        "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive "
        "for 90.00:00:00.",
    ),
    900144: Kind("invalid_request", "The request body must contain the following parameter: '{parameter}'."),
    900561: Kind(
        "invalid_request",
        "The endpoint only accepts {accepted} requests. Received a {method} request.",
        status=405,
    ),
    1002012: Kind(
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value "
        "with /.default suffixed to the resource identifier (application ID URI).",
    ),
    7000215: Kind(
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
        "value, not the client secret ID, for a secret added to app '{app}'.",
        status=401,
    ),
    7000218: Kind(
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        status=401,
    ),
    7000222: Kind(
        "invalid_client",
        "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new "
        "keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for "
        "added security: https://aka.ms/certCreds.",
        status=401,
    ),
    9002313: Kind("invalid_grant", "Invalid request. Request is malformed or invalid."),
    9002332: Kind("invalid_request", "The value '{value}' of the parameter '{parameter}' is not supported."),
}

_FOR_AUTHORIZE = {65001: "consent_required", 50076: "interaction_required", 53003: "access_denied"}


@dataclass
class Refused(Exception):
    """Entra refuses with AADSTS`number`; `values` fill the text, `extra` joins the JSON (such as `claims`)."""

    number: int
    values: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return KINDS[self.number]

    @property
    def authorize_error(self) -> str:
        """The `error` that a redirect carries, where the authorize endpoint has a word of its own."""
        return _FOR_AUTHORIZE.get(self.number, self.kind.error)

    @property
    def text(self) -> str:
        return f"AADSTS{self.number}: {self.kind.text.format_map(dict(self.values))}"

    def __str__(self) -> str:
        return self.text


def refuse(number: int, **values: str) -> Refused:
    """`raise refuse(700016, app=..., tenant=...)`."""
    return Refused(number, values)


@dataclass(frozen=True)
class Trace:
    """The ids and the time that stand in every error of one request."""

    at: datetime
    correlation_id: str
    trace_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def timestamp(self) -> str:
        return self.at.strftime("%Y-%m-%d %H:%M:%SZ")

    def describe(self, refused: Refused) -> str:
        """The `error_description`."""
        return (
            f"{refused.text}\r\nTrace ID: {self.trace_id}\r\n"
            f"Correlation ID: {self.correlation_id}\r\nTimestamp: {self.timestamp}"
        )


def token_error(refused: Refused, trace: Trace, host: str) -> Answer:
    """The token endpoint's error, in the form that the error code reference shows."""
    body: dict[str, Any] = {
        "error": refused.kind.error,
        "error_description": trace.describe(refused),
        "error_codes": [refused.number],
        "timestamp": trace.timestamp,
        "trace_id": trace.trace_id,
        "correlation_id": trace.correlation_id,
        "error_uri": f"{host}/error?code={refused.number}",
    }
    if refused.kind.suberror:
        body["suberror"] = refused.kind.suberror
    return Answer.json(refused.kind.status, body | dict(refused.extra))


def policy_claims(name: str) -> dict[str, str]:
    """The `claims` that send a user back to sign in, as a conditional access answer carries them."""
    return {"claims": json.dumps({"access_token": {"capolids": {"essential": True, "values": [name]}}})}
