"""Where state is kept: one small interface, in memory, in an encrypted SQLite file or in Redis."""

from typing import TYPE_CHECKING, Any

from .hosted import HostStore
from .interface import Lease, Store, StoreConflict
from .memory import MemoryStore
from .opening import open_store
from .waiting import Clock, held

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """SQLite is imported where a store is kept in it."""
    if name != "SqliteStore":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .sqlite import SqliteStore

    return SqliteStore
