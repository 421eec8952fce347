"""One exchange of an old token for a new one, and the row that must come out right whatever happens meanwhile.

https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

import logging
from dataclasses import replace

from ..config import Config, Secret
from ..errors import ConnectorError, SignInRequired
from ..store import Clock, Store, StoreConflict
from ..telemetry import refreshing
from . import telling
from .account import Account, fingerprint, renewed
from .asking import Wanted
from .grants import Grant
from .library import Answer
from .row import Row

_log = logging.getLogger(__name__)


class Renewal:
    """Renews the row of one account. Its caller holds the account's lease; yet a person may sign in or out, and a
    lease can run out, so that every write is a compare-and-swap and its failure has a meaning."""

    def __init__(self, config: Config, store: Store, grant: Grant, clock: Clock) -> None:
        self.row = Row(store, config)
        self._config = config
        self._grant = grant
        self._clock = clock
        self._refused: dict[str, SignInRequired] = {}
        self._unsaved: tuple[Account, int] | None = None

    def serving(self, wanted: Wanted, *, ahead: bool = False) -> Account | None:
        """The row's account, if its token serves (``ahead``: and is not due for renewal), was asked for with all that
        is wanted here, and the host has not supplied another session's."""
        account = self.standing()
        if account is None or not account.serves(self._clock.time(), wanted.minimum_life, wanted.rejected):
            return None
        if not account.answers(wanted.claims):
            return None
        if ahead and account.due(self._clock.time()):
            return None
        return account if set(self._grant.wanted) <= set(account.asked) else None

    def stands_at(self) -> tuple[int, str]:
        """What a refusal holds for: the row's version and the app's credential."""
        return self.row.load()[1], self._grant.mark()

    def standing(self) -> Account | None:
        """The row's account, if it is in order and the host has not supplied another session's token."""
        account, _ = self._present()
        if account is None or not account.in_order:
            return None
        return account if self._grant.token(account) == account.session else None

    def _present(self) -> tuple[Account | None, int]:
        """The row, or in its place the tokens that could not be stored, once more on their way to it, until somebody
        has signed in or out or renewed since."""
        while True:
            account, version = self.row.load()
            if self._unsaved is None:
                return account, version
            unsaved, base = self._unsaved
            if version != base and (account is None or account.in_order):
                self._unsaved = None
                return account, version
            try:
                version = self.row.save(unsaved, version)
                self._unsaved = None
            except StoreConflict:
                continue
            except ConnectorError:
                self._unsaved = unsaved, version
            return unsaved, version

    def renew(self, *, force: bool = False, claims: str | None = None) -> Account:
        """New tokens, stored. Where the refresh token is refused and the row shows that another worker has rotated
        it in between, once more with that one. ``force`` asks even where a person was found to be needed;
        ``claims`` is what a claims challenge demands.

        Raises ``SignInRequired`` (and notes it in the row), another ``AuthError``, or ``TransportError``.
        """
        refused: SignInRequired | None = None
        spent: Secret | None = None
        for _ in range(2):
            account, version = self._present()
            token = self._grant.token(account)
            if refused and (token == spent or account is None or not account.in_order):
                break
            self._check(account, token, force)
            try:
                with refreshing(self._config.auth):
                    answer = self._grant.ask(token, self._base(account, token).consented, claims)
            except SignInRequired as error:
                refused, spent = error, token
                continue
            return self._kept(account, version, answer, token, claims)
        raise self._stopped(refused, spent, claims)

    def _check(self, account: Account | None, token: Secret | None, force: bool) -> None:
        """Refuses without asking where it is known that a person has to sign in."""
        if not self._grant.keeps_session:
            return
        name = self._config.account
        known = self._refused.get(fingerprint(token)) if token else None
        if known and not force:
            raise SignInRequired(known.message, details=known.details)
        if account and account.reason and not force and (token is None or account.descends_from(token)):
            advice = {"advice": account.advice} if account.advice else {}
            raise SignInRequired(account.reason, details={"account": name, **advice})
        if token is None:
            gap = "left no refresh token" if account else "has not been made yet"
            raise telling.nobody(self._config, f"The sign-in of the account {name} {gap}.")

    def _kept(
        self,
        account: Account | None,
        version: int,
        answer: Answer,
        token: Secret | None,
        claims: str | None,
    ) -> Account:
        """Stores the new tokens. Where somebody wrote in between: a newer sign-in goes before our refresh, and our
        refresh before a note that the session has ended; one that more has been consented to stands beside it.

        What cannot be stored is kept here, since a refresh token that serves once would be lost otherwise.
        """
        base = self._base(account, token)
        used = [met for met in (self._grant.supplied, token) if met]
        new = renewed(base, answer, self._config, self._clock.time(), self._grant.wanted, used, claims)
        while True:
            try:
                self.row.save(new, version)
                self._unsaved = None
                return new
            except StoreConflict:
                theirs, version = self.row.load()
            except ConnectorError as error:
                _log.warning(
                    "New tokens could not be stored (%s); this process goes on with them", error.code
                )
                self._unsaved = new, version
                return new
            if theirs is None and account is not None:
                raise telling.nobody(self._config, f"The account {account.name} was signed out meanwhile.")
            if theirs is not None and theirs.in_order:
                if not theirs.holds_the_tokens_of(base):
                    return theirs
                new = replace(new, offered=theirs.offered, refresh_at=theirs.refresh_at)

    def _base(self, account: Account | None, token: Secret | None) -> Account:
        """The account that a token's answer continues: the row's, or a new one for another session's token."""
        if account and (token is None or account.descends_from(token)):
            return account
        return Account(self._config.account, signed_in_at=self._clock.time())

    def _stopped(
        self, refused: SignInRequired | None, spent: Secret | None, claims: str | None
    ) -> SignInRequired:
        """Notes that a person is needed, so that no worker asks again in vain; deletes nothing.

        A host's token that the row does not descend from is remembered in this process only: the row is another
        session's, which it neither ends nor stands in for.
        """
        error = refused or telling.nobody(self._config, "Nobody is signed in.")
        account, version = self.row.load()
        if not self._grant.keeps_session or spent is None:
            return error
        if account is not None and not account.descends_from(spent):
            self._refused = {fingerprint(spent): error}
            return error
        base = account or Account(self._config.account, refresh_token=spent.reveal())
        try:
            stopped = base.stopped(error.message, error.details.get("advice"), [spent], claims)
            self.row.save(stopped, version)
        except StoreConflict:
            return error  # somebody has just written: the next call reads what
        return error
