"""How the app proves who it is: one small class for each kind of credential.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..config import Config
from ..errors import ConfigError, CredentialExpired
from ..store import Clock

Audience = Callable[[], str]
"""Tells the token endpoint, once the tenant's configuration is known."""


class Credential(Protocol):
    """A way to prove who the app is."""

    def check(self) -> None:
        """Raises ``CredentialExpired`` where it is known without asking that the credential has ended, and
        ``ConfigError`` where it cannot be read."""

    def for_msal(self, audience: Audience) -> Any:
        """msal's ``client_credential``; ``None`` makes a public client."""

    def ends(self) -> dict[str, Any]:
        """What is known of it: ``expiresAt`` (RFC 3339) and ``thumbprint``, each where known."""

    def mark(self) -> str:
        """Another one as soon as the credential is replaced in place; nothing can be told from it."""


class Public:
    """No credential: a public client."""

    def __init__(self, config: Config, clock: Clock) -> None:
        pass

    def check(self) -> None:
        return None

    def for_msal(self, audience: Audience) -> Any:
        return None

    def ends(self) -> dict[str, Any]:
        return {}

    def mark(self) -> str:
        return ""


class ClientSecret(Public):
    """The secret as it is; when it ends is known to Microsoft Entra only."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._secret = config.client_secret

    def for_msal(self, audience: Audience) -> Any:
        return self._secret.reveal() if self._secret else None


def _assertions() -> Mapping[str, Callable[[Config, Clock], Credential]]:
    from .assertions import CertificateCredential, FederatedCredential  # late: most apps have a secret

    return {
        "certificate": CertificateCredential,
        "federatedTokenFile": FederatedCredential,
        "federatedToken": FederatedCredential,
    }


PLAIN: Mapping[str, Callable[[Config, Clock], Credential]] = {"clientSecret": ClientSecret, "none": Public}
"""Config key → what proves the app's identity by it, where that is no assertion."""


def kind(config: Config) -> str:
    """The config key of the credential that the configuration gives; ``none`` where it gives none."""
    given = {
        "clientSecret": config.client_secret,
        "certificate": config.certificate,
        "federatedTokenFile": config.federated_token_file,
        "federatedToken": config.federated_token,
    }
    return next((name for name, value in given.items() if value is not None), "none")


def credential(config: Config, clock: Clock = time) -> Credential:
    """The credential of a configuration. Reads nothing yet."""
    name = kind(config)
    return (PLAIN.get(name) or _assertions()[name])(config, clock)


def facts(config: Config, clock: Clock) -> dict[str, Any]:
    """For ``auth.status``: ``kind``, and ``expiresAt``, ``thumbprint`` and ``problem`` where there are any."""
    name, told = kind(config), dict[str, Any]()
    try:
        found = credential(config, clock)
        told = found.ends()
        found.check()
    except CredentialExpired as error:
        return {"kind": name, **told, "problem": error.message}
    except ConfigError as error:
        return {"kind": name, "problem": error.message}
    return {"kind": name, **told}
