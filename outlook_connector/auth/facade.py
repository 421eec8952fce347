"""``Auth``: all that the connector knows of signing in, behind a few methods."""

import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..config import Config, Secret
from ..errors import ConfigError
from ..store import Clock, Store
from . import telling
from .account import Account
from .asking import ANY, Wanted
from .client import EntraClient
from .credentials import facts
from .handing import OnTokens
from .hidden import Hidden, frameless
from .ways import tokens_of

if TYPE_CHECKING:  # what signs people in, or looks into a fault, is imported when it is used
    from .device import DeviceSignIn
    from .signin import SignIn
    from .trial import Trial

BY_APP = ("delegated", "application")
"""Ways to sign in that an app registration of the connection's own stands behind."""


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
        self._session = session
        self._store = store
        self._tokens = tokens_of(config, store, client, session, scopes, on_tokens, clock)

    @cached_property
    def _signin(self) -> "SignIn":
        from .signin import SignIn

        return SignIn(self.config, self._store, self._client, self.clock)

    @cached_property
    def _device(self) -> "DeviceSignIn":
        from .device import DeviceSignIn

        return DeviceSignIn(self.config, self._store, self._client, self.clock)

    @frameless
    def token(self, wanted: Wanted = ANY) -> str:
        """As ``TokenSource.token``."""
        return self._tokens.token(wanted)

    def granted(self) -> tuple[str, ...]:
        """The permissions of the token in use, by their short names; empty where they cannot be told."""
        return telling.permissions(self._tokens.held())

    def owns(self, mailbox: str | None) -> bool | None:
        """Whether the mailbox (an address or an id; ``None`` is one's own) is that of the person signed in; ``None``
        where there is no person, or it is not known who it is."""
        account = self._tokens.held() or self._tokens.account()
        if account is None or account.username is None:
            return None
        names = {name.lower() for name in (account.username, account.object_id) if name}
        return mailbox is None or mailbox.lower() in names

    @frameless
    def catch_up(self) -> None:
        """Goes on with the token that another worker has got since, after a consent that it took; makes no request.
        To be called where ``granted`` lacks something."""
        self._tokens.catch_up()

    @frameless
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
            _named(scopes, account),
        )

    @frameless
    def begin_consent(
        self, redirect_uri: str | None = None, scopes: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Begins an administrator's consent for the whole tenant; answers as ``begin`` does, with the address for
        the administrator's browser. Without ``scopes`` it is about all permissions that the app registration lists,
        application permissions included, which can be granted in no other way.
        https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
        """
        self._through_the_app("take an administrator's consent")
        return self._signin.begin_consent(tuple(sorted({*(scopes or ())})), redirect_uri)

    @frameless
    def complete(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Completes either: ``{"account", "username", "name", "tenantId", "scopes", "expiresAt"}`` for a sign-in;
        ``{"account", "adminConsent": True, "tenantId", "scopes"}`` for an administrator's consent, which brings no
        token: the next call that lacked a permission renews the token it has.

        Raises ``AuthError`` (code ``otherPerson``) where the account is another person's, who goes on: it is handed
        over by ``sign_out`` first.
        """
        self._through_the_app("sign anybody in", ("delegated",) if parameters.get("code") else BY_APP)
        parameters = Hidden(parameters)
        done = self._signin.complete(parameters)
        if not isinstance(done, Account):
            self._tokens.outdate(done.scopes)
            return {
                "account": self.config.account,
                "adminConsent": True,
                "tenantId": done.tenant_id,
                "scopes": list(done.scopes),
            }
        self._tokens.adopt(done)
        return telling.summary(done)

    @frameless
    def begin_device(self, scopes: Iterable[str] | None = None) -> dict[str, Any]:
        """Begins a person's sign-in on another device: ``{"userCode", "verificationUri", "expiresAt", "interval",
        "deviceSession"}``; show the first two, and hand the last to ``complete_device`` every ``interval`` seconds."""
        self._delegated("sign anybody in")
        account = self._tokens.account()
        return self._device.begin(self._wanted(scopes, account), _named(scopes, account))

    @frameless
    def complete_device(self, device_session: str) -> dict[str, Any]:
        """``{"pending": True, "retryAfter": seconds}`` while nobody has signed in, then ``{"pending": False}`` with
        the result of ``complete``. May be called by any process, and as often as it likes."""
        self._delegated("sign anybody in")
        handle = Secret(device_session)
        del device_session
        found = self._device.poll(handle)
        if not isinstance(found, Account):
            return {"pending": True, "retryAfter": found}
        self._tokens.adopt(found)
        return {"pending": False, **telling.summary(found)}

    @frameless
    def refresh(self) -> dict[str, Any]:
        """Gets new tokens now; the result is that of ``complete``."""
        return telling.summary(self._tokens.refresh())

    @frameless
    def status(self) -> dict[str, Any]:
        """What is known of the account, without asking Microsoft Entra; keys without a value are ``None``.

        ``signedIn`` says whether calls can be made without a person; where not, ``reason`` and ``advice`` tell why.
        """
        account = self._tokens.account()
        known = account or Account(self.config.account)
        ready = self._ready(account)
        missing = telling.nobody(self.config, f"Nobody has signed in for the account {known.name} yet.")
        return {
            **telling.summary(known),
            "scopes": list(telling.permissions(known)),
            "kind": self.config.auth,
            "signedIn": ready,
            **telling.times(known),
            "clockAheadSeconds": None if self._client.skew is None else round(self._client.skew),
            **self._app(),
            "reason": None if ready else known.reason or missing.message,
            "advice": None if ready else known.advice or missing.details["advice"],
        }

    @frameless
    def try_credential(self) -> "Trial":
        """Asks Microsoft Entra, or the machine's endpoint, whether it takes what proves the app's identity. Spends no
        refresh token and stores nothing. Raises ``AuthError`` where it is refused, and as ``tried`` does."""
        from .trial import tried

        return tried(self.config, self._client, self._session, self.clock, self._tokens.account())

    def named(self) -> tuple[str, ...]:
        """The permissions that were asked for by name at the sign-in, beside what the operations need."""
        account = self._tokens.held() or self._tokens.account()
        return account.named if account else ()

    @frameless
    def export_account(self, passphrase: str) -> dict[str, Any]:
        """The account for another store, sealed: ``{"format", "salt", "sealed"}``, JSON values. Raises
        ``SignInRequired`` where nobody is signed in.

        Sign out here after the import there: where refresh tokens are accepted once, only one store can go on.
        """
        from . import transfer

        self._delegated("export an account")
        secret = Secret(passphrase)
        del passphrase
        account = self._tokens.account()
        if account is None:
            raise telling.nobody(self.config, f"Nobody has signed in for the account {self.config.account}.")
        return transfer.sealed(account, self.config, secret)

    @frameless
    def import_account(self, exported: Mapping[str, Any], passphrase: str) -> dict[str, Any]:
        """Takes an exported account into this connection's store, in place of the same person's; the result is that of
        ``complete``. Raises ``InvalidInput``, and ``AuthError`` as ``complete`` does for another person's account."""
        from . import transfer

        self._delegated("import an account")
        secret = Secret(passphrase)
        del passphrase
        account = transfer.opened(exported, self.config, secret)
        self._tokens.adopt(account)
        return telling.summary(account)

    @frameless
    def sign_out(self) -> dict[str, Any]:
        """Deletes this account's row from the token store: ``{"account", "signedOut"}``, false where none was there.

        Microsoft's own session in the browser goes on, and so do copies of tokens that a host keeps.
        """
        return {"account": self.config.account, "signedOut": self._tokens.forget()}

    def _app(self) -> dict[str, Any]:
        """How the app proves who it is, and where an administrator consents, where that is the connector's affair."""
        if self.config.auth not in BY_APP:
            return {}
        known = {"credential": facts(self.config, self.clock)}
        from . import refusals  # late, as all that explains

        if not refusals.administered(self.config):
            return known
        return {**known, "adminConsentUrl": refusals.admin_consent_url(self.config)}

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
        self._through_the_app(what, ("delegated",))

    def _through_the_app(self, what: str, ways: tuple[str, ...] = BY_APP) -> None:
        """Raises ``ConfigError`` where the connection signs in some other way than those."""
        if self.config.auth not in ways:
            raise ConfigError(
                f"With auth {self.config.auth} the connector cannot {what}. Use auth {' or '.join(ways)} for that.",
                details={"problems": [{"pointer": "/auth", "message": f"is {self.config.auth}"}]},
            )


def _named(scopes: Iterable[str] | None, account: Account | None) -> tuple[str, ...]:
    """What is named and what was before, as long as each sign-in adds to the one before."""
    return () if scopes is None else tuple(sorted({*scopes, *(account.named if account else ())}))
