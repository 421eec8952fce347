"""Credentials that are an assertion made for each exchange: by a certificate's key, or by another identity provider.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials,
https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

import hashlib
from typing import Any

from ..config import Config
from ..errors import CredentialExpired
from ..store import Clock
from . import certificates, federated, jwt_reading
from .credentials import Audience
from .times import rfc3339


class CertificateCredential:
    """An assertion for each exchange, signed with the certificate's key; the file is read each time."""

    def __init__(self, config: Config, clock: Clock) -> None:
        if config.certificate is None:
            raise ValueError("no certificate is configured")
        self._settings = config.certificate
        self._client_id = config.client_id
        self._clock = clock

    def check(self) -> None:
        end = certificates.read(self._settings).expires
        if end > self._clock.time():
            return
        advice = (
            "Make a new one, upload it under Certificates & secrets in the app registration, and point "
            "certificate to it with its key."
        )
        raise CredentialExpired(
            f"The certificate of the app expired at {rfc3339(end)}. {advice}",
            details={"expiresAt": rfc3339(end), "advice": advice, "configKey": "certificate"},
        )

    def for_msal(self, audience: Audience) -> Any:
        return {"client_assertion": lambda: self._assertion(audience())}

    def ends(self) -> dict[str, Any]:
        found = certificates.read(self._settings)
        return {"expiresAt": rfc3339(found.expires), "thumbprint": found.thumbprint}

    def mark(self) -> str:
        return _hash(certificates.contents(self._settings))

    def _assertion(self, audience: str) -> str:
        found = certificates.read(self._settings)
        now = self._clock.time()
        return found.assertion(self._client_id, audience, now, send_x5c=self._settings.send_x5c)


class FederatedCredential:
    """Another identity provider's token, from a file or the host, asked for at each exchange."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._source = federated.source(config)
        self._clock = clock

    def check(self) -> None:
        federated.check(self._source, self._clock.time())

    def for_msal(self, audience: Audience) -> Any:
        return {"client_assertion": self._source.token}

    def ends(self) -> dict[str, Any]:
        """A callable is not asked only to tell the end of what it would return."""
        end = jwt_reading.expires(self._source.token()) if self._source.cheap else None
        return {"expiresAt": rfc3339(end)} if end else {}

    def mark(self) -> str:
        return _hash(self._source.mark(self._clock.time()).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
