"""``Auth``: all that the connector knows of signing in, behind a few methods."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..config import Config
from ..errors import ConfigError
from ..store import Clock, Store
from . import refusals, transfer
from .account import Account
from .client import EntraClient
from .credentials import facts
from .device import DeviceSignIn
from .grants import ApplicationGrant, RefreshGrant
from .handing import OnTokens
from .hosted import HostTokens
from .jwt_reading import roles
from .managed import ManagedClient
from .provider import MINIMUM_LIFE, PATIENCE, TokenProvider, Tokens
from .signin import SignIn
from .times import rfc3339

UNUSED = 90 * 86_400.0
"""Seconds after which a refresh token ends that nobody uses: 90 days, where the tenant's policies set no other time.
https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime"""


class Auth:
    """Sign-in and access tokens of one connection. Safe in many threads, and in a child after a fork.

    ``session`` is a ``requests.Session``, or an object whose ``current()`` returns one (a child's own after a fork).
    ``scopes`` are the delegated permissions to ask for. ``on_tokens`` is called with rotated tokens. ``clock`` has
    ``time()`` and ``sleep(seconds)``. Results hold no token; times in them are RFC 3339, UTC.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        session: Any,
        scopes: tuple[str, ...],
        on_tokens: OnTokens | None = None,
        clock: Clock = time,
    ) -> None:
        self.config = config
        self._scopes = scopes
        self.clock = clock
        client = EntraClient(config, session, clock)
        self._client = client
        self._signin = SignIn(config, store, client, clock)
        self._device = DeviceSignIn(config, store, client, clock)
        self._tokens = _tokens(config, store, client, session, scopes, on_tokens, clock)

    def token(
        self,
        *,
        minimum_life: float = MINIMUM_LIFE,
        rejected: str | None = None,
        claims: str | None = None,
        patience: float = PATIENCE,
    ) -> str:
        """An access token for Microsoft Graph; ``rejected`` is one that Graph has just answered 401 to, and ``claims``
        the decoded claims of that answer's challenge. Another worker is waited for ``patience`` seconds at most."""
        return self._tokens.token(
            minimum_life=minimum_life, rejected=rejected, claims=claims, patience=patience
        )

    def begin(
        self,
        redirect_uri: str | None = None,
        scopes: Iterable[str] | None = None,
        login_hint: str | None = None,
        prompt: str | None = None,
    ) -> dict[str, Any]:
        """Begins a person's sign-in: ``{"authorizationUrl", "state", "expiresAt"}``.

        ``scopes`` add to what the account has been granted already (incremental consent), and what a claims challenge
        has demanded of the next sign-in is asked for as well.
        https://learn.microsoft.com/entra/identity-platform/consent-types-developer
        """
        self._delegated("sign anybody in")
        account = self._tokens.account()
        return self._signin.begin(
            self._wanted(scopes, account),
            redirect_uri,
            login_hint,
            prompt,
            account.demanded if account else None,
        )

    def complete(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Completes it: ``{"account", "username", "name", "tenantId", "scopes", "expiresAt"}``."""
        self._delegated("sign anybody in")
        account = self._signin.complete(parameters)
        self._tokens.adopt(account)
        return _summary(account)

    def begin_device(self, scopes: Iterable[str] | None = None) -> dict[str, Any]:
        """Begins a person's sign-in on another device: ``{"userCode", "verificationUri", "expiresAt", "interval",
        "deviceSession"}``; show the first two, and hand the last to ``complete_device`` every ``interval`` seconds."""
        self._delegated("sign anybody in")
        return self._device.begin(self._wanted(scopes, self._tokens.account()))

    def complete_device(self, device_session: str) -> dict[str, Any]:
        """``{"pending": True, "retryAfter": seconds}`` while nobody has signed in, then ``{"pending": False}`` with
        the result of ``complete``. May be called by any process, and as often as it likes."""
        self._delegated("sign anybody in")
        found = self._device.poll(device_session)
        if not isinstance(found, Account):
            return {"pending": True, "retryAfter": found}
        self._tokens.adopt(found)
        return {"pending": False, **_summary(found)}

    def refresh(self) -> dict[str, Any]:
        """Gets new tokens now; the result is that of ``complete``."""
        return _summary(self._tokens.refresh())

    def status(self) -> dict[str, Any]:
        """What is known of the account, without asking Microsoft Entra; keys without a value are ``None``.

        ``signedIn`` says whether calls can be made without a person; where not, ``reason`` and ``advice`` tell why.
        """
        account = self._tokens.account()
        known = account or Account(self.config.account)
        ready = self._ready(account)
        missing = refusals.nobody(self.config, f"Nobody has signed in for the account {known.name} yet.")
        return {
            **_summary(known),
            "scopes": list(known.scopes) or roles(known.access_token),
            "kind": self.config.auth,
            "signedIn": ready,
            "accessTokenExpiresAt": rfc3339(known.expires_at or None),
            "signedInAt": rfc3339(known.signed_in_at),
            "refreshedAt": rfc3339(known.refreshed_at),
            "refreshTokenIssuedAt": rfc3339(known.refresh_token_at),
            "refreshTokenExpiresAt": rfc3339(known.refresh_token_at and known.refresh_token_at + UNUSED),
            "clockAheadSeconds": None if self._client.skew is None else round(self._client.skew),
            **self._app(),
            "reason": None if ready else known.reason or missing.message,
            "advice": None if ready else known.advice or missing.details["advice"],
        }

    def export_account(self, passphrase: str) -> dict[str, Any]:
        """The account for another store, sealed: ``{"format", "salt", "sealed"}``, JSON values. Raises
        ``SignInRequired`` where nobody is signed in.

        Sign out here after the import there: where refresh tokens are accepted once, only one store can go on.
        """
        self._delegated("export an account")
        account = self._tokens.account()
        if account is None:
            raise refusals.nobody(self.config, f"Nobody has signed in for the account {self.config.account}.")
        return transfer.sealed(account, self.config, passphrase)

    def import_account(self, exported: Mapping[str, Any], passphrase: str) -> dict[str, Any]:
        """Takes an exported account into this connection's store, in place of what stood there; the result is that of
        ``complete``. Raises ``InvalidInput``."""
        self._delegated("import an account")
        account = transfer.opened(exported, self.config, passphrase)
        self._tokens.adopt(account)
        return _summary(account)

    def sign_out(self) -> dict[str, Any]:
        """Deletes this account's row from the token store: ``{"account", "signedOut"}``, false where none was there.

        Microsoft's own session in the browser goes on, and so do copies of tokens that a host keeps.
        """
        return {"account": self.config.account, "signedOut": self._tokens.forget()}

    def _app(self) -> dict[str, Any]:
        """How the app proves who it is, and where an administrator consents, where that is the connector's affair."""
        if self.config.auth not in ("delegated", "application"):
            return {}
        return {
            "credential": facts(self.config, self.clock),
            "adminConsentUrl": refusals.admin_consent_url(self.config),
        }

    def _wanted(self, scopes: Iterable[str] | None, account: Account | None) -> tuple[str, ...]:
        """What to ask a person for: what is named and what was granted before, else what the operations need."""
        if scopes is None:
            return self._scopes
        return tuple(sorted({*scopes, *(account.scopes if account else ())}))

    def _ready(self, account: Account | None) -> bool:
        if self.config.auth != "delegated":
            return True
        if account is None:
            return self.config.refresh_token is not None
        lasting = account.refresh_token is not None or account.valid(self.clock.time())
        return account.in_order and lasting

    def _delegated(self, what: str) -> None:
        if self.config.auth != "delegated":
            raise ConfigError(
                f"With auth {self.config.auth} the connector cannot {what}. Use auth delegated for that.",
                details={"problems": [{"pointer": "/auth", "message": f"is {self.config.auth}"}]},
            )


def _tokens(
    config: Config,
    store: Store,
    client: EntraClient,
    session: Any,
    scopes: tuple[str, ...],
    on_tokens: OnTokens | None,
    clock: Clock,
) -> Tokens:
    """One row for each way to sign in."""
    ways: Mapping[str, Callable[[], Tokens]] = {
        "hostToken": lambda: HostTokens(config),
        "application": lambda: TokenProvider(config, store, ApplicationGrant(client), None, clock),
        "managedIdentity": lambda: TokenProvider(
            config, store, ApplicationGrant(ManagedClient(config, session, clock)), None, clock
        ),
        "delegated": lambda: TokenProvider(
            config, store, RefreshGrant(client, config, scopes), on_tokens, clock
        ),
    }
    return ways[config.auth]()


def _summary(account: Account) -> dict[str, Any]:
    return {
        "account": account.name,
        "username": account.username,
        "name": account.display_name,
        "tenantId": account.tenant_id,
        "scopes": list(account.scopes),
        "expiresAt": rfc3339(account.expires_at or None),
    }
