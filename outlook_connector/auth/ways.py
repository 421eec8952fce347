"""The ways to sign in: where each gets its access tokens from."""

from collections.abc import Callable, Mapping
from typing import Any

from ..config import Config
from ..store import Clock, MemoryStore, Store
from .client import EntraClient
from .grants import ApplicationGrant, RefreshGrant
from .handing import OnTokens
from .provider import TokenProvider, Tokens


def tokens_of(
    config: Config,
    store: Store,
    client: EntraClient,
    session: Any,
    scopes: tuple[str, ...],
    on_tokens: OnTokens | None,
    clock: Clock,
) -> Tokens:
    """One row for each way to sign in."""
    ways: Mapping[str, Callable[[], Tokens]] = {
        "hostToken": lambda: _hosted(config),
        "application": lambda: TokenProvider(config, store, ApplicationGrant(client), None, clock),
        "managedIdentity": lambda: _managed(config, session, clock),
        "delegated": lambda: TokenProvider(
            config, store, RefreshGrant(client, config, scopes), on_tokens, clock
        ),
    }
    return ways[config.auth]()


def _hosted(config: Config) -> Tokens:
    from .hosted import HostTokens

    return HostTokens(config)


def _managed(config: Config, session: Any, clock: Clock) -> Tokens:
    """Never in a store that other machines may share."""
    from .managed import ManagedClient

    client = ManagedClient(config, session, clock)
    return TokenProvider(config, MemoryStore(), ApplicationGrant(client), None, clock)
