"""Handing rotated tokens to a host that keeps them itself."""

import logging
from collections.abc import Callable
from typing import Any

from .account import Account
from .times import rfc3339

OnTokens = Callable[[dict[str, Any]], None]
"""Takes ``{"account", "refreshToken", "accessToken", "expiresAt", "scopes"}``; what it returns is ignored."""

_log = logging.getLogger(__name__)


def hand_over(on_tokens: OnTokens | None, account: Account) -> None:
    """Calls ``on_tokens``. Its failure does not undo a refresh that has succeeded and is stored: it is logged, by
    the exception's class alone, since its text may quote what it was given."""
    if on_tokens is None or account.refresh_token is None:
        return
    tokens = {
        "account": account.name,
        "refreshToken": account.refresh_token,
        "accessToken": account.access_token,
        "expiresAt": rfc3339(account.expires_at),
        "scopes": list(account.scopes),
    }
    try:
        on_tokens(tokens)
    except Exception as error:  # noqa: BLE001 - the host's code may raise anything
        _log.warning(
            "on_tokens raised %s; the new tokens are in the token store all the same", type(error).__name__
        )
