"""What a store can do: three methods, which a host can also implement over a database of its own.

A store keeps small blobs under text keys: tokens, pending sign-ins, sent idempotency keys, trigger states.
Every write is a compare-and-swap on the row's version, so that two workers never overwrite one another unseen.
"""

from typing import Protocol


class StoreConflict(Exception):
    """The row has changed since the version given was read. Load it again and decide anew.

    Internal to the connector: whoever writes catches it, and no host ever sees it.
    """


class Lease(Protocol):
    """The right to work on a key alone, until ``release()`` or until its time is over."""

    @property
    def fence(self) -> int:
        """Grows with every lease of the store, so that a later holder can be told from an earlier one."""

    def release(self) -> None:
        """Gives the lease back; harmless when it has run out or another holder has the key by now."""


class Store(Protocol):
    """Blobs with versions, and leases. Safe to use from many threads, and in a child after a fork."""

    def load(self, key: str) -> tuple[bytes | None, int]:
        """The blob and its version, or ``(None, version)`` when absent. A key's version never goes back."""

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        """Writes if the row still has ``version`` and returns the new version; ``None`` deletes.

        ``ttl`` in seconds: afterwards the row counts as absent. Raises ``StoreConflict``.
        """

    def lease(self, key: str, ttl: float) -> Lease | None:
        """A lease for ``ttl`` seconds, or ``None`` while another holder has one."""
