"""Access tokens, renewed by one worker at a time however many need one.

The order is always the same: the token in memory; the lock between threads; the lease between processes; the row in
the store, which another worker may have renewed meanwhile; and only then Microsoft Entra.
"""

from contextlib import AbstractContextManager
from copy import copy
from dataclasses import field
from typing import Protocol

from ..config import Config
from ..errors import AuthError, ConnectorError
from ..frozen import frozen
from ..store import Clock, Lease, Store, StoreConflict, held
from ..store.locking import ForkSafeLock
from .account import AHEAD, Account
from .asking import ANY, LEASE, PATIENCE, TokenSource, Wanted
from .grants import Grant
from .handing import OnTokens, hand_over
from .renewal import Renewal

QUIET = 30.0
"""Seconds without another attempt after one that failed, while there is a token that still serves."""


IN_VAIN = 3
"""Refusals in a row after which the same question is not put again for the quiet time."""


class Tokens(TokenSource, Protocol):
    """Where an ``Auth`` gets access tokens from."""

    def refresh(self) -> Account:
        """New tokens now."""

    def account(self) -> Account | None:
        """What is known of the account, without asking anybody."""

    def held(self) -> Account | None:
        """The account with the token in use here; ``None`` before one was needed."""

    def catch_up(self) -> None:
        """Goes on with a newer token that another worker has got since, and has one renewed that is outdated."""

    def outdate(self, offered: tuple[str, ...]) -> None:
        """Has whoever next lacks a permission renew the token, to ask for what an administrator has ``offered``."""

    def adopt(self, account: Account) -> None:
        """Takes a new sign-in. Raises ``AuthError`` (code ``otherPerson``) where somebody else is signed in."""

    def forget(self) -> bool:
        """Signs out here; whether anybody was signed in."""


@frozen
class _Failure:
    """What renewals ended in, so many times in a row, and what the row and the credential were then."""

    error: ConnectorError
    at: tuple[int, str] = field(repr=False)
    times: int


class TokenProvider:
    """Tokens of one account, from its row in the store."""

    def __init__(
        self, config: Config, store: Store, grant: Grant, on_tokens: OnTokens | None, clock: Clock
    ) -> None:
        self._renewal = Renewal(config, store, grant, clock)
        self._store = store
        self._on_tokens = on_tokens
        self._clock = clock
        self._lock = ForkSafeLock()
        self._current: Account | None = None
        self._quiet_until = 0.0
        self._failed: _Failure | None = None

    def token(self, wanted: Wanted = ANY) -> str:
        """As ``TokenSource.token``. Whatever fails, a token serves on until its end."""
        current = self._current
        if current and self._does(current, wanted):
            return self._ahead(current) if current.due(self._clock.time()) else current.access_token
        with self._lock:
            current, fresh = self._needed(wanted)
        return self._handed(current, fresh)

    def refresh(self) -> Account:
        """New tokens now, whatever is left of the present ones, and even where a person was found to be needed."""
        with self._lock, self._lease(PATIENCE):
            self._current = account = self._renewal.renew(force=True)
        hand_over(self._on_tokens, account)
        return account

    def account(self) -> Account | None:
        return self._renewal.row.load()[0]

    def held(self) -> Account | None:
        return self._current

    def catch_up(self) -> None:
        """A person may have consented to more in another process, whose token then stands in the row."""
        theirs = self._renewal.standing() if self._current else None
        if theirs and theirs.valid(self._clock.time()):
            self._current = theirs

    def outdate(self, offered: tuple[str, ...]) -> None:
        """Marks the row: more has been granted than its token holds."""
        while True:
            account, version = self._renewal.row.load()
            if account is None:
                return
            due = account.outdated(self._clock.time(), offered)
            try:
                self._renewal.row.save(due, version)
            except StoreConflict:
                continue
            self._current = due
            return

    def adopt(self, account: Account) -> None:
        """Takes a new sign-in's account, which replaces the row's, except another person's."""
        self._renewal.row.replace(account)
        self._current = account
        hand_over(self._on_tokens, account)

    def forget(self) -> bool:
        """Deletes this account's row and no other; whether there was one."""
        self._current = None
        return self._renewal.row.delete()

    def _needed(self, wanted: Wanted) -> tuple[Account, bool]:
        current = self._current
        if current and self._does(current, wanted):
            return current, False
        self._stop_asking_in_vain()
        if self._clock.time() < self._quiet_until and (spare := self._spare(wanted.rejected)):
            return spare, False
        try:
            with self._lease(min(wanted.patience, PATIENCE)):
                return self._renewed(wanted)
        except ConnectorError as error:
            self._quiet_until = self._clock.time() + QUIET
            spare = self._spare(wanted.rejected)
            if spare is None:
                self._count(error)
                raise
            return spare, False

    def _does(self, account: Account, wanted: Wanted) -> bool:
        serves = account.serves(self._clock.time(), wanted.minimum_life, wanted.rejected)
        return serves and account.answers(wanted.claims)

    def _count(self, error: ConnectorError) -> None:
        """One more of the same; where the credential has been replaced, the first."""
        at, known = self._renewal.stands_at(), self._failed
        times = known.times if known and known.at[1] == at[1] else 0
        self._failed = _Failure(error, at, times + 1)

    def _stop_asking_in_vain(self) -> None:
        """Raises again what Microsoft Entra has refused several times in a row, for the quiet time or until the row or
        the app's credential is another: it takes a client that asks again and again for one in a loop (AADSTS50196)."""
        failed = self._failed
        if failed is None or failed.times < IN_VAIN or not isinstance(failed.error, AuthError):
            return
        if self._clock.time() < self._quiet_until and self._renewal.stands_at() == failed.at:
            raise copy(failed.error)

    def _spare(self, rejected: str | None) -> Account | None:
        """The present token's account, for as long as Graph takes the token."""
        current = self._current
        good = current and current.access_token != rejected and current.valid(self._clock.time())
        return current if good else None

    def _ahead(self, current: Account) -> str:
        """Renews a token before its end, in one thread of one worker; the others go on with the present one, and so
        does this one where that fails: what is wrong stands in the row, and is an error when the token has ended."""
        if self._clock.time() < self._quiet_until or not self._lock.acquire(blocking=False):
            return current.access_token
        fresh = False
        try:
            with self._lease(0):
                serving = self._renewal.serving(Wanted(minimum_life=AHEAD), ahead=True)
                self._current = current = serving or self._renewal.renew()
                fresh = serving is None
        except ConnectorError:
            self._quiet_until = self._clock.time() + QUIET
            if not current.valid(self._clock.time()):
                raise
        finally:
            self._lock.release()
        return self._handed(current, fresh)

    def _renewed(self, wanted: Wanted) -> tuple[Account, bool]:
        """The account to go on with, and whether it is fresh from Microsoft Entra."""
        serving = self._renewal.serving(wanted)
        self._current = account = serving or self._renewal.renew(claims=wanted.claims)
        self._failed = None
        return account, serving is None

    def _handed(self, account: Account, fresh: bool) -> str:
        """Outside every lock, so that the host's callback may use the connector."""
        if fresh:
            hand_over(self._on_tokens, account)
        return account.access_token

    def _lease(self, patience: float) -> AbstractContextManager[Lease]:
        key = "lease/" + self._renewal.row.key
        return held(self._store, key, ttl=LEASE, timeout=patience, clock=self._clock)
