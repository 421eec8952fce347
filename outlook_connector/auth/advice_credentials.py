"""What each refusal of a certificate, a federated token or a device code means and what to do about it, as data.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials,
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#expected-errors
"""

from collections.abc import Mapping

from ..errors import AuthError, ConsentRequired, CredentialExpired, SignInRequired
from .advice import Advice

DEVICE_AGAIN = "Begin the sign-in again: outlook-connector login --device, or auth.beginDevice."

_TRUST = (
    "Under Certificates & secrets, Federated credentials, set issuer, subject and audience to exactly those of the "
    "token that federatedTokenFile or federatedToken leads to."
)
_AUDIENCE = Advice(
    AuthError,
    "The app's assertion was made for another token endpoint than this one.",
    "Check cloud, tenantId and authority: the assertion names the endpoint that they lead to.",
    "cloud",
)
_EXPIRED_CODE = Advice(SignInRequired, "The device code has expired.", DEVICE_AGAIN)
_BAD_CODE = Advice(SignInRequired, "The device code is not known.", DEVICE_AGAIN)
_PENDING = Advice(SignInRequired, "Nobody has signed in with the code yet.", "Ask again after the interval.")

BY_AADSTS: Mapping[int, Advice] = {
    700027: Advice(
        AuthError,
        "The certificate is not registered for the app, or does not fit the signature.",
        "Upload it under Certificates & secrets in the app registration (auth.status shows its thumbprint), or point "
        "certificate to the one that is there.",
        "certificate",
    ),
    700024: Advice(
        AuthError,
        "The app's assertion is not valid at this time.",
        "Set this machine's clock right: it must not be more than five minutes off.",
    ),
    700023: _AUDIENCE,
    700021: Advice(
        AuthError,
        "The app's assertion names another app than clientId.",
        "Check clientId against the app registration.",
        "clientId",
    ),
    1000502: Advice(
        CredentialExpired,
        "The certificate of the app is not within its validity period.",
        "Make a new one and upload it under Certificates & secrets in the app registration.",
        "certificate",
    ),
    7000214: Advice(
        CredentialExpired,
        "The certificate of the app was revoked.",
        "Make a new one, upload it, and point certificate to it.",
        "certificate",
    ),
    7000213: Advice(
        AuthError,
        "The certificate's chain is not one that the app trusts.",
        "Check that certificate.sendX5c is on and that the authority is the one registered for the app.",
        "certificate.sendX5c",
    ),
    70021: Advice(
        AuthError, "No federated credential of the app fits the token.", _TRUST, "federatedTokenFile"
    ),
    70025: Advice(AuthError, "The app has no federated credentials.", _TRUST, "federatedTokenFile"),
    700211: Advice(AuthError, "The app trusts no such issuer of tokens.", _TRUST, "federatedTokenFile"),
    700212: Advice(AuthError, "The app trusts no token for this audience.", _TRUST, "federatedTokenFile"),
    7002138: Advice(
        AuthError, "The app trusts a token whose subject differs in case.", _TRUST, "federatedTokenFile"
    ),
    700213: Advice(AuthError, "The app trusts no token with this subject.", _TRUST, "federatedTokenFile"),
    700222: Advice(
        AuthError,
        "A token of Microsoft Entra itself is not accepted as a federated one.",
        "Let federatedTokenFile or federatedToken lead to a token of another identity provider.",
        "federatedTokenFile",
    ),
    50027: Advice(
        AuthError,
        "The app's assertion is not a JWT that can be read.",
        "Check what federatedTokenFile, federatedToken or certificate leads to.",
    ),
    5002738: Advice(
        AuthError,
        "The app's assertion is signed in a way that Microsoft Entra does not take.",
        "Have the other identity provider sign its tokens with RS256.",
        "federatedTokenFile",
    ),
    50166: Advice(
        AuthError,
        "Microsoft Entra could not read the keys of the federated token's issuer.",
        "Check that the issuer's OpenID configuration can be reached from the internet.",
        "federatedTokenFile",
    ),
    70016: _PENDING,
    70018: _BAD_CODE,
    70019: _EXPIRED_CODE,
    70020: _EXPIRED_CODE,
}

BY_ERROR: Mapping[str, Advice] = {
    "authorization_pending": _PENDING,
    "slow_down": _PENDING,
    "authorization_declined": Advice(
        ConsentRequired,
        "The sign-in was declined on the other device.",
        f"{DEVICE_AGAIN} Or have an administrator grant the app's permissions once: {{adminConsentUrl}}",
    ),
    "expired_token": _EXPIRED_CODE,
    "code_expired": _EXPIRED_CODE,
    "bad_verification_code": _BAD_CODE,
}
