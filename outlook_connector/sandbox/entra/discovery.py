"""Discovery: the OpenID configuration, the keys, and the instance document.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

from typing import Any

from outlook_connector.sandbox.entra.context import CONSUMER_TENANTS, SHARED_TENANTS, Entra
from outlook_connector.sandbox.keys import signing_key
from outlook_connector.sandbox.permissions import OPENID
from outlook_connector.sandbox.tokens import CONSUMERS


def configuration(entra: Entra, tenant: str) -> dict[str, Any]:
    """The metadata of one tenant; of `common` and `organizations` the issuer holds a placeholder, as Entra's."""
    base = entra.origin
    issuer = CONSUMERS if tenant.lower() in CONSUMER_TENANTS else entra.directory.tenant_id
    issuer = "{tenantid}" if tenant.lower() in SHARED_TENANTS else issuer
    at = f"{base}/{tenant}"
    return {
        "token_endpoint": f"{at}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{at}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": list(OPENID),
        "issuer": f"{base}/{issuer}/v2.0",
        "request_uri_parameter_supported": False,
        "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{at}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{at}/oauth2/v2.0/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "tenant_region_scope": None,
        "cloud_instance_name": "sandbox",
        "msgraph_host": entra.cloud.graph[0],
    }


def keys(entra: Entra, tenant: str) -> dict[str, Any]:
    return {"keys": [{**signing_key().jwk(), "issuer": f"{entra.origin}/{entra.directory.tenant_id}/v2.0"}]}


def instance(entra: Entra) -> dict[str, Any]:
    """What a client that checks its authority is told: the hosts of its cloud; a loopback host is alone in its."""
    host = entra.origin.removeprefix("https://")
    hosts = list(entra.cloud.login) if host in entra.cloud.login else [host]
    metadata = [{"preferred_network": hosts[0], "preferred_cache": hosts[0], "aliases": hosts}]
    endpoint = f"{entra.origin}/{entra.directory.tenant_id}/v2.0/.well-known/openid-configuration"
    return {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": metadata}
