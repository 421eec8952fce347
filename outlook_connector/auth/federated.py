"""Workload identity federation: a token of another identity provider in place of a secret.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..config import Config
from ..errors import AuthError, ConfigError, ConnectorError, CredentialExpired
from . import jwt_reading
from .times import rfc3339


@dataclass(frozen=True)
class Source:
    """Where the token comes from. ``cheap``: asking has no effect elsewhere, so that a look costs nothing."""

    key: str
    token: Callable[[], str] = field(repr=False)
    cheap: bool = True

    def mark(self, now: float) -> str:
        """What stays the same until the token is replaced: of a callable, which may make a new one at each call, whom
        it speaks of, who signed it, and whether its end has come."""
        token = self.token()
        said = jwt_reading.claims(token)
        if self.cheap or not said:
            return token
        named = [said.get(name) for name in ("iss", "sub", "aud")]
        return json.dumps([*named, jwt_reading.key(token), (jwt_reading.expires(token) or now + 1) > now])


def source(config: Config) -> Source:
    """The configuration's source: a file that is read each time, a text, or a callable of the host's."""
    supplied, file = config.federated_token, config.federated_token_file
    if file is not None:
        return Source("federatedTokenFile", lambda: _from_file(file))
    if callable(supplied):
        return Source("federatedToken", lambda: _from_host(supplied), cheap=False)
    return Source("federatedToken", lambda: supplied.reveal() if supplied else "")


def check(source: Source, now: float) -> None:
    """Raises ``CredentialExpired`` for a token whose end has come; one that is no JWT is Entra's to judge."""
    end = jwt_reading.expires(source.token()) if source.cheap else None
    if end is None or end > now:
        return
    advice = (
        f"Look after what renews the token that {source.key} leads to; Microsoft Entra would refuse this one."
    )
    raise CredentialExpired(
        f"The federated token expired at {rfc3339(end)}. {advice}",
        details={"expiresAt": rfc3339(end), "advice": advice, "configKey": source.key},
    )


def _from_file(path: str) -> str:
    failure = "is empty"
    try:
        text = Path(path).expanduser().read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        text, failure = "", "holds no token"
    except (OSError, ValueError, RuntimeError) as error:  # a name that no file can have, an unknown ~user
        reason = getattr(error, "strerror", None) or "not the path of a file"
        text, failure = "", f"cannot be read ({reason})"
    if text:
        return text
    raise ConfigError(
        f"federatedTokenFile names {path}, which {failure}.",
        details={"problems": [{"pointer": "/federatedTokenFile", "message": failure}]},
    )


def _from_host(ask: Callable[[], str]) -> str:
    failure = "returned no text"
    try:
        token: object = ask()
    except ConnectorError:
        raise
    except Exception as error:  # noqa: BLE001 - the host's code may raise anything
        token, failure = None, f"raised {type(error).__name__}"
    if isinstance(token, str) and token:
        return token
    raise AuthError(
        f"The host's federatedToken callable {failure}. It has to return a token of the trusted identity provider.",
        details={"configKey": "federatedToken"},
    )
