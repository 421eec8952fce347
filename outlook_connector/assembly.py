"""``connect()``: the one place where the parts are put together."""

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from . import config_building, config_source
from .auth import Auth
from .config import Config
from .context import Context
from .dispatcher import Connector
from .errors import ConnectorError
from .files import Files
from .frozen import frozen
from .graph.budget import Budget
from .graph.client import Graph
from .graph.limits import Limits
from .graph.session import Sessions
from .hourly import Hourly
from .manifest import Need, load
from .permissions import for_another, least, needs_of, uses_of
from .policy import Policy
from .sent import SentKeys, digest
from .store import Store, StoreConflict, open_store


@frozen
class Assembly:
    """A connection's parts, for hosts that look after the connection itself: signing in, checking it."""

    connector: Connector
    context: Context
    store: Store


def connect(
    config: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    token_store: Store | None = None,
    on_tokens: Callable[[dict[str, Any]], None] | None = None,
    manifest: Path | str | None = None,
) -> Connector:
    """A connector for one connection.

    ``config`` is a mapping, the path of a JSON or YAML file, or nothing: then the environment is read
    (``OUTLOOK_CONNECTOR_CONFIG`` and the single keys; see ``schemas/config.json``). ``token_store`` is a store of
    the host's own in place of ``tokenStore``. ``on_tokens`` is called with every rotated refresh token.
    ``manifest`` is a manifest other than the package's own, its schemas beside it.

    Makes no request. Raises ``ConfigError`` or ``ManifestError``.
    """
    return assemble(config, token_store=token_store, on_tokens=on_tokens, manifest=manifest).connector


def assemble(
    config: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    *,
    token_store: Store | None = None,
    on_tokens: Callable[[dict[str, Any]], None] | None = None,
    manifest: Path | str | None = None,
) -> Assembly:
    """What ``connect`` gives, with the parts that it is made of."""
    catalogue = load(manifest)
    own = catalogue if manifest is None else load()
    settings = config_building.build(config_source.read(config, os.environ), own.schemas)
    policy = Policy(settings.rules)
    needs = cache(partial(needs_of, catalogue, policy, settings.auth))
    store = _store(settings, token_store)
    sessions = Sessions(settings, os.environ)
    auth = Auth(settings, store, sessions, _scopes(settings, needs), on_tokens)
    limits = Limits(settings, store, lambda: auth.status()["username"])
    cursor_keys = cache(partial(_cursor_key, settings, store))
    if settings.client_secret is None:
        cursor_keys()  # a store that fails is told at once; the others begin without one, as they always could
    context = Context(
        graph=Graph(settings, sessions, auth, limits, Budget()),
        auth=auth,
        files=Files(settings.rules.files_allow),
        policy=policy,
        sent=SentKeys(store, settings.http.deadline),
        hourly=Hourly(store, _hourly_name(settings), settings.rules.mails_per_hour),
        store=store,
        owner="",
        cursor_keys=cursor_keys,
        all_needs=needs,
        all_uses=cache(partial(uses_of, catalogue, policy, settings.auth)),
    )

    def close() -> None:
        limits.close()
        sessions.close()
        if token_store is None:
            closing = getattr(store, "close", None)
            if closing:
                closing()

    return Assembly(Connector(catalogue, catalogue.schemas, settings, context, close), context, store)


def _scopes(settings: Config, needs: Callable[[], tuple[Need, ...]]) -> tuple[str, ...]:
    """What a person's sign-in asks for; a connection that names a mailbox is taken to mean another person's."""
    if settings.auth != "delegated":
        return ()
    return least(for_another(needs()) if settings.mailbox else needs())


def _store(settings: Config, hosts: Store | None) -> Store:
    if hosts is not None:
        from .store import HostStore  # late: few hosts bring one

        return HostStore(hosts)
    return open_store(settings.token_store or _usual_store(settings), settings.store_key)


def _usual_store(settings: Config) -> str | None:
    """A host that brings its own tokens has none to keep here; the others have the user's data directory."""
    return "memory:" if settings.auth == "hostToken" else None


def _hourly_name(settings: Config) -> str:
    return "hourly/" + digest([settings.tenant_id, settings.client_id, settings.account, settings.mailbox])


def _cursor_key(settings: Config, store: Store) -> bytes:
    """What seals cursors: the same for all workers of a connection, and unknown to those who call it. It is kept in the
    store, so that a place outlives the credential that it was met with; what is kept first was the key of old."""
    name = "cursor-key/" + digest([settings.tenant_id, settings.client_id])
    blob, version = store.load(name)
    while blob is None:
        drawn = _first_cursor_key(settings, store)
        try:
            store.save(name, drawn, version)
        except StoreConflict:
            blob, version = store.load(name)
            continue
        except ConnectorError:  # a full disk stops no call: the secret gives the same key until it is stored
            if settings.client_secret is None:
                raise
        return drawn
    reseal = getattr(store, "reseal", None)
    if reseal:
        reseal(name)
    return blob


def _first_cursor_key(settings: Config, store: Store) -> bytes:
    if settings.client_secret is not None:
        return hashlib.sha256(b"cursor\0" + settings.client_secret.reveal().encode()).digest()
    return store.load("cursor-key")[0] or secrets.token_bytes(32)
