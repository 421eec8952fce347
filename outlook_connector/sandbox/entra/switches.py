"""What tests turn at Entra: tokens revoked, consent withdrawn, demands on users, devices approved."""

from __future__ import annotations

import threading

from outlook_connector.sandbox.directory import App, User
from outlook_connector.sandbox.entra import authorize, issue
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.state import Demand, Device, State
from outlook_connector.sandbox.permissions import OPENID, mail_permissions


class Switches:
    """Changes to what Entra remembers, each under the lock of the service."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra
        self._lock = threading.RLock()

    @property
    def spent_refresh_tokens(self) -> int:
        """How often a spent refresh token was presented again, in the single-use mode."""
        return self._entra.state.spent_refresh_tokens

    @property
    def device_interval(self) -> float:
        """Seconds that devices are told to wait between two polls: 5, until a test sets another number."""
        return self._entra.state.device_interval

    @device_interval.setter
    def device_interval(self, seconds: float) -> None:
        self._entra.state.device_interval = seconds

    @property
    def single_use_assertions(self) -> bool:
        """Whether a client assertion is refused the second time; off, as at Entra itself."""
        return self._entra.state.single_use_assertions

    @single_use_assertions.setter
    def single_use_assertions(self, wanted: bool) -> None:
        self._entra.state.single_use_assertions = wanted

    @property
    def user_consent(self) -> bool:
        """Whether users may consent themselves; off, all but administrators get AADSTS90094."""
        return self._entra.state.user_consent

    @user_consent.setter
    def user_consent(self, allowed: bool) -> None:
        self._entra.state.user_consent = allowed

    def mint_refresh_token(self, user: User, app: App) -> str:
        """A refresh token as from a sign-in of `user` by password, with every mail permission."""
        with self._lock:
            names = mail_permissions()
            if self._entra.automatic_consent:
                self._entra.directory.grant(user.id, app.client_id, names)
            scope = " ".join([*OPENID, *names])
            return issue.new_refresh_token(self._entra, app, user, scope, frozenset({"pwd"}))

    def expire_refresh_tokens(self) -> None:
        """Every refresh token is now too old: AADSTS700082."""
        with self._lock:
            for token in self._entra.state.refresh_tokens.values():
                token.expired = True

    def revoke(self, user: str) -> None:
        """Revokes the refresh tokens that the user has (an id or an address): AADSTS50173.

        Access tokens go on until they expire, but for clients that can be challenged, as `demand_claims` has it:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
        """
        owner = self._person(user)
        with self._lock:
            for token in self._entra.state.refresh_tokens.values():
                if token.user_id == owner.id:
                    token.revoked = self._entra.clock.now()
            self._entra.tokens.challenges.demand(owner.id, self._entra.clock.now())

    def withdraw_consent(self, user: str) -> None:
        """Takes back what the user consented to: AADSTS65001, until the user consents again."""
        self._entra.directory.withdraw(self._person(user).id)

    def require(self, user: str, *demands: Demand) -> None:
        """From now on the user needs `mfa` (AADSTS50076) or is blocked by `conditional_access` (53003).

        Refresh tokens from before count as made without a second factor, so that only a new sign-in helps.
        Without demands it lifts them.
        """
        owner = self._person(user)
        with self._lock:
            self._entra.state.demands[owner.id] = set(demands)
            for token in self._entra.state.refresh_tokens.values():
                if token.user_id == owner.id:
                    token.proofs = frozenset({"pwd"})

    def _person(self, id_or_address: str) -> User:
        user = self._entra.directory.user(id_or_address)
        if user is None:
            raise ValueError(f"the sandbox has no user {id_or_address}")
        return user

    def demand_claims(self, user_or_app: str) -> None:
        """Graph challenges the tokens that a user (id or address) or an app (client id) has got so far.

        Only clients that declared the capability `cp1` see it: 401 with `insufficient_claims`, until they ask for
        a token with the `claims` that it carries. The others' tokens go on until they expire.
        """
        directory = self._entra.directory
        user, app = directory.user(user_or_app), directory.find_app(user_or_app)
        known = {identity.client_id for identity in directory.identities}
        if user is None and app is None and user_or_app not in known:
            raise ValueError(f"the sandbox has no user and no app {user_or_app}")
        principal = user.id if user else app.client_id if app else user_or_app
        self._entra.tokens.challenges.demand(principal, self._entra.clock.now())

    def approve_device(self, user_code: str, user: str) -> None:
        """The user types the code in, signs in with a second factor and consents: the device gets its tokens.

        Raises ValueError for an unknown code or user.
        """
        owner = self._person(user)
        with self._lock:
            device = self._device(user_code)
            app = self._entra.app(device.client_id)
            asked = self._entra.asked(device.params["scope"], app, device.cloud)
            self._entra.directory.grant(owner.id, app.client_id, self._entra.wanted(app, owner, asked))
            device.user_id, device.proofs = owner.id, authorize.ALL_PROOFS

    def decline_device(self, user_code: str) -> None:
        """The user cancels: the device is told `authorization_declined`. Raises ValueError for an unknown code."""
        with self._lock:
            self._device(user_code).declined = True

    def _device(self, user_code: str) -> Device:
        device = self._entra.state.device(user_code)
        if device is None:
            raise ValueError("no device of the sandbox shows that code")
        return device

    def reset(self) -> None:
        """Forgets codes, tokens, devices, sign-ins under way, demands, settings and counters."""
        with self._lock:
            self._entra.state = State()
            self._entra.tokens.challenges.clear()
