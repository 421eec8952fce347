"""Claims challenges: what Graph demands of the next token where it refuses this one.

https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import re
from collections.abc import Mapping

from ..json_reading import read_json

_PARAMETER = r'(?<![A-Za-z_])([A-Za-z_]+)="([^"]*)"'
"""A name is tried from its first letter only: a header of 64 KB would take half a minute otherwise."""


def claims_of(headers: Mapping[str, str]) -> str | None:
    """The decoded claims (JSON) of a 401's ``WWW-Authenticate`` with ``error="insufficient_claims"``; ``None`` where
    there are none, or none that can be read. ``headers`` have lower-case names."""
    challenge = headers.get("www-authenticate", "")
    given = {name.lower(): value for name, value in re.findall(_PARAMETER, challenge)}
    if given.get("error") != "insufficient_claims":
        return None
    encoded = given.get("claims", "").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8")
        demanded = read_json(text.encode())
    except ValueError:
        return None
    return text if isinstance(demanded, dict) else None
