"""A second OpenID issuer, such as a Kubernetes cluster's or a CI service's, whose tokens an app may trust.

It publishes its discovery document and keys under `/_sandbox/issuer`, for those who check its tokens as
https://learn.microsoft.com/entra/workload-id/workload-identity-federation describes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.credentials import EXCHANGE_AUDIENCE
from outlook_connector.sandbox.keys import issuer_key


class Issuer:
    """Signs tokens for workloads; `base_url` gives scheme, host and port, known once the server runs."""

    def __init__(self, clock: Clock, base_url: Callable[[], str]) -> None:
        self._clock = clock
        self._base_url = base_url

    @property
    def url(self) -> str:
        return f"{self._base_url()}/_sandbox/issuer"

    def token(self, subject: str, audience: str = EXCHANGE_AUDIENCE, lifetime: float = 3600) -> str:
        """A token that says who the workload is; `lifetime` in seconds, negative for one that has expired."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self.url,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "nbf": min(now, now + int(lifetime)),
            "exp": now + int(lifetime),
            "jti": str(uuid.uuid4()),
        }
        key = issuer_key()
        return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.id})

    def public_key(self, key_id: str) -> RSAPublicKey | None:
        """The published key of that id."""
        key = issuer_key()
        return key.public if key.id == key_id else None

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [{**issuer_key().jwk(), "alg": "RS256"}]}
