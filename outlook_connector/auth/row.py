"""An account's row in the store, and whose it is."""

import hashlib
import json
from dataclasses import asdict

from ..config import Config
from ..errors import AuthError, ConfigError
from ..redaction import one_line
from ..store import Store, StoreConflict
from .account import Account, restored


class Row:
    """The account's place in the store: authority, Graph, client, kind and account name give its key."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._name = config.account
        self.key = key_of(config)

    def load(self) -> tuple[Account | None, int]:
        """The account, or ``None``, and the row's version."""
        blob, version = self._store.load(self.key)
        return (None if blob is None else _read(blob)), version

    def save(self, account: Account, version: int) -> int:
        """Raises ``StoreConflict`` where somebody else has written since."""
        return self._store.save(self.key, json.dumps(asdict(account)).encode(), version)

    def replace(self, account: Account) -> None:
        """Writes whatever stood there before: for a fresh sign-in, which is newer than anything else. Raises
        ``AuthError`` (code ``otherPerson``) where another person's account stands there, which stays."""
        while True:
            blob, version = self._store.load(self.key)
            try:
                standing = _read(blob) if blob else None
            except ConfigError:
                standing = None  # nobody could go on with it
            if standing and standing.is_another_than(account):
                raise _another(standing, account)
            try:
                self.save(account, version)
                return
            except StoreConflict:
                continue

    def delete(self) -> bool:
        """Whether there was a row to delete."""
        while True:
            blob, version = self._store.load(self.key)
            if blob is None:
                return False
            try:
                self._store.save(self.key, None, version)
                return True
            except StoreConflict:
                continue


def key_of(config: Config) -> str:
    """The row's key within its store."""
    parts = [config.authority.lower(), config.graph_audience.lower(), config.client_id.lower()]
    parts += [config.auth, config.account]
    return "token/" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _another(standing: Account, came: Account) -> AuthError:
    """Nobody takes over an account unnoticed: flows that run by it would read and send another person's mail."""
    theirs, new = (
        {"username": a.username, "name": a.display_name, "tenantId": a.tenant_id} for a in (standing, came)
    )
    advice = (
        "To hand the account over, sign out first (auth.signOut) and sign in again; else choose the right person on "
        "Microsoft's page, or give the new one an account name of their own (account)."
    )
    return AuthError(
        f"The account {standing.name} is {_called(standing)}'s, and {_called(came)} has signed in: nothing was stored. "
        f"{advice}",
        code="otherPerson",
        details={"account": standing.name, "signedIn": theirs, "came": new, "advice": advice},
    )


def _called(account: Account) -> str:
    return one_line(account.username or account.display_name or f"the person {account.object_id}")


def _read(blob: bytes) -> Account:
    try:
        return restored(json.loads(blob))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigError(
            "The account's row in the token store is not readable. Sign in again after auth.signOut, or name "
            "another tokenStore.",
            code="storeUnreadable",
            details={"problems": [{"pointer": "/tokenStore", "message": "holds a row of an unknown form"}]},
        ) from None
