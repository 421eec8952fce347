"""The app's certificate: read from PEM or PFX, its end known, and the signed assertion that proves it.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import CertificateSettings
from ..errors import ConfigError

LIFE = 600
"""Seconds that an assertion is good for: Microsoft recommends five to ten minutes."""

_KEY = re.compile(rb"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----.+?-----END ([A-Z]+ )*PRIVATE KEY-----", re.DOTALL)
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its private key, and what stood beside it up to its authority."""

    key: Any = field(repr=False)
    leaf: Any
    others: tuple[Any, ...] = ()

    @property
    def expires(self) -> float:
        """Epoch seconds."""
        return float(self.leaf.not_valid_after_utc.timestamp())

    @property
    def thumbprint(self) -> str:
        """SHA-1 in capital hex digits, as the Entra admin center shows it."""
        from cryptography.hazmat.primitives import hashes

        return str(self.leaf.fingerprint(hashes.SHA1()).hex().upper())  # noqa: S303 - the portal's name for it

    def assertion(self, client_id: str, audience: str, now: float, *, send_x5c: bool) -> str:
        """A JWT for ``audience`` (the token endpoint), signed with PS256 and named by the SHA-256 thumbprint."""
        from cryptography.hazmat.primitives import hashes
        from msal.oauth2cli import JwtAssertionCreator

        headers = {"x5c": [_der(one) for one in (self.leaf, *self.others)]} if send_x5c else {}
        sha256 = self.leaf.fingerprint(hashes.SHA256()).hex()
        creator = JwtAssertionCreator(self.key, "PS256", headers=headers, sha256_thumbprint=sha256)
        begins = int(now)
        made = creator.create_normal_assertion(
            audience, client_id, issued_at=begins, not_before=begins, expires_at=begins + LIFE
        )
        return bytes(made).decode("ascii")


def read(settings: CertificateSettings) -> Certificate:
    """The certificate that the configuration names. Raises ``ConfigError``, which quotes nothing of it."""
    from cryptography.exceptions import UnsupportedAlgorithm

    password = settings.password.reveal().encode() if settings.password else None
    data = contents(settings)
    failure: ConfigError
    try:
        found = (_from_pem if b"-----BEGIN" in data else _from_pfx)(data, password)
    except TypeError:  # cryptography's way to say that a password is missing, or superfluous
        failure = refusal("password", "is missing, or is given for a key that has none")
    except UnsupportedAlgorithm:
        failure = _no_rsa()
    except ValueError:  # the library's text may quote what it read
        failure = (
            refusal("password", "does not open the key, or the key is broken") if password else _unreadable()
        )
    else:
        return _checked(found)
    raise failure


ADVICE = (
    "Set certificate.path or certificate.pem to a certificate with its RSA key, in PEM or PFX form, and "
    "certificate.password to what opens the key, if anything has to."
)


def refusal(key: str, message: str) -> ConfigError:
    """The error for one key of the certificate's settings."""
    return ConfigError(
        f"certificate.{key} {message}.",
        code="certificateWrong",
        details={"problems": [{"pointer": f"/certificate/{key}", "message": message}], "advice": ADVICE},
    )


def contents(settings: CertificateSettings) -> bytes:
    """What the text or the file holds. Raises ``ConfigError`` for a file that cannot be read."""
    if settings.pem:
        return settings.pem.reveal().encode()
    path = settings.path or ""
    try:
        return Path(path).expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # a name that no file can have, an unknown ~user
        reason = getattr(error, "strerror", None) or "not the path of a file"
    raise refusal("path", f"names {path}, which cannot be read ({reason})")


def _from_pem(data: bytes, password: bytes | None) -> Certificate | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = _KEY.search(data)
    if key is None:
        return None
    private = load_pem_private_key(key[0], password)
    every = [x509.load_pem_x509_certificate(one) for one in _CERTIFICATE.findall(data)]
    return _matched(private, every)


def _from_pfx(data: bytes, password: bytes | None) -> Certificate | None:
    """https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate"""
    from cryptography.hazmat.primitives.serialization import pkcs12

    private, leaf, others = pkcs12.load_key_and_certificates(data, password)
    return Certificate(private, leaf, tuple(others)) if private and leaf else None


def _matched(private: Any, every: list[Any]) -> Certificate | None:
    """The certificate that belongs to the key, wherever in the file it stands."""
    public = private.public_key()
    leaf = next((one for one in every if one.public_key() == public), None)
    return Certificate(private, leaf, tuple(one for one in every if one is not leaf)) if leaf else None


def _checked(found: Certificate | None) -> Certificate:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if found is None:
        raise refusal("path", "must hold the certificate and the private key that belongs to it")
    if not isinstance(found.key, RSAPrivateKey):
        raise _no_rsa()
    return found


def _no_rsa() -> ConfigError:
    return refusal("path", "must hold an RSA key: Microsoft Entra takes no other for an app's certificate")


def _unreadable() -> ConfigError:
    return refusal("path", "is neither a PEM nor a PFX that can be read, or needs certificate.password")


def _der(certificate: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")
