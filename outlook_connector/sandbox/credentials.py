"""How an app proves what it is without a secret: certificates and federated identity credentials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from outlook_connector.sandbox.keys import base64url

EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
# The audiences of the global, the US government's and China's cloud:
# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
EXCHANGE_AUDIENCES = (EXCHANGE_AUDIENCE, f"{EXCHANGE_AUDIENCE}USGov", f"{EXCHANGE_AUDIENCE}China")


def certificate_of(pem: bytes | str) -> bytes:
    """The first certificate in a PEM text, alone; raises ValueError where there is none."""
    raw = pem.encode() if isinstance(pem, str) else pem
    return x509.load_pem_x509_certificate(raw).public_bytes(Encoding.PEM)


@dataclass
class Certificate:
    """A certificate registered on an app, in PEM. `expires` replaces its own end, for tests of expiry.

    With `by_subject_name` the app trusts every certificate of the same subject from the same issuer, whose own
    certificate is then this one's `issuer_pem`; such a client sends its certificate along (x5c).
    https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    """

    pem: bytes = field(repr=False)
    expires: datetime | None = None
    by_subject_name: bool = False
    issuer_pem: bytes | None = field(default=None, repr=False)

    @property
    def x509(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.pem)

    @property
    def starts(self) -> datetime:
        return self.x509.not_valid_before_utc

    @property
    def ends(self) -> datetime:
        return self.expires or self.x509.not_valid_after_utc

    @property
    def x5t(self) -> str:
        """The SHA-1 thumbprint in base64url, as a JWT header holds it."""
        return base64url(self.x509.fingerprint(hashes.SHA1()))  # noqa: S303 - x5t is SHA-1 by its definition

    @property
    def x5t_sha256(self) -> str:
        return base64url(self.x509.fingerprint(hashes.SHA256()))


@dataclass
class FederatedCredential:
    """Trust in another issuer's tokens. `issuer` "" is the sandbox's own second issuer.

    Issuer, subject and audience must be the presented token's own, to the letter.
    https://learn.microsoft.com/entra/workload-id/workload-identity-federation
    """

    subject: str
    issuer: str = ""
    audiences: Sequence[str] = EXCHANGE_AUDIENCES


@dataclass
class ManagedIdentity:
    """An identity that Azure gives to a machine or an app; `user_assigned` ones are chosen by an id.

    `application` are the application permissions that its service principal has been granted.
    https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
    """

    name: str
    client_id: str
    object_id: str
    resource_id: str
    user_assigned: bool = False
    application: frozenset[str] = frozenset()
