"""Encryption at rest: a store whose blobs nobody can read, change or move to another key without its Fernet key.

https://cryptography.io/en/latest/fernet/
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ..errors import ConfigError
from .interface import Lease, Store, StoreConflict


class SealedStore:
    """Wraps a store. The first of ``keys`` encrypts and all of them decrypt, so that a key can be replaced:
    put the new one first, and drop the old one when every row has been written since.

    ``origin`` tells where the keys came from, for the error of a key that does not fit.
    """

    def __init__(self, store: Store, keys: Sequence[str], origin: str) -> None:
        self._store = store
        self._origin = origin
        if not keys:
            raise ConfigError(
                f"{origin} holds no key.",
                details={"problems": [{"pointer": "/storeKey", "message": "holds no key"}]},
            )
        ciphers = [_fernet(key, origin) for key in keys]
        self._cipher, self._first = MultiFernet(ciphers), ciphers[0]

    def load(self, key: str) -> tuple[bytes | None, int]:
        """As ``Store.load``; ``ConfigError`` where the blob was sealed with another key. The row stays."""
        sealed, version = self._store.load(key)
        if sealed is None:
            return None, version
        opened = self._opened(sealed)
        mark, blob = opened[:32], opened[32:]
        if mark != _mark(key):
            raise self._misfit()
        return blob, version

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        sealed = None if blob is None else self._cipher.encrypt(_mark(key) + blob)
        return self._store.save(key, sealed, version, ttl=ttl)

    def lease(self, key: str, ttl: float) -> Lease | None:
        return self._store.lease(key, ttl)

    def reseal(self, key: str) -> None:
        """Seals a row without an end, which nobody writes again, with the first key where another one did: else it
        could not be read any more when that one is dropped."""
        sealed, version = self._store.load(key)
        if sealed is None:
            return
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            with suppress(StoreConflict):  # another worker is at it
                self._store.save(key, self._cipher.encrypt(self._opened(sealed)), version)

    def eviction(self) -> str | None:
        """What the store beneath drops when it is full, where it is one that does; ``None`` where it does not tell."""
        told = getattr(self._store, "eviction", None)
        found: str | None = told() if told else None
        return found

    def logged(self) -> bool | None:
        """Whether the store beneath logs each write to a disk; ``None`` where it does not tell."""
        told = getattr(self._store, "logged", None)
        found: bool | None = told() if told else None
        return found

    def close(self) -> None:
        """Closes the store beneath, where it can be closed."""
        close = getattr(self._store, "close", None)
        if close is not None:
            close()

    def _opened(self, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed)
        except (InvalidToken, TypeError):
            raise self._misfit() from None

    def _misfit(self) -> ConfigError:
        advice = (
            "Put the old key back (storeKey may list several, separated by commas: the first encrypts, all decrypt), "
            "or move the store's file away and sign in again. Nothing was deleted."
        )
        return ConfigError(
            f"The token store was encrypted with another key than the one from {self._origin}, or the row is damaged. "
            f"{advice}",
            code="storeKeyWrong",
            details={
                "problems": [{"pointer": "/storeKey", "message": "does not fit the token store"}],
                "advice": advice,
            },
        )


def _mark(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _fernet(key: str, origin: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise ConfigError(
            f"The key from {origin} is not a Fernet key (32 bytes in URL-safe base64). Make one with: python -c "
            '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
            code="storeKeyWrong",
            details={"problems": [{"pointer": "/storeKey", "message": "is not a Fernet key"}]},
        ) from None
