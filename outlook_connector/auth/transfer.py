"""An account on its way from one store to another, sealed under a passphrase.

scrypt makes the key from the passphrase (RFC 7914), Fernet seals: https://cryptography.io/en/latest/fernet/
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..config import Config, Secret
from ..errors import InvalidInput
from .account import Account, restored
from .hidden import Hidden

FORM = "outlook-connector-account/1"
SHORTEST = 12
"""Characters that a passphrase must have at least."""


def sealed(account: Account, config: Config, passphrase: Secret) -> dict[str, Any]:
    """``{"format", "salt", "sealed"}``, JSON values. Without the passphrase nothing can be read from it."""
    if len(passphrase.reveal()) < SHORTEST:
        raise InvalidInput.of([("/passphrase", f"must have {SHORTEST} characters at least")])
    salt = secrets.token_bytes(16)
    cipher = _cipher(passphrase, salt)
    sealed = cipher.encrypt(json.dumps({"of": _owner(config), "account": asdict(account)}).encode())
    return {"format": FORM, "salt": base64.b64encode(salt).decode(), "sealed": sealed.decode()}


def opened(exported: Mapping[str, Any], config: Config, passphrase: Secret) -> Account:
    """The account, under the name that this configuration gives it.

    Raises ``InvalidInput`` for what is no export, for another passphrase, and for another application's account: a
    refresh token belongs to the application that it was issued to.
    """
    from cryptography.fernet import InvalidToken

    problem: tuple[str, str]
    try:
        salt = base64.b64decode(exported["salt"], validate=True)
        content = Hidden(json.loads(_cipher(passphrase, salt).decrypt(exported["sealed"])))
    except InvalidToken:
        problem = ("/passphrase", "does not open this export, or the export is damaged")
    except (KeyError, TypeError, ValueError):
        problem = ("/exported", "is not an export of an account")
    else:
        if content["of"] == _owner(config):
            return restored({**content["account"], "name": config.account})
        problem = ("/exported", "is of another application, tenant or cloud than this connection")
    raise InvalidInput.of([problem])


def _owner(config: Config) -> list[str]:
    return [config.authority.lower(), config.client_id.lower(), config.auth]


def _cipher(passphrase: Secret, salt: bytes) -> Any:
    from cryptography.fernet import Fernet  # late: 40 ms that no other call needs
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.reveal().encode())
    return Fernet(base64.urlsafe_b64encode(key))
