"""A host's own storage behind the three-method interface: nothing that it raises comes out raw."""

from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import ConnectorError
from ..frozen import frozen
from .interface import Lease, Store, StoreConflict

Answered = TypeVar("Answered")
BYTES = (bytes, bytearray, memoryview)


class HostStore:
    """Wraps a store that is not the connector's. ``StoreConflict`` and the connector's errors pass; everything else
    becomes a ``ConnectorError`` (code ``storeFailed``, retryable) that names the exception's class alone, since its
    text may quote a row. Blobs may come as any bytes-like object, as database drivers give them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self, key: str) -> tuple[bytes | None, int]:
        return _asked("load", lambda: _row(*self._store.load(key)))

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        return _asked("save", lambda: _whole(self._store.save(key, blob, version, ttl=ttl)))

    def lease(self, key: str, ttl: float) -> "HostLease | None":
        return _asked("lease", lambda: _taken(self._store.lease(key, ttl)))

    @property
    def kept(self) -> Callable[..., Any] | None:
        """The wrapped store's, where it has one: what its users in this process share."""
        found: Callable[..., Any] | None = getattr(self._store, "kept", None)
        return found


@frozen
class HostLease:
    """A lease of a host's store."""

    _lease: Lease
    fence: int

    def release(self) -> None:
        _asked("release", self._lease.release)


def _row(blob: object, version: object) -> tuple[bytes | None, int]:
    if blob is not None and not isinstance(blob, BYTES):
        raise TypeError
    return (None if blob is None else bytes(blob)), _whole(version)


def _taken(lease: Lease | None) -> HostLease | None:
    return None if lease is None else HostLease(lease, _whole(lease.fence))


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _asked(method: str, call: Callable[[], Answered]) -> Answered:
    try:
        return call()
    except (StoreConflict, ConnectorError):
        raise
    except Exception as error:  # noqa: BLE001 - the host's code may raise anything
        what = type(error).__name__
    raise ConnectorError(
        f"The host's token store failed in {method} ({what}). See the host's own log for the cause.",
        code="storeFailed",
        retryable=True,
        details={"method": method},
    )
