"""From a ``tokenStore`` URL to a store."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from ..errors import ConfigError
from .interface import Store
from .memory import MemoryStore

KEY_VARIABLE = "OUTLOOK_CONNECTOR_KEY"


class Revealing(Protocol):
    """A secret that shows itself only when asked."""

    def reveal(self) -> str: ...


def open_store(
    url: str | None = None,
    key: str | Revealing | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Store:
    """The store that ``url`` names: ``memory:``, ``sqlite:///absolute/path`` (``sqlite:relative/path``),
    ``redis://host:port/0`` or ``rediss://`` over TLS;
    ``None`` means ``store.sqlite3`` in the user's data directory.

    What leaves the process is encrypted: with ``key`` (Fernet keys, separated by commas; the first encrypts), else with
    the environment's ``OUTLOOK_CONNECTOR_KEY``, else with a key file beside the SQLite file;
    Redis has no such place, so that a key must be given. Raises ``ConfigError``.
    """
    url = url or f"sqlite:{default_path(environment)}"
    scheme, _, rest = url.partition(":")
    opener = _OPENERS.get(scheme)
    if opener is None:
        raise _refusal(f"{scheme}: is not a kind of token store: use sqlite:///path, redis://host or memory:")
    return opener(rest, key if key is None or isinstance(key, str) else key.reveal(), environment)


def place(url: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """What tells one store from another; ``None`` for one that nobody else can open. Raises ``ConfigError``."""
    scheme, _, rest = (url or f"sqlite:{default_path(environment)}").partition(":")
    if scheme == "memory":
        return None
    return f"{scheme}:{_path(rest).resolve() if scheme == 'sqlite' else rest}"


def default_path(environment: Mapping[str, str]) -> Path:
    """``store.sqlite3`` in the directory where the platform wants a user's application data."""
    home = Path(environment.get("HOME") or "~").expanduser()
    bases = {
        "win32": Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local"),
        "darwin": home / "Library" / "Application Support",
    }
    others = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return bases.get(sys.platform, others) / "outlook-connector" / "store.sqlite3"


def _memory(rest: str, key: str | None, environment: Mapping[str, str]) -> Store:
    return MemoryStore()


def _sqlite(rest: str, key: str | None, environment: Mapping[str, str]) -> Store:
    from .keyfile import read_or_create  # late: the cryptography below costs 40 ms, and memory: needs none
    from .sealed import SealedStore
    from .sqlite import SqliteStore

    path = _path(rest)
    store = SqliteStore(path)
    given = _given_keys(key, environment)
    if given:
        return SealedStore(store, *given)
    file = path.with_name(path.name + ".key")
    return SealedStore(store, [read_or_create(file, store.holds_rows)], f"the key file {file}")


def _redis(scheme: str, rest: str, key: str | None, environment: Mapping[str, str]) -> Store:
    given = _given_keys(key, environment)
    if given is None:
        message = f"is required with Redis (or {KEY_VARIABLE}): all workers need the same key"
        raise ConfigError(
            f"storeKey {message}. Make one with: python -c "
            '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
            details={"problems": [{"pointer": "/storeKey", "message": message}]},
        )
    from .redis_store import RedisStore  # late, as an extra
    from .sealed import SealedStore

    return SealedStore(RedisStore(f"{scheme}:{rest}"), *given)


_OPENERS: Mapping[str, Callable[[str, str | None, Mapping[str, str]], Store]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "redis": partial(_redis, "redis"),
    "rediss": partial(_redis, "rediss"),
}


def _path(rest: str) -> Path:
    text = re.sub("^//+", "/", unquote(rest.removeprefix("//")))  # sqlite:////path is meant as sqlite:///path
    if not text.strip("/"):
        raise _refusal("sqlite: needs the path of a file, such as sqlite:///var/lib/outlook/store.sqlite3")
    if text[:2] == "/~" or (os.name == "nt" and text[2:3] == ":"):
        text = text[1:]
    try:
        path = Path(text).expanduser().absolute()
        usable = b"\0" not in os.fsencode(path)
    except RuntimeError:
        raise _refusal("sqlite: names the home directory of nobody") from None
    except ValueError:
        usable = False
    if not usable:
        raise _refusal("sqlite: names no file that the system could have")
    return path


def _given_keys(key: str | None, environment: Mapping[str, str]) -> tuple[list[str], str] | None:
    for text, origin in ((key, "storeKey"), (environment.get(KEY_VARIABLE), f"the variable {KEY_VARIABLE}")):
        if text:
            return [part.strip() for part in text.split(",") if part.strip()], origin
    return None


def _refusal(message: str) -> ConfigError:
    return ConfigError(
        f"tokenStore: {message}.", details={"problems": [{"pointer": "/tokenStore", "message": message}]}
    )
