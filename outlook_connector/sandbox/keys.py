"""The keys that sign the sandbox's tokens: RSA, as Entra ID's are."""

from __future__ import annotations

import base64
import functools
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class SigningKey:
    """An RSA 2048 key with its key id and its JSON Web Key (public half)."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.public = self.private.public_key()
        encoded = self.public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.id = base64url(hashlib.sha256(encoded).digest()[:20])

    def jwk(self) -> dict[str, str]:
        """The public key as https://learn.microsoft.com/entra/identity-platform/access-tokens describes."""
        numbers = self.public.public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "x5t": self.id,
            "n": base64url(numbers.n.to_bytes(256, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
        }


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@functools.cache
def signing_key() -> SigningKey:
    """One key a process, made on first use: making one takes longer than starting a whole sandbox."""
    return SigningKey()


@functools.cache
def issuer_key() -> SigningKey:
    """The key of the second issuer, whose tokens apps exchange for Entra's; made on first use as well."""
    return SigningKey()
