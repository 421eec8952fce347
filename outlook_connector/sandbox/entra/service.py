"""Microsoft Entra ID on the wire: one `handle(call)`, and the switches that tests turn."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from outlook_connector.sandbox.directory import App, User
from outlook_connector.sandbox.entra import authorize, clients, discovery, issue, pages, wire
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse, token_error
from outlook_connector.sandbox.entra.grants import GRANTS
from outlook_connector.sandbox.entra.state import Demand, State
from outlook_connector.sandbox.entra.steps import STEPS
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.permissions import OPENID, mail_permissions


class EntraService:
    """Answers everything under `/{tenant}/`, one request at a time."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra
        self._lock = threading.RLock()

    @property
    def spent_refresh_tokens(self) -> int:
        """How often a spent refresh token was presented again, in the single-use mode."""
        return self._entra.state.spent_refresh_tokens

    def handle(self, call: Call) -> Answer:
        """The answer to one request; unknown paths get 404."""
        tenant, _, rest = call.path.lstrip("/").partition("/")
        params = wire.form(call) if call.method == "POST" else wire.query(call)
        trace = wire.trace(call, params, self._entra.clock)
        with self._lock:
            return wire.stamped(self._route(call, tenant, rest, params, trace), trace)

    def _route(self, call: Call, tenant: str, rest: str, params: Mapping[str, str], trace: Trace) -> Answer:
        if rest == _AUTHORIZE or rest in STEPS:
            return self._page(call, tenant, rest, params, trace)
        if rest == "oauth2/v2.0/logout":
            return pages.signed_out()
        try:
            return self._document(call, tenant, rest, params)
        except Refused as refused:
            return token_error(refused, trace, self._entra.base_url())

    def _document(self, call: Call, tenant: str, rest: str, params: Mapping[str, str]) -> Answer:
        """The token endpoint and discovery, whose errors are JSON."""
        if rest == "discovery/instance":
            return Answer.json(200, discovery.instance(self._entra))
        if rest != _TOKEN and rest not in _DOCUMENTS:
            return Answer(404)
        self._entra.check_tenant(tenant)
        if rest == _TOKEN:
            return Answer.json(200, self._granted(call, params))
        return Answer.json(200, _DOCUMENTS[rest](self._entra, tenant))

    def _granted(self, call: Call, form: Mapping[str, str]) -> dict[str, Any]:
        if call.method != "POST":
            raise refuse(900561, accepted="POST", method=call.method)
        name = form.get("grant_type", "")
        if not name:
            raise refuse(900144, parameter="grant_type")
        if name not in GRANTS:
            raise refuse(70003, grant=name)
        app = clients.authenticate(self._entra, form, call.headers)
        return GRANTS[name](self._entra, app, form)

    def _page(self, call: Call, tenant: str, rest: str, params: Mapping[str, str], trace: Trace) -> Answer:
        try:
            self._entra.check_tenant(tenant)
            if rest in STEPS:
                return STEPS[rest](self._entra, params, trace)
            automatic = params.get("sandbox_user") or call.headers.get("x-sandbox-user", "")
            return authorize.begin(self._entra, tenant, params, automatic, trace)
        except Refused as refused:
            return pages.problem(trace.describe(refused))

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
        """Revokes the refresh tokens that the user has (an id or an address): AADSTS50173."""
        owner = self._person(user)
        with self._lock:
            for token in self._entra.state.refresh_tokens.values():
                if token.user_id == owner.id:
                    token.revoked = self._entra.clock.now()

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

    def reset(self) -> None:
        """Forgets codes, refresh tokens, sign-ins under way, demands and counters."""
        with self._lock:
            self._entra.state = State()


_TOKEN = "oauth2/v2.0/token"  # noqa: S105 - a path
_AUTHORIZE = "oauth2/v2.0/authorize"
_DOCUMENTS = {
    "v2.0/.well-known/openid-configuration": discovery.configuration,
    "discovery/v2.0/keys": discovery.keys,
}
