"""The store ``sqlite:///path``: one file for all workers of a machine.

Write-ahead log, flushed to the disk on every commit (``synchronous=FULL``), so that a killed process leaves each
row either as it was or as it was to be. Not for network file systems, which lack the shared memory that it needs.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigError, ConnectorError
from .interface import StoreConflict
from .memory import SET_BACK, SWEEP_EVERY, TOMBSTONE

FAILED = "Check the disk, the file's permissions and whether another process holds it."
UNUSABLE = "Name a file in a directory that this user may write to."
BUSY_TIMEOUT = 15.0
"""Seconds that a write waits for another process's write."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (
    id INTEGER PRIMARY KEY CHECK (id = 0), counter INTEGER NOT NULL, horizon INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, blob BLOB, version INTEGER NOT NULL, expires REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS holders (
    key TEXT PRIMARY KEY, fence INTEGER NOT NULL, taken REAL NOT NULL, expires REAL NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counters VALUES (0, 0, 0);
"""


_HELD = "SELECT 1 FROM holders WHERE key = ? AND expires > ? AND taken <= ?"


class SqliteStore:
    """Rows in one SQLite file, which is created with mode 0600 (a missing directory with 0700).

    Raises ``ConfigError`` where the file cannot be used, and ``ConnectorError`` (code ``storeFailed``, retryable)
    where it stays locked or the disk fails. ``now`` gives epoch seconds.
    """

    def __init__(self, path: str | os.PathLike[str], now: Callable[[], float] = time.time) -> None:
        self.path = Path(path)
        self._now = now
        self._local = threading.local()
        self._inherited: list[sqlite3.Connection] = []
        with self._told():
            self._create_file()
        self._connection()

    def load(self, key: str) -> tuple[bytes | None, int]:
        with self._told():
            blob, version, expires, horizon = (
                self._connection()
                .execute(
                    "SELECT blob, version, expires, horizon FROM counters LEFT JOIN entries ON key = ?",
                    (key,),
                )
                .fetchone()
            )
        if version is None:
            return None, int(horizon)
        over = expires is not None and expires <= self._now()
        return (None if over else blob), int(version)

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        seconds = TOMBSTONE if blob is None else ttl
        expires = None if seconds is None else self._now() + seconds
        with self._writing() as database:
            (found,) = database.execute(
                "SELECT coalesce(version, horizon) FROM counters LEFT JOIN entries ON key = ?", (key,)
            ).fetchone()
            if found != version:
                raise StoreConflict
            new = self._count(database)
            database.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", (key, blob, new, expires))
            if new % SWEEP_EVERY == 0:
                self._sweep(database)
        return new

    def lease(self, key: str, ttl: float) -> "SqliteLease | None":
        now = self._now()
        with self._told():
            held = (
                self._connection().execute(_HELD, (key, now, now + SET_BACK)).fetchone()
            )  # a look without the write lock, so that those who wait disturb nobody
        if held:
            return None
        with self._writing() as database:
            if database.execute(_HELD, (key, now, now + SET_BACK)).fetchone():
                return None
            fence = self._count(database)
            database.execute(
                "INSERT OR REPLACE INTO holders VALUES (?, ?, ?, ?)", (key, fence, now, now + ttl)
            )
        return SqliteLease(self, key, fence)

    def give_back(self, key: str, fence: int) -> None:
        """Ends the lease of ``key`` if it is still the one with this fence."""
        with self._writing() as database:
            database.execute("DELETE FROM holders WHERE key = ? AND fence = ?", (key, fence))

    def holds_rows(self) -> bool:
        """Whether there is any row that has not run out."""
        with self._told():
            found = (
                self._connection()
                .execute(
                    "SELECT 1 FROM entries WHERE blob IS NOT NULL AND coalesce(expires > ?, 1) LIMIT 1",
                    (self._now(),),
                )
                .fetchone()
            )
        return found is not None

    def close(self) -> None:
        """Closes this thread's connection; the next use opens another."""
        connection = self._own()
        self._local.__dict__.clear()
        if connection is not None:
            connection.close()

    @staticmethod
    def _count(database: sqlite3.Connection) -> int:
        (value,) = database.execute("UPDATE counters SET counter = counter + 1 RETURNING counter").fetchone()
        return int(value)

    def _sweep(self, database: sqlite3.Connection) -> None:
        now = self._now()
        database.execute(
            "UPDATE counters SET horizon = max(horizon, "
            "coalesce((SELECT max(version) FROM entries WHERE expires <= ?), 0))",
            (now,),
        )
        database.execute("DELETE FROM entries WHERE expires <= ?", (now,))
        database.execute("DELETE FROM holders WHERE expires <= ?", (now,))

    def _own(self) -> sqlite3.Connection | None:
        """This thread's connection, unless a fork lies between: SQLite forbids a child to use or close it."""
        process, connection = getattr(self._local, "opened", (0, None))
        if connection is not None and process != os.getpid():
            self._inherited.append(connection)
            self._local.__dict__.clear()
            return None
        return connection if isinstance(connection, sqlite3.Connection) else None

    def _connection(self) -> sqlite3.Connection:
        connection = self._own()
        if connection is None:
            with self._told():
                connection = self._open()
            self._local.opened = (os.getpid(), connection)
        return connection

    def _create_file(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.name == "posix" and os.fstat(descriptor).st_mode & 0o022:
                os.fchmod(descriptor, 0o600)  # others could take leases, or put old rows back
        finally:
            os.close(descriptor)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None)
        _to_write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript("BEGIN IMMEDIATE;" + SCHEMA + "COMMIT;")
        return connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._told():
            database = self._connection()
            _end(database)
            try:  # a signal's exception may come between any two lines, and an open transaction stops every worker
                database.execute("BEGIN IMMEDIATE")
                yield database
                database.execute("COMMIT")
            except BaseException:
                _end(database)
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turns SQLite's and the system's errors into the connector's."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise ConnectorError(
                f"The token store {self.path} could not be read or written ({error}). {FAILED}",
                code="storeFailed",
                retryable=True,
                details={"advice": FAILED},
            ) from None
        except (sqlite3.DatabaseError, OSError) as error:
            raise ConfigError(
                f"tokenStore: {self.path} cannot be used as a token store ({error}). {UNUSABLE}",
                details={
                    "problems": [{"pointer": "/tokenStore", "message": "cannot be used"}],
                    "advice": UNUSABLE,
                },
            ) from None


def _end(connection: sqlite3.Connection) -> None:
    """Of what was begun and neither kept nor ended: a commit that failed, or what was broken off."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _to_write_ahead(connection: sqlite3.Connection) -> None:
    """Switching a new file takes it alone for a moment, in which SQLite does not wait by itself."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@dataclass(frozen=True)
class SqliteLease:
    """A lease of a ``SqliteStore``."""

    _store: SqliteStore
    _key: str
    fence: int

    def release(self) -> None:
        self._store.give_back(self._key, self.fence)
