"""Where state is kept: one small interface, in memory, in an encrypted SQLite file or in Redis."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .interface import Lease, Store, StoreConflict
from .memory import MemoryStore
from .opening import open_store
from .waiting import Clock, held

if TYPE_CHECKING:
    from .hosted import HostStore
    from .sqlite import SqliteStore

__all__ = [
    "Clock",
    "HostStore",
    "Lease",
    "MemoryStore",
    "SqliteStore",
    "Store",
    "StoreConflict",
    "held",
    "open_store",
]


_LATE = {"HostStore": "hosted", "SqliteStore": "sqlite"}
"""Imported where a store is of that kind."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATE[name]}", __name__), name)
