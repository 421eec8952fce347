"""What each refusal of Microsoft Entra ID means and what to do about it, as data.

Numbers from https://learn.microsoft.com/entra/identity-platform/reference-error-codes; OAuth errors from
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow. Texts may name ``{tenantId}``,
``{clientId}``, ``{redirectUri}``, ``{cloud}``, ``{account}``, ``{scope}`` and ``{adminConsentUrl}``.
"""

from collections.abc import Mapping

from ..errors import AuthError, ConsentRequired, CredentialExpired, SignInRequired, TransportError
from ..frozen import frozen


@frozen
class Advice:
    """``kind`` is the error's class, ``what`` says what failed, ``do`` what to do, ``key`` which config key."""

    kind: type[AuthError] | type[TransportError]
    what: str
    do: str
    key: str | None = None


AGAIN = "Sign in again: outlook-connector login, or auth.begin and auth.complete."
ADMIN = "Have an administrator grant the app's permissions once: {adminConsentUrl}"
PERSONAL = "Sign in again and accept: a personal account has no administrator who could."
"""In place of an advice that sends a person to an administrator, where there is none."""
LATER = "Try again in a minute; https://status.cloud.microsoft tells of outages."

_PASSWORD = Advice(SignInRequired, "The user name or the password was wrong.", AGAIN)
_MFA = Advice(SignInRequired, "The tenant wants a second factor from this account.", AGAIN)
_POLICY = Advice(
    SignInRequired,
    "A conditional access policy of the tenant blocks this sign-in.",
    "Sign in again from a place and device that the policy allows, or have an administrator look at the policy.",
)
_CODE = Advice(SignInRequired, "The authorization code was used already, has expired or does not fit.", AGAIN)
_SESSION = Advice(SignInRequired, "The sign-in was revoked: its password was changed or reset.", AGAIN)
_TENANT = Advice(
    AuthError,
    "There is no tenant {tenantId} in this cloud.",
    "Set tenantId to the directory (tenant) id from the Entra admin center's overview page, and cloud to its cloud.",
    "tenantId",
)
_CLOUD = Advice(
    AuthError,
    "The account or app belongs to another cloud than {cloud}.",
    "Set cloud to the one that the tenant lives in (global, usGov, usGovDod, china), and use an app registered there.",
    "cloud",
)
_REDIRECT = Advice(
    AuthError,
    "The redirect URI {redirectUri} is not registered for this app.",
    "Register exactly this URI under Authentication in the app registration, or set redirectUri to a registered one.",
    "redirectUri",
)
_ADMIN_CONSENT = Advice(ConsentRequired, "An administrator has to consent to the app's permissions.", ADMIN)
_DECLINED = Advice(
    ConsentRequired,
    "The permissions were declined, or the sign-in was cancelled.",
    "Sign in again and accept, or ask an administrator to: {adminConsentUrl}",
)
_UNAVAILABLE = Advice(TransportError, "Microsoft Entra could not answer for the moment.", LATER)

BY_AADSTS: Mapping[int, Advice] = {
    # the person's session
    700082: Advice(SignInRequired, "The refresh token has expired: it was not used for too long.", AGAIN),
    700084: Advice(SignInRequired, "The refresh token of a single-page app has expired after a day.", AGAIN),
    70043: Advice(SignInRequired, "The tenant's sign-in frequency has ended the session.", AGAIN),
    50173: _SESSION,
    50132: _SESSION,
    50133: _SESSION,
    70000: Advice(SignInRequired, "The refresh token or code is not valid (any more).", AGAIN),
    70008: Advice(SignInRequired, "The refresh token or code has expired or was revoked.", AGAIN),
    54005: _CODE,
    50148: _CODE,
    501481: _CODE,
    50058: Advice(SignInRequired, "Nobody is signed in at Microsoft in this browser.", AGAIN),
    50076: _MFA,
    50079: _MFA,
    50074: _MFA,
    50072: _MFA,
    50158: _MFA,
    500121: _MFA,
    53003: _POLICY,
    53000: _POLICY,
    53001: _POLICY,
    53002: _POLICY,
    53004: _POLICY,
    530032: _POLICY,
    530034: _POLICY,
    50131: _POLICY,
    50097: _POLICY,
    50129: _POLICY,
    530003: _POLICY,
    50126: _PASSWORD,
    50056: _PASSWORD,
    50055: Advice(
        SignInRequired, "The account's password has expired.", "Change the password, then sign in again."
    ),
    50053: Advice(
        SignInRequired, "The account is locked after too many attempts.", "Wait or have it unlocked."
    ),
    50057: Advice(
        SignInRequired, "The account is disabled.", "Have an administrator enable it, then sign in again."
    ),
    50034: Advice(SignInRequired, "The tenant {tenantId} has no such account.", AGAIN, "tenantId"),
    50020: Advice(
        SignInRequired,
        "The account is from another organization than the tenant {tenantId}.",
        "Sign in with an account of that tenant, or set tenantId to organizations for a multi-tenant app.",
        "tenantId",
    ),
    50105: Advice(
        AuthError,
        "The account is not assigned to the app, which the tenant demands.",
        "Have an administrator assign it under Enterprise applications, Users and groups.",
    ),
    # consent and permissions
    65001: Advice(
        ConsentRequired,
        "The user or an administrator has not consented to a permission that the app asks for.",
        "Sign in again and accept, or have an administrator consent: {adminConsentUrl}",
    ),
    65004: _DECLINED,
    90093: _ADMIN_CONSENT,
    90094: _ADMIN_CONSENT,
    90095: _ADMIN_CONSENT,
    90008: _ADMIN_CONSENT,
    65005: _ADMIN_CONSENT,
    650052: _ADMIN_CONSENT,
    650056: Advice(
        ConsentRequired,
        "The app registration lists no Microsoft Graph permissions, or nobody has consented to them.",
        "Add them under API permissions (outlook-connector scopes lists them), then consent: {adminConsentUrl}",
    ),
    650057: Advice(
        ConsentRequired,
        "Microsoft Graph is not among the resources that the app registration may ask for.",
        "Add Microsoft Graph's permissions under API permissions (outlook-connector scopes lists them).",
    ),
    650053: Advice(
        AuthError,
        "Microsoft Graph knows no permission{scope}.",
        "Mend it or leave it out where it was asked for (--scope of outlook-connector login, scopes of auth.begin); "
        "check cloud and graphAudience: a permission can be missing in a national cloud.",
    ),
    70011: Advice(
        AuthError,
        "The scopes asked for are not valid.",
        "Check what was asked for (--scope of outlook-connector login, scopes of auth.begin), and graphAudience.",
        "graphAudience",
    ),
    # the app and its credential
    7000222: Advice(
        CredentialExpired,
        "The client secret of the app has expired.",
        "Make a new one under Certificates & secrets in the app registration, and put its value into clientSecret.",
        "clientSecret",
    ),
    7000215: Advice(
        AuthError,
        "The client secret is wrong.",
        "Put the secret's value, not its id, into clientSecret; a value is shown only once, so make a new one.",
        "clientSecret",
    ),
    7000218: Advice(
        AuthError,
        "The app is a confidential client, and no client secret was given.",
        "Set clientSecret, or allow public client flows under Authentication in the app registration.",
        "clientSecret",
    ),
    700025: Advice(
        AuthError,
        "The app is a public client, which has no secret.",
        "Remove clientSecret, or register the redirect URI under the platform Web.",
        "clientSecret",
    ),
    700016: Advice(
        AuthError,
        "The tenant {tenantId} knows no application {clientId}.",
        "Check clientId against the app registration's overview page, and tenantId against the tenant it is in.",
        "clientId",
    ),
    7000112: Advice(
        AuthError,
        "The application is disabled.",
        "Have an administrator of its home tenant enable it.",
        "clientId",
    ),
    70001: Advice(
        AuthError,
        "The application {clientId} is not allowed here or disabled.",
        "Check clientId and tenantId, and whether the app is enabled for the tenant.",
        "clientId",
    ),
    70002: Advice(
        AuthError, "The app's credential was refused.", "Check clientId and clientSecret.", "clientSecret"
    ),
    9002327: Advice(
        AuthError,
        "The redirect URI {redirectUri} is registered for a single-page app.",
        "Register it under the platform Web, or Mobile and desktop applications, instead.",
        "redirectUri",
    ),
    50011: _REDIRECT,
    500112: _REDIRECT,
    500113: _REDIRECT,
    900971: _REDIRECT,
    # the tenant and the cloud
    90002: _TENANT,
    900023: _TENANT,
    50059: _TENANT,
    50128: _TENANT,
    50194: Advice(
        AuthError,
        "The app belongs to one tenant, and {tenantId} means any.",
        "Set tenantId to the app's own directory (tenant) id.",
        "tenantId",
    ),
    90038: _CLOUD,
    900382: _CLOUD,
    900384: _CLOUD,
    90051: _CLOUD,
    500011: Advice(
        AuthError,
        "The tenant does not know the resource that the token is for.",
        "Check cloud and graphAudience: each cloud has a Microsoft Graph of its own.",
        "graphAudience",
    ),
    # in passing
    50033: _UNAVAILABLE,
    50087: _UNAVAILABLE,
    70012: _UNAVAILABLE,
    90006: _UNAVAILABLE,
    90012: _UNAVAILABLE,
    90024: _UNAVAILABLE,
    90033: _UNAVAILABLE,
    90090: _UNAVAILABLE,
}

BY_ERROR: Mapping[str, Advice] = {
    "invalid_grant": Advice(SignInRequired, "Microsoft Entra no longer accepts this sign-in.", AGAIN),
    "interaction_required": Advice(
        SignInRequired, "Microsoft Entra wants the person to do something.", AGAIN
    ),
    "login_required": Advice(SignInRequired, "Nobody is signed in.", AGAIN),
    "account_selection_required": Advice(SignInRequired, "An account has to be chosen.", AGAIN),
    "consent_required": BY_AADSTS[65001],
    "access_denied": _DECLINED,
    "permission_denied": _DECLINED,
    "invalid_client": BY_AADSTS[70002],
    "unauthorized_client": BY_AADSTS[70001],
    "invalid_resource": BY_AADSTS[500011],
    "invalid_scope": BY_AADSTS[70011],
    "temporarily_unavailable": _UNAVAILABLE,
    "server_error": _UNAVAILABLE,
}

OTHERWISE = Advice(AuthError, "Microsoft Entra refused the request.", "Look the error up: {errorUrl}")
