"""How the app proves who it is: one small class for each kind of credential, and the table of them.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..config import Config
from ..errors import ConfigError, CredentialExpired
from . import certificates, federated, jwt_reading
from .times import rfc3339

Audience = Callable[[], str]
"""Tells the token endpoint, once the tenant's configuration is known."""


class Epoch(Protocol):
    """Something that tells the time in epoch seconds."""

    def time(self) -> float: ...


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

    def __init__(self, config: Config, clock: Epoch) -> None:
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

    def __init__(self, config: Config, clock: Epoch) -> None:
        self._secret = config.client_secret

    def for_msal(self, audience: Audience) -> Any:
        return self._secret.reveal() if self._secret else None


class CertificateCredential:
    """An assertion for each exchange, signed with the certificate's key; the file is read each time."""

    def __init__(self, config: Config, clock: Epoch) -> None:
        if config.certificate is None:
            raise ValueError("no certificate is configured")
        self._settings = config.certificate
        self._client_id = config.client_id
        self._clock = clock

    def check(self) -> None:
        end = certificates.read(self._settings).expires
        if end > self._clock.time():
            return
        advice = (
            "Make a new one, upload it under Certificates & secrets in the app registration, and point "
            "certificate to it with its key."
        )
        raise CredentialExpired(
            f"The certificate of the app expired at {rfc3339(end)}. {advice}",
            details={"expiresAt": rfc3339(end), "advice": advice, "configKey": "certificate"},
        )

    def for_msal(self, audience: Audience) -> Any:
        return {"client_assertion": lambda: self._assertion(audience())}

    def ends(self) -> dict[str, Any]:
        found = certificates.read(self._settings)
        return {"expiresAt": rfc3339(found.expires), "thumbprint": found.thumbprint}

    def mark(self) -> str:
        return _hash(certificates.contents(self._settings))

    def _assertion(self, audience: str) -> str:
        found = certificates.read(self._settings)
        now = self._clock.time()
        return found.assertion(self._client_id, audience, now, send_x5c=self._settings.send_x5c)


class FederatedCredential:
    """Another identity provider's token, from a file or the host, asked for at each exchange."""

    def __init__(self, config: Config, clock: Epoch) -> None:
        self._source = federated.source(config)
        self._clock = clock

    def check(self) -> None:
        federated.check(self._source, self._clock.time())

    def for_msal(self, audience: Audience) -> Any:
        return {"client_assertion": self._source.token}

    def ends(self) -> dict[str, Any]:
        """A callable is not asked only to tell the end of what it would return."""
        end = jwt_reading.expires(self._source.token()) if self._source.cheap else None
        return {"expiresAt": rfc3339(end)} if end else {}

    def mark(self) -> str:
        return _hash(self._source.mark(self._clock.time()).encode())


CREDENTIALS: Mapping[str, Callable[[Config, Epoch], Credential]] = {
    "clientSecret": ClientSecret,
    "certificate": CertificateCredential,
    "federatedTokenFile": FederatedCredential,
    "federatedToken": FederatedCredential,
    "none": Public,
}
"""Config key → what proves the app's identity by it."""


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kind(config: Config) -> str:
    """Which of ``CREDENTIALS`` the configuration gives."""
    given = {
        "clientSecret": config.client_secret,
        "certificate": config.certificate,
        "federatedTokenFile": config.federated_token_file,
        "federatedToken": config.federated_token,
    }
    return next((name for name, value in given.items() if value is not None), "none")


def credential(config: Config, clock: Epoch = time) -> Credential:
    """The credential of a configuration. Reads nothing yet."""
    return CREDENTIALS[kind(config)](config, clock)


def facts(config: Config, clock: Epoch) -> dict[str, Any]:
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
