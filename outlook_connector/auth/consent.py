"""An administrator's consent for a whole tenant: its address, and what comes back from it.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..config import Config
from ..errors import InvalidInput
from . import refusals
from .scopes import short

KIND = "adminConsent"
"""What marks the pending sign-in that is none."""


@dataclass(frozen=True)
class AdminConsent:
    """Given by an administrator of the tenant ``tenant_id``. ``scopes`` are the permissions that the answer names;
    it names none where all were asked for that the app registration lists."""

    tenant_id: str | None
    scopes: tuple[str, ...]


def begun(config: Config, scopes: tuple[str, ...], redirect_uri: str) -> dict[str, Any]:
    """A flow of the form that a sign-in has: ``auth_uri``, ``state``, ``redirect_uri``, and its ``kind``."""
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
