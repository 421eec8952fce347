"""The authorization code grant for a host: ``begin`` gives a URL, and ``complete`` takes what came back.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from collections.abc import Mapping
from typing import Any

from ..config import Config, Secret
from ..errors import InvalidInput
from ..store import Clock, Store
from . import consent, refusals
from .account import Account, renewed
from .client import EntraClient
from .consent import AdminConsent
from .hidden import Hidden
from .pending import LIFE, PendingSignIns
from .scopes import short
from .times import rfc3339

ANSWERS = ("code", "error", "admin_consent")
"""Parameters of which one at least comes to the redirect URI."""


class SignIn:
    """Sign-ins of people, and consents of administrators, which go the same way through a browser."""

    def __init__(self, config: Config, store: Store, client: EntraClient, clock: Clock) -> None:
        self._config = config
        self._pending = PendingSignIns(store, config)
        self._client = client
        self._clock = clock

    def begin(
        self,
        scopes: tuple[str, ...],
        redirect_uri: str | None,
        login_hint: str | None,
        prompt: str | None,
        claims: str | None = None,
        named: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """``{"authorizationUrl", "state", "expiresAt"}``: send the person's browser to the URL.

        ``claims`` are those that the sign-in has to answer, ``named`` the scopes that were asked for by name. The
        caller binds ``state`` to the browser's session, so that nobody completes another person's sign-in.
        """
        target = self._target(redirect_uri)
        flow = self._client.authorization(
            scopes, claims, redirect_uri=target, login_hint=login_hint, prompt=prompt
        )
        return self._begun(Hidden({**flow, "named": named}))

    def begin_consent(self, scopes: tuple[str, ...], redirect_uri: str | None) -> dict[str, Any]:
        """As ``begin``, for an administrator who grants ``scopes`` to everybody; without any, all that the app
        registration lists."""
        return self._begun(Hidden(consent.begun(self._config, scopes, self._target(redirect_uri))))

    def complete(self, parameters: Mapping[str, str]) -> Account | AdminConsent:
        """The signed-in account, or the administrator's consent, for the parameters that came to the redirect URI
        (``state`` with ``code``, ``admin_consent`` or ``error``).

        Raises ``InvalidInput`` for parameters that are none of an answer, ``AuthError`` (code ``signInUnknown``) for
        a state that is unknown, used, older than ten minutes or another connection's, and what Microsoft Entra
        refuses.
        """
        state = parameters.get("state")
        if not state or not any(parameters.get(name) for name in ANSWERS):
            told = (
                "must hold state, and code or error (admin_consent from an administrator): all that came back"
            )
            raise InvalidInput.of([("", told)])
        flow = self._pending.take(state)
        administrators = flow.get("kind") == consent.KIND
        if parameters.get("error"):
            explain = consent.refused if administrators else refusals.explain
            raise explain(parameters, self._config, flow.get("redirect_uri"))
        if administrators:
            return consent.given(parameters, self._config)
        if not parameters.get("code"):
            raise InvalidInput.of([("/code", "is required: this state belongs to a person's sign-in")])
        return self._redeemed(flow, parameters)

    def _redeemed(self, flow: Hidden, parameters: Mapping[str, str]) -> Account:
        answer = self._client.redeem(flow, Hidden({name: parameters[name] for name in ("state", "code")}))
        now = self._clock.time()
        asked = short(flow.get("scope") or (), self._config.graph_audience)
        base = Account(self._config.account, signed_in_at=now, named=tuple(flow.get("named") or ()))
        return renewed(base, answer, self._config, now, asked, self._superseded())

    def _superseded(self) -> list[Secret]:
        """The host's refresh token of before: a sign-in made later replaces it, until the host supplies another."""
        supplied = self._config.refresh_token
        return [supplied] if supplied else []

    def _target(self, redirect_uri: str | None) -> str:
        target = redirect_uri or self._config.redirect_uri
        if target:
            return target
        told = "is needed here or in the connection configuration: where the browser returns"
        raise InvalidInput.of([("/redirectUri", told)])

    def _begun(self, flow: Mapping[str, Any]) -> dict[str, Any]:
        self._pending.keep(flow["state"], flow)
        return {
            "authorizationUrl": flow["auth_uri"],
            "state": flow["state"],
            "expiresAt": rfc3339(self._clock.time() + LIFE),
        }
