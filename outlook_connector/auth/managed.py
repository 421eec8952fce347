"""Managed identities: tokens from the machine's own endpoint on Azure, without any credential.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token,
https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

import time
from collections.abc import Mapping
from typing import Any

from ..config import Config
from ..errors import AuthError, ConfigError, ConnectorError, TransportError
from ..store import Clock
from . import library, refusals
from .library import Answer
from .wire import Wire

UPDATING = frozenset({404, 410})
"""Answers of an endpoint that is being updated, to be asked again like 429 and 5xx."""

_UNSERVED = {"SERVICE_FABRIC": "Service Fabric", "AZURE_ARC": "Azure Arc", "CLOUD_SHELL": "Cloud Shell"}
"""Places whose endpoints need more than an HTTP request, by msal's names."""


class ManagedClient:
    """Tokens for the identity of this machine, app or function: Azure's environment variables tell the endpoint."""

    def __init__(self, config: Config, session: Any, clock: Clock = time) -> None:
        self._config = config
        self._wire = Wire(config, session, clock, explain=self._explained, transient=UPDATING)

    def mark(self) -> str:
        """There is no credential here that could be replaced."""
        return ""

    def application(self, claims: str | None = None) -> Answer:
        """An access token for the identity. The endpoint keeps tokens itself, and knows no claims challenges.

        Raises ``AuthError`` where the identity is not there, ``TransportError`` where there is no endpoint.
        """
        import msal

        self._check_place(msal.managed_identity)
        client_id = self._config.client_id
        identity = (
            msal.UserAssignedManagedIdentity(client_id=client_id)
            if client_id
            else msal.SystemAssignedManagedIdentity()
        )
        client = msal.ManagedIdentityClient(identity, http_client=self._wire, token_cache=library.no_cache())
        resource = self._config.graph_audience.rstrip("/")
        try:
            return library.tokens(lambda: client.acquire_token_for_client(resource=resource))
        except TransportError as error:
            failure = _busy(error) if "status" in error.details else _nowhere(error)
        raise failure

    def _explained(self, answer: Mapping[str, Any]) -> ConnectorError:
        """The error for a refusal in either form, IMDS's (``error``) or App Service's (``statusCode``)."""
        word = refusals.word_of(answer.get("error"))
        name = f"user-assigned identity {self._config.client_id}" if self._config.client_id else "identity"
        advice = (
            "Assign it to the machine or app under Identity in the Azure portal; clientId is a user-assigned "
            "identity's client id, and is left out for the system-assigned one."
        )
        key = "clientId"
        told = f"Azure gave no token for the {name} of this machine or app{f' ({word})' if word else ''}. {advice}"
        details = {"error": word, "advice": advice, "configKey": key}
        return AuthError(told, details={name: value for name, value in details.items() if value})

    def _check_place(self, managed: Any) -> None:
        here = managed.get_managed_identity_source()
        for name, place in _UNSERVED.items():
            if here is getattr(managed, name, None):
                raise ConfigError(
                    f"auth: managedIdentity is not served on {place}; use a certificate or federatedTokenFile there.",
                    details={"problems": [{"pointer": "/auth", "message": f"is not served on {place}"}]},
                )


def _busy(error: TransportError) -> TransportError:
    """https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance"""
    wait = error.details.get("retryAfter")
    advice = f"Try again after {wait:g} seconds." if wait else "Try again in a minute."
    return TransportError(
        f"This machine's endpoint for managed identities, {error.details['host']}, could not answer for the moment "
        f"(HTTP {error.details['status']}). {advice}",
        code=error.code,
        retryable=True,
        details={**error.details, "advice": advice},
    )


def _nowhere(error: TransportError) -> TransportError:
    advice = (
        "Managed identities exist on Azure only: on a virtual machine, in App Service, Functions, Container Apps and "
        "their like. Elsewhere use another way to sign in."
    )
    return TransportError(
        f"The endpoint for managed identities, {error.details.get('host', '')}, cannot be reached. {advice}",
        retryable=error.retryable,
        details={**error.details, "advice": advice, "configKey": "auth"},
    )
