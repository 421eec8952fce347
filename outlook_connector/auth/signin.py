"""The authorization code grant for a host: ``begin`` gives a URL, and ``complete`` takes what came back.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ..config import Config
from ..errors import AuthError, InvalidInput
from ..store import Clock, Store, StoreConflict
from . import refusals
from .account import Account, renewed
from .client import EntraClient
from .scopes import short
from .times import rfc3339

PENDING = 600.0
"""Seconds that a sign-in may take from ``begin`` to ``complete``."""


class SignIn:
    """Sign-ins under way, kept in the store so that ``begin`` and ``complete`` may be two processes."""

    def __init__(self, config: Config, store: Store, client: EntraClient, clock: Clock) -> None:
        self._config = config
        self._store = store
        self._client = client
        self._clock = clock

    def begin(
        self,
        scopes: tuple[str, ...],
        redirect_uri: str | None,
        login_hint: str | None,
        prompt: str | None,
        claims: str | None = None,
    ) -> dict[str, Any]:
        """``{"authorizationUrl", "state", "expiresAt"}``: send the person's browser to the URL.

        ``claims`` are those that the sign-in has to answer. The caller binds ``state`` to the browser's session, so
        that nobody completes another person's sign-in.
        """
        target = redirect_uri or self._config.redirect_uri
        if not target:
            raise InvalidInput.of(
                [
                    (
                        "/redirectUri",
                        "is needed here or in the connection configuration: where the browser returns",
                    )
                ]
            )
        flow = self._client.authorization(
            scopes, claims, redirect_uri=target, login_hint=login_hint, prompt=prompt
        )
        key = _key(flow["state"])
        blob = json.dumps({"flow": flow, "account": self._config.account}).encode()
        self._store.save(key, blob, self._store.load(key)[1], ttl=PENDING)
        return {
            "authorizationUrl": flow["auth_uri"],
            "state": flow["state"],
            "expiresAt": rfc3339(self._clock.time() + PENDING),
        }

    def complete(self, parameters: Mapping[str, str]) -> Account:
        """The signed-in account, for the parameters that came to the redirect URI (``code`` and ``state``, or
        ``error``). A state is good for one attempt, whatever comes of it.

        Raises ``InvalidInput`` for parameters that are none of an answer, ``AuthError`` (code ``signInUnknown``) for
        a state that is unknown, used or older than ten minutes, and what Microsoft Entra refuses.
        """
        state = parameters.get("state")
        if not state or not (parameters.get("code") or parameters.get("error")):
            raise InvalidInput.of(
                [("", "must hold state, and code or error: all that came to the redirect URI")]
            )
        flow = self._taken(state)
        if parameters.get("error"):
            raise refusals.explain(parameters, self._config, flow.get("redirect_uri"))
        answer = self._client.redeem(flow, {"state": state, "code": parameters["code"]})
        now = self._clock.time()
        asked = short(flow.get("scope") or (), self._config.graph_audience)
        base = Account(self._config.account, signed_in_at=now)
        return renewed(base, answer, self._config, now, asked, self._superseded())

    def _superseded(self) -> list[str]:
        """The host's refresh token of before: a sign-in made later replaces it, until the host supplies another."""
        supplied = self._config.refresh_token
        return [supplied.reveal()] if supplied else []

    def _taken(self, state: str) -> dict[str, Any]:
        """The pending sign-in, deleted before its code is used, so that two answers never use it twice."""
        key = _key(state)
        blob, version = self._store.load(key)
        try:
            pending = json.loads(blob) if blob else {}
            if pending.get("account") != self._config.account:
                raise _unknown()
            self._store.save(key, None, version)
        except StoreConflict:
            raise _unknown() from None
        flow: dict[str, Any] = pending["flow"]
        return flow


def _key(state: str) -> str:
    return "signin/" + hashlib.sha256(state.encode()).hexdigest()


def _unknown() -> AuthError:
    return AuthError(
        "This sign-in is not known here: its state was used already, is older than ten minutes, or was begun with "
        "another token store or account. Begin the sign-in again.",
        code="signInUnknown",
        details={"advice": "Begin the sign-in again."},
    )
