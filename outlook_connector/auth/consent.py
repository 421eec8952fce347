"""An administrator's consent for a whole tenant: its address, and what comes back from it.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..config import Config
from ..errors import ConfigError, ConnectorError, ConsentRequired, InvalidInput
from . import refusals
from .scopes import short

KIND = "adminConsent"
"""What marks the pending sign-in that is none."""


NOT_AN_ADMINISTRATOR = frozenset({90093, 90094, 90095, 90008})
"""AADSTS numbers by which Microsoft Entra refuses the consent of whoever has signed in for it."""

WHO = (
    "Sign in there as an administrator who may: a Cloud Application Administrator, and for application permissions a "
    "Privileged Role Administrator. Or hand the address to one."
)
"""https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent#prerequisites"""


@dataclass(frozen=True)
class AdminConsent:
    """Given by an administrator of the tenant ``tenant_id``. ``scopes`` are the permissions that the answer names;
    it names none where all were asked for that the app registration lists."""

    tenant_id: str | None
    scopes: tuple[str, ...]


def begun(config: Config, scopes: tuple[str, ...], redirect_uri: str) -> dict[str, Any]:
    """A flow of the form that a sign-in has: ``auth_uri``, ``state``, ``redirect_uri``, and its ``kind``. Raises
    ``ConfigError`` where the tenant has no administrator."""
    if not refusals.administered(config):
        raise ConfigError(
            f"tenantId {config.tenant_id} means personal accounts, which have no administrator: each person consents "
            "at their own sign-in.",
            details={"problems": [{"pointer": "/tenantId", "message": "has no administrator"}]},
        )
    state = secrets.token_urlsafe(24)
    url = refusals.admin_consent_url(config, redirect_uri, scopes, state)
    return {"kind": KIND, "auth_uri": url, "state": state, "redirect_uri": redirect_uri}


def given(parameters: Mapping[str, str], config: Config) -> AdminConsent:
    """The consent that came to the redirect URI. Raises ``InvalidInput`` where none did."""
    if parameters.get("admin_consent", "").lower() != "true":
        raise InvalidInput.of(
            [("/admin_consent", "must be True: this state belongs to an administrator's consent")]
        )
    granted = short(parameters.get("scope", "").split(), config.graph_audience)
    return AdminConsent(refusals.guid_of(parameters.get("tenant")), granted)


def refused(parameters: Mapping[str, str], config: Config, redirect_uri: str | None) -> ConnectorError:
    """The error for a consent that was refused, with which the browser came back."""
    error = refusals.explain(parameters, config, redirect_uri)
    if not isinstance(error, ConsentRequired):
        return error
    number = error.details.get("aadsts")
    what = (
        "Whoever signed in is no administrator who may consent for the tenant"
        if number in NOT_AN_ADMINISTRATOR
        else "Nobody has consented for the tenant: it was declined, or whoever signed in may not"
    )
    mark = f" (AADSTS{number})" if number else ""
    return ConsentRequired(f"{what}{mark}. {WHO}", details={**error.details, "advice": WHO})
