"""The ways to sign in: where each gets its access tokens from."""

from collections.abc import Callable, Mapping
from typing import Any

from ..config import Config
from ..store import Clock, MemoryStore, Store
from .client import EntraClient
from .grants import ApplicationGrant, RefreshGrant
from .handing import OnTokens
from .hosted import HostTokens
from .managed import ManagedClient
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
        "hostToken": lambda: HostTokens(config),
        "application": lambda: TokenProvider(config, store, ApplicationGrant(client), None, clock),
        "managedIdentity": lambda: TokenProvider(  # never in a store that other machines may share
            config, MemoryStore(), ApplicationGrant(ManagedClient(config, session, clock)), None, clock
        ),
        "delegated": lambda: TokenProvider(
            config, store, RefreshGrant(client, config, scopes), on_tokens, clock
        ),
    }
    return ways[config.auth]()
