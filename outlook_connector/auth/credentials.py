"""How the app proves who it is: from the configuration to msal's client credential.

https://learn.microsoft.com/entra/msal/python/advanced/client-credentials
"""

from collections.abc import Callable, Mapping

from ..config import Config

Credential = str | dict[str, str] | None
"""As msal takes it: a secret, a dictionary for certificates and assertions, nothing for a public client."""


def _secret(config: Config) -> Credential:
    return config.client_secret.reveal() if config.client_secret else None


def _none(config: Config) -> Credential:
    return None


CREDENTIALS: Mapping[str, Callable[[Config], Credential]] = {"clientSecret": _secret, "none": _none}
"""Kind of credential → how msal gets it."""


def kind(config: Config) -> str:
    """Which of ``CREDENTIALS`` the configuration gives."""
    return "clientSecret" if config.client_secret else "none"


def credential(config: Config) -> Credential:
    """The credential for msal; ``None`` makes a public client."""
    return CREDENTIALS[kind(config)](config)
