"""Where state is kept: one small interface, in memory, in an encrypted SQLite file or in Redis."""

from .hosted import HostStore
from .interface import Lease, Store, StoreConflict
from .memory import MemoryStore
from .opening import open_store
from .sqlite import SqliteStore
from .waiting import Clock, held

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
