"""Whether Microsoft Entra takes what proves the app's identity: asked for real, with nobody's session at stake.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#token-response,
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..config import Config, Secret
from ..errors import AuthError, SignInRequired
from ..store import Clock
from . import advice_credentials, refusals
from .account import Account
from .client import EntraClient
from .credentials import kind
from .managed import ManagedClient

SHARED = frozenset({"common", "organizations"})
"""Names of authorities at which an app has no tokens of its own, since they are no tenant."""

NOBODYS = Secret("0.nobody")
"""Stands where a renewal has a refresh token: nothing can be spent by it."""

OF_THE_APP = frozenset(
    {
        *(n for n, told in advice_credentials.BY_AADSTS.items() if told.kind is not SignInRequired),
        *(7000215, 7000222, 7000218, 700025, 700016, 7000112, 90002, 900023),
    }
)
"""AADSTS numbers that tell of the app and what proves it, whatever else stands in the request."""


@dataclass(frozen=True)
class Trial:
    """``accepted``: a token came for it, and was thrown away. Else it could not be told, since ``why``; what is
    refused raises an error."""

    accepted: bool
    why: str = ""


def tried(config: Config, client: EntraClient, session: Any, clock: Clock, account: Account | None) -> Trial:
    """Asks Microsoft Entra, or the machine's endpoint; stores nothing. ``account`` tells the tenant of a person who
    signed in at an authority of many. Raises ``AuthError`` where the credential is refused, ``ConfigError`` where it
    cannot be read, ``TransportError`` where nobody answers."""
    ways: Mapping[str, Callable[[], Trial]] = {
        "hostToken": lambda: Trial(accepted=False, why="the host's affair"),
        "managedIdentity": lambda: _of_the_machine(ManagedClient(config, session, clock)),
    }
    way = ways.get(config.auth)
    return way() if way else _of_the_registration(config, client, session, clock, account)


def _of_the_machine(client: ManagedClient) -> Trial:
    client.application()
    return Trial(accepted=True)


def _of_the_registration(
    config: Config, client: EntraClient, session: Any, clock: Clock, account: Account | None
) -> Trial:
    """The app asks for a token of its own; where there is none to be had, it renews nobody's. The latter can tell
    that the credential is refused, never that it is taken: which is judged first, it or the token, is not documented.
    """
    why = "a public client proves nothing"
    if kind(config) != "none":
        home = _home(config, account)
        why = f"tenantId {config.tenant_id} is no tenant in which the app has tokens of its own"
        if home:
            asked = client if home is config else EntraClient(home, session, clock)
            why = _refusal(asked.application, ("invalid_client",))
    if why:
        _refusal(lambda: client.refresh(NOBODYS, ()), ())
    return Trial(accepted=not why, why=why)


def _refusal(ask: Callable[[], object], words: tuple[str, ...]) -> str:
    """Why no token came, empty where one did. Raises where it is for the credential: by its number, by one of the
    OAuth errors ``words``, or before anything was asked."""
    try:
        ask()
    except AuthError as error:
        number, word = error.details.get("aadsts"), error.details.get("error")
        asked = number is not None or word is not None
        if not asked or number in OF_THE_APP or word in words:
            raise
        mark = f"AADSTS{number}" if number else word
        return f"Microsoft Entra gave the app no token of its own ({mark})"
    return ""


def _home(config: Config, account: Account | None) -> Config | None:
    """The configuration with one organization's tenant, where it is known."""
    base, _, named = config.authority.rpartition("/")
    tenant = (account.tenant_id if account else None) if named.lower() in SHARED else named
    if not tenant or tenant.lower() in refusals.PERSONAL_TENANTS:
        return None
    return config if tenant == named else replace(config, authority=f"{base}/{tenant}", tenant_id=tenant)
