"""Whether a compact JWT was signed by a key; nothing else about it is judged here."""

from __future__ import annotations

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

_NOTHING_ELSE: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def is_signed_by(compact: str, key: RSAPublicKey, algorithm: str) -> bool:
    try:
        jwt.decode(compact, key, algorithms=[algorithm], options=_NOTHING_ELSE)
    except jwt.InvalidTokenError:
        return False
    return True
