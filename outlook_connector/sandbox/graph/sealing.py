"""Notifications with the data of what changed: encrypted for the receiver, signed, and with proof of who sends.

https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.padding import PKCS7

Json = dict[str, Any]
PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The app by which Graph sends change notifications."""
_BLOCK = 16
_LIFETIME = 3600


class Signer(Protocol):
    """What signs tokens with the keys that Entra publishes."""

    def sign(self, claims: Mapping[str, Any], lifetime: int) -> str: ...


def certificate_of(text: str) -> x509.Certificate:
    """A certificate from base64 of its DER form. Raises ValueError for anything else, and for other keys than RSA
    of 2,048 to 4,096 bits."""
    found = x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    key = found.public_key()
    if not isinstance(key, RSAPublicKey) or not 2048 <= key.key_size <= 4096:
        raise ValueError("the certificate's key is no RSA key of 2,048 to 4,096 bits")
    return found


def sealed(data: Json, certificate: str, certificate_id: str) -> Json:
    """A `changeNotificationEncryptedContent`: https://learn.microsoft.com/graph/api/resources/changenotificationencryptedcontent"""
    found = certificate_of(certificate)
    public = found.public_key()
    if not isinstance(public, RSAPublicKey):
        raise ValueError("the certificate's key is no RSA key")
    key = secrets.token_bytes(32)
    content = _encrypted(json.dumps(data).encode(), key)
    signature = HMAC(key, hashes.SHA256())
    signature.update(content)
    sha1 = hashes.SHA1()  # noqa: S303 - no choice of ours: the page above names this hash for the key
    return {
        "data": _base64(content),
        "dataKey": _base64(public.encrypt(key, OAEP(MGF1(sha1), sha1, None))),
        "dataSignature": _base64(signature.finalize()),
        "encryptionCertificateId": certificate_id,
        "encryptionCertificateThumbprint": found.fingerprint(sha1).hex().upper(),
    }


def _encrypted(plain: bytes, key: bytes) -> bytes:
    padder = PKCS7(_BLOCK * 8).padder()
    padded = padder.update(plain) + padder.finalize()
    # The initialization vector is the key's beginning, as Graph's page says.
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:_BLOCK])).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def validation_token(signer: Signer, issuer: str, app: str, tenant: str) -> str:
    """A token for `app` that says who sends; `issuer` is the address of Entra ID, without the tenant."""
    claims = {
        "aud": app,
        "iss": f"{issuer}/{tenant}/v2.0",
        "azp": PUBLISHER,
        "azpacr": "2",
        "oid": PUBLISHER,
        "sub": PUBLISHER,
        "tid": tenant,
        "uti": secrets.token_urlsafe(16),
        "ver": "2.0",
    }
    return signer.sign(claims, _LIFETIME)
