"""What is told of an account, without any token: the results of signing in, and the greater part of its status."""

from typing import Any

from ..config import Config
from ..errors import SignInRequired
from . import jwt_reading
from .account import Account
from .times import rfc3339

UNUSED = 90 * 86_400.0
"""Seconds after which a refresh token ends that nobody uses: 90 days, where the tenant's policies set no other time.
https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime"""


def nobody(config: Config, why: str) -> SignInRequired:
    """As ``refusals.nobody``."""
    from . import refusals  # late, as all that explains: most processes meet no refusal

    return refusals.nobody(config, why)


def permissions(account: Account | None) -> tuple[str, ...]:
    """A person's as Microsoft Entra told them with the token, an application's as they stand in the token."""
    if account is None:
        return ()
    return account.scopes or jwt_reading.permissions(account.access_token)


def summary(account: Account) -> dict[str, Any]:
    return {
        "account": account.name,
        "username": account.username,
        "name": account.display_name,
        "tenantId": account.tenant_id,
        "scopes": list(account.scopes),
        "expiresAt": rfc3339(account.expires_at or None),
    }


def times(account: Account) -> dict[str, Any]:
    """When things happened and will end, RFC 3339; ``None`` where it is not known."""
    issued = account.refresh_token_at
    return {
        "accessTokenExpiresAt": rfc3339(account.expires_at or None),
        "signedInAt": rfc3339(account.signed_in_at),
        "refreshedAt": rfc3339(account.refreshed_at),
        "refreshTokenIssuedAt": rfc3339(issued),
        "refreshTokenExpiresAt": rfc3339(issued and issued + UNUSED),
    }
