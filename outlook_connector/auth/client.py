"""The four things that msal is used for: an authorization URL, and tokens for a code, a refresh token or the app.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..config import Config
from ..errors import AuthError, ConfigError, ConnectorError, UnexpectedResponse
from ..store.locking import ForkSafeLock
from . import scopes as wanted
from .credentials import credential
from .wire import Pauser, Wire

Answer = Mapping[str, Any]
"""A token answer as it came: ``access_token``, ``expires_in``, ``refresh_token``, ``scope``, ``id_token_claims``."""


class EntraClient:
    """Microsoft Entra ID for one connection. Every method may raise ``AuthError``, ``TransportError`` or
    ``UnexpectedResponse``; none of their texts holds anything that was sent or received in confidence."""

    def __init__(self, config: Config, session: Any, clock: Pauser = time) -> None:
        self._config = config
        self._wire = Wire(config, session, clock)
        self._lock = ForkSafeLock()
        self._application: Any = None
        self._process = 0

    def authorization(self, scopes: tuple[str, ...], **options: str | None) -> dict[str, Any]:
        """A new sign-in as msal's flow: ``auth_uri``, ``state``, ``code_verifier``, ``nonce``, ``redirect_uri``.

        ``options``: ``redirect_uri``, ``login_hint``, ``prompt``.
        """
        asked = wanted.asked(scopes, self._config.graph_audience)
        flow = dict(
            self._ask(lambda app: app.initiate_auth_code_flow(asked, response_mode="form_post", **options))
        )
        # msal warns on every other mode; the way back as a query reaches any redirect endpoint, by link or by hand
        flow["auth_uri"] = flow["auth_uri"].replace("response_mode=form_post", "response_mode=query")
        return flow

    def redeem(self, flow: Mapping[str, Any], parameters: Mapping[str, str]) -> Answer:
        """Tokens for the code in ``parameters``; PKCE, state and nonce are those of ``flow``."""
        return self._tokens(lambda app: app.acquire_token_by_auth_code_flow(dict(flow), dict(parameters)))

    def refresh(self, refresh_token: str, scopes: tuple[str, ...]) -> Answer:
        """Tokens for a refresh token."""
        asked = wanted.asked(scopes, self._config.graph_audience)
        return self._tokens(lambda app: app.acquire_token_by_refresh_token(refresh_token, asked))

    def application(self) -> Answer:
        """An access token for the app itself."""
        asked = wanted.for_application(self._config.graph_audience)
        return self._tokens(lambda app: app.acquire_token_for_client(asked))

    def _tokens(self, call: Callable[[Any], Any]) -> Answer:
        answer: Answer = self._ask(call)
        if not isinstance(answer.get("access_token"), str) or not answer["access_token"]:
            raise UnexpectedResponse("The sign-in service answered without an access token.")
        return answer

    def _ask(self, call: Callable[[Any], Any]) -> Answer:
        """msal's own errors may quote tokens and claims: they are replaced, and no chain leads back to them."""
        failure: ConnectorError
        try:
            answer = call(self._app())
        except ConnectorError as error:
            failure = error
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            failure = _msal_failure(error)
        else:
            if isinstance(answer, Mapping):
                return answer
            failure = UnexpectedResponse("The sign-in service gave no usable answer.")
        raise failure.with_traceback(None) from None

    def _app(self) -> Any:
        with self._lock:
            if (
                self._process != os.getpid()
            ):  # a child must not inherit msal's locks as they stood at the fork
                self._application, self._process = _build(self._config, self._wire), os.getpid()
            return self._application


def _build(config: Config, wire: Wire) -> Any:
    """An msal application. Its own discovery of clouds is off: the authority is the cloud table's or the
    configuration's, and nobody else is asked about it. Fetches the tenant's OpenID configuration."""
    import msal  # late: it costs 150 ms, and not every process signs in

    class NoCache(msal.TokenCache):  # type: ignore[misc]  # msal has no types
        """Keeps nothing, since the row in the store is the truth; msal's own would log codes and verifiers."""

        def add(self, event: Any, now: Any = None) -> None:
            return None

    secret = credential(config)
    kind = msal.PublicClientApplication if secret is None else msal.ConfidentialClientApplication
    given = {} if secret is None else {"client_credential": secret}
    return kind(
        config.client_id,
        authority=config.authority,
        instance_discovery=False,
        http_client=wire,
        token_cache=NoCache(),
        **given,
    )


def _msal_failure(error: Exception) -> ConnectorError:
    """msal tells a nonce that does not match by its text alone."""
    if isinstance(error, RuntimeError) and "nonce" in str(error):
        return AuthError(
            "The answer belongs to another sign-in: its nonce does not match. Begin the sign-in again.",
            code="signInMismatch",
        )
    if isinstance(error, ValueError) and "authority" in str(error):
        return ConfigError(
            "The tenant's sign-in configuration cannot be read. Check authority, tenantId and cloud.",
            details={"problems": [{"pointer": "/authority", "message": "gave no OpenID configuration"}]},
        )
    return UnexpectedResponse(
        f"The sign-in library could not make sense of the answer ({type(error).__name__})."
    )
