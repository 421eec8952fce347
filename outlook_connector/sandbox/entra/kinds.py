"""What Entra says of grants, users and requests, by AADSTS number.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What Entra says for one AADSTS number: the OAuth `error`, the text, and what goes with it."""

    error: str
    text: str
    status: int = 400
    suberror: str | None = None


GRANT_KINDS: Mapping[int, Kind] = {
    50020: Kind(
        "invalid_grant",
        "User account '{user}' from identity provider '{provider}' does not exist in tenant '{tenant}' and cannot "
        "access the application '{app}' in that tenant. Sign out and sign in again with a different account.",
    ),
    70016: Kind(
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    70018: Kind(
        "bad_verification_code",
        "Invalid verification code due to User typing in wrong user code for device code flow. Authorization "
        "isn't approved.",
    ),
    70019: Kind("expired_token", "The verification code has expired. Have the user retry the sign-in."),
    70020: Kind(
        "expired_token",
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    ),
    90094: Kind(
        "access_denied",
        "{name} needs permission to access resources in your organization that only an admin can grant. Request "
        "an admin to grant permission to this app before you can use it.",
    ),
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
    9002313: Kind("invalid_grant", "Invalid request. Request is malformed or invalid."),
    9002332: Kind("invalid_request", "The value '{value}' of the parameter '{parameter}' is not supported."),
}
