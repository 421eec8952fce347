"""What a JWT says, read without a judgement on its signature: for telling people, never for deciding on access.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import base64
from collections.abc import Mapping
from typing import Any

from ..json_reading import read_json


def claims(token: str) -> Mapping[str, Any]:
    """The claims; ``{}`` for what is no JWT, since an access token may have any form."""
    return _part(token, 1)


def key(token: str) -> str | None:
    """The name of the key that it is signed with, where it tells one."""
    name = _part(token, 0).get("kid")
    return name if isinstance(name, str) else None


def _part(token: str, number: int) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = read_json(base64.urlsafe_b64decode(parts[number] + "=" * (-len(parts[number]) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def expires(token: str) -> float | None:
    """Its end in epoch seconds, where it tells one."""
    end = claims(token).get("exp")
    return float(end) if isinstance(end, int | float) else None


def permissions(token: str) -> tuple[str, ...]:
    """The permissions in it, sorted: an application's (``roles``), a person's (``scp``)."""
    known = claims(token)
    roles, scopes = known.get("roles"), known.get("scp")
    listed = [
        *(roles if isinstance(roles, list) else []),
        *(scopes.split() if isinstance(scopes, str) else []),
    ]
    return tuple(sorted(str(one) for one in listed))
