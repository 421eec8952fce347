"""What Entra says of clients and their credentials, by AADSTS number.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from outlook_connector.sandbox.entra.kinds import Kind

_CHECK = (
    "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. "
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)

CLIENT_KINDS: Mapping[int, Kind] = {
    50027: Kind("invalid_client", "JWT token is invalid or malformed. {reason}", status=401),
    50166: Kind("invalid_request", "Request to External OIDC endpoint failed."),
    70025: Kind(
        "invalid_client",
        "The client '{app}'({name}) has no configured federated identity credentials.",
        status=401,
    ),
    700021: Kind(
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation "
        "at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
        status=401,
    ),
    700023: Kind(
        "invalid_client",
        "Client assertion audience claim does not match Realm issuer. Review the documentation at "
        "https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
        status=401,
    ),
    700024: Kind(
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from "
        "{valid_from}, expiry time of assertion {expires}. Review the documentation at "
        "https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
        status=401,
    ),
    700027: Kind(
        "invalid_client",
        "Client assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: "
        "'{thumbprint}'{found}, Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see "
        "configured keys for app Id '{app}'.]",
        status=401,
    ),
    700211: Kind(
        "invalid_client",
        "No matching federated identity record found for presented assertion issuer '{value}'. " + _CHECK,
        status=401,
    ),
    700212: Kind(
        "invalid_client",
        "No matching federated identity record found for presented assertion audience '{value}'. " + _CHECK,
        status=401,
    ),
    700213: Kind(
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{value}'. " + _CHECK,
        status=401,
    ),
    700222: Kind(
        "invalid_client", "AAD-issued tokens may not be used for federated identity flows.", status=401
    ),
    1000502: Kind(
        "invalid_client", "The provided certificate is not within its specified validity window.", status=401
    ),
    5002738: Kind(
        "invalid_client",
        "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms "
        "are: 'RS256, RS384, RS512, PS256'.",
        status=401,
    ),
    7002138: Kind(
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{value}'. The subject "
        "matches with case-insensitive comparison, but not with case-sensitive comparison. " + _CHECK,
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
}
