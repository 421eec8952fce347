"""Which registered certificate a client assertion was signed with.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from outlook_connector.sandbox.credentials import Certificate
from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, refuse

_THUMBPRINTS = {"x5t#S256": "x5t_sha256", "x5t": "x5t"}


def key_of(entra: Entra, app: App, header: Mapping[str, Any]) -> tuple[RSAPublicKey | None, Refused]:
    """The public key that must have signed, and the error to raise where it hasn't.

    A thumbprint (x5t, x5t#S256) finds a registered certificate; a certificate sent along (x5c) is trusted where
    the app registered its subject and its authority. Raises AADSTS50027 without either, 700027 for an unknown or
    expired certificate, 1000502 for an expired one that came along.
    """
    thumbprint = next((str(header[name]) for name in _THUMBPRINTS if header.get(name)), "")
    if not thumbprint and not header.get("x5c"):
        raise refuse(
            50027, reason="No certificate thumbprint, certificate, nor keyId specified in token header."
        )
    registered = _registered(app, header)
    if registered is not None:
        _check_period(entra, app, registered, thumbprint)
        return _rsa(registered.x509), _invalid(app, _SIGNATURE, thumbprint)
    sent = _sent_along(header)
    if sent is None or not any(_is_trusted(sent, known) for known in app.certificates):
        raise _invalid(app, "The key was not found.", thumbprint)
    if not sent.not_valid_before_utc <= entra.clock.now() < sent.not_valid_after_utc:
        raise refuse(1000502)
    return _rsa(sent), _invalid(app, _SIGNATURE, thumbprint)


_SIGNATURE = "The provided signature value did not match the expected signature value."


def _registered(app: App, header: Mapping[str, Any]) -> Certificate | None:
    for name, attribute in _THUMBPRINTS.items():
        wanted = str(header.get(name, "")).rstrip("=")
        for known in app.certificates:
            if wanted and getattr(known, attribute) == wanted:
                return known
    return None


def _check_period(entra: Entra, app: App, known: Certificate, thumbprint: str) -> None:
    now = entra.clock.now()
    if known.starts <= now < known.ends:
        return
    period = f", Found key 'Start={known.starts:%m/%d/%Y %H:%M:%S}, End={known.ends:%m/%d/%Y %H:%M:%S}'"
    reason = "The key used is expired." if known.ends <= now else "The key used is not yet valid."
    raise _invalid(app, reason, thumbprint, period)


def _sent_along(header: Mapping[str, Any]) -> x509.Certificate | None:
    chain = header.get("x5c") or []
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(str(chain[0]).split())))
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _is_trusted(sent: x509.Certificate, known: Certificate) -> bool:
    """Same subject, and issued by the authority that the app registered."""
    if not known.by_subject_name or known.issuer_pem is None or sent.subject != known.x509.subject:
        return False
    try:
        sent.verify_directly_issued_by(x509.load_pem_x509_certificate(known.issuer_pem))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _rsa(certificate: x509.Certificate) -> RSAPublicKey | None:
    key = certificate.public_key()
    return key if isinstance(key, RSAPublicKey) else None


def _invalid(app: App, reason: str, thumbprint: str, found: str = "") -> Refused:
    shown = _hexadecimal(thumbprint)
    return refuse(700027, reason=reason, thumbprint=shown, found=found, app=app.client_id)


def _hexadecimal(thumbprint: str) -> str:
    """As Entra writes it: capital hexadecimal digits; what isn't base64 stays out of the text."""
    try:
        return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex().upper()
    except (ValueError, binascii.Error):
        return ""
