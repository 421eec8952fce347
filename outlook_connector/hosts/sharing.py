"""Several connections in one host: nobody acts as another's person unawares."""

import os
from collections.abc import Mapping

from ..auth.row import key_of
from ..config import Config
from ..errors import ConfigError
from ..store.opening import place

UNNAMED = Config.account
"""The account of a configuration that names none."""


def check_apart(connections: Mapping[str, Config], environment: Mapping[str, str] = os.environ) -> None:
    """Raises ``ConfigError`` for two delegated connections that keep their sign-in in one place and name no account:
    whoever signs in for one would be signed in for the other. Those that name the same account mean the same person.
    """
    found: dict[tuple[str, str], str] = {}
    for name, config in connections.items():
        store = place(config.token_store, environment)
        if config.auth != "delegated" or config.account != UNNAMED or store is None:
            continue
        other = found.setdefault((store, key_of(config)), name)
        if other != name:
            raise _shared(other, name)


def _shared(one: str, other: str) -> ConfigError:
    told = (
        f"The connections {one} and {other} have the same app and token store, and no account: whoever signs in for "
        "one would be signed in for the other. Give each an account, which is any name: one of its own for each "
        "person, or the same where both are to act as one."
    )
    return ConfigError(
        told, code="sharedSignIn", details={"connections": [one, other], "configKey": "account"}
    )
