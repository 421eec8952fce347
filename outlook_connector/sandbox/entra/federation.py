"""Another issuer's token in place of a secret: which federated identity credential lets it in.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from outlook_connector.sandbox.credentials import FederatedCredential
from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import refuse


def check(entra: Entra, app: App, claims: Mapping[str, Any]) -> None:
    """Issuer, subject and audience must be those of one credential, to the letter.

    Raises AADSTS700222 for Entra's own tokens, 70025 for an app without credentials, 700211 (issuer), 700213
    (subject), 7002138 (subject, but for its case) and 700212 (audience).
    """
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    if entra.is_own_issuer(issuer):
        raise refuse(700222)
    if not app.federated:
        raise refuse(70025, app=app.client_id, name=app.name)
    from_issuer = [known for known in app.federated if _issuer(entra, known) == issuer]
    if not from_issuer:
        raise refuse(700211, value=issuer)
    named = [known for known in from_issuer if known.subject == subject]
    if not named:
        nearly = any(known.subject.casefold() == subject.casefold() for known in from_issuer)
        raise refuse(7002138 if nearly else 700213, value=subject)
    audience = claims.get("aud")
    given = {str(one) for one in (audience if isinstance(audience, list) else [audience])}
    if not any(given & set(known.audiences) for known in named):
        raise refuse(700212, value=", ".join(sorted(given)))


def key_of(entra: Entra, claims: Mapping[str, Any], header: Mapping[str, Any]) -> RSAPublicKey | None:
    """The issuer's key that the header names; None for one that it doesn't publish.

    Raises AADSTS50166 for an issuer whose keys the sandbox can't fetch: any but its own.
    """
    if claims.get("iss") != entra.issuer.url:
        raise refuse(50166)
    return entra.issuer.public_key(str(header.get("kid", "")))


def _issuer(entra: Entra, known: FederatedCredential) -> str:
    return known.issuer or entra.issuer.url
