"""Certificates and client assertions, made by hand for tests that change one thing about them."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from outlook_connector.sandbox.certify import self_signed

GRAPH_DEFAULT = "https://graph.microsoft.com/.default"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Certificate:
    """A key and its certificate."""

    def __init__(self, key: bytes, pem: bytes) -> None:
        self.key, self.pem = key.decode(), pem.decode()
        self.der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)

    @classmethod
    def self_signed(cls, days: float = 30) -> Certificate:
        return cls(*self_signed("connector", datetime.now(UTC) - timedelta(days=1), timedelta(days=days + 1)))

    @property
    def sha1(self) -> str:
        return hashlib.sha1(self.der).hexdigest()

    @property
    def x5t(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha1(self.der).digest()).decode()

    @property
    def x5t_sha256(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).decode()

    @property
    def x5c(self) -> list[str]:
        return [base64.b64encode(self.der).decode()]

    def assertion(
        self, sandbox: Any, algorithm: str = "PS256", headers: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        """A good assertion of the sandbox's confidential app, but for what is given; None takes a claim away."""
        now = int(time.time())
        usual = {
            "aud": f"{sandbox.authority}/oauth2/v2.0/token",
            "iss": sandbox.client_id,
            "sub": sandbox.client_id,
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            "jti": str(uuid.uuid4()),
            **claims,
        }
        kept = {name: value for name, value in usual.items() if value is not None}
        shown = {"x5t#S256": self.x5t_sha256} if headers is None else headers
        return jwt.encode(kept, self.key, algorithm=algorithm, headers=shown)


class Authority:
    """A certificate authority that renews certificates under the same name."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.pem = self._sign("authority", self._key.public_key()).public_bytes(Encoding.PEM)

    def issue(self, name: str = "connector") -> Certificate:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Certificate(private, self._sign(name, key.public_key()).public_bytes(Encoding.PEM))

    def _sign(self, name: str, public: rsa.RSAPublicKey) -> x509.Certificate:
        subject, issuer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, "authority")
        )
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
        dated = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        return dated.sign(self._key, hashes.SHA256())


def present(client: Any, assertion: str, **form: Any) -> Any:
    """Client credentials by that assertion."""
    return client.token(
        **{
            "grant_type": "client_credentials",
            "scope": GRAPH_DEFAULT,
            "client_secret": None,
            "client_assertion_type": JWT_BEARER,
            "client_assertion": assertion,
            **form,
        }
    )
