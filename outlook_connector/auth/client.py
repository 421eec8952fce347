"""What msal is used for: an authorization URL, a device code, and tokens for a code, a refresh token or the app.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from ..config import Config, Secret
from ..errors import ConnectorError
from ..store import Clock
from ..store.locking import ForkSafeLock
from . import library
from . import scopes as wanted
from .credentials import Credential, credential
from .hidden import Hidden
from .library import Answer
from .wire import Wire

CAPABILITIES = ("CP1",)
"""What is declared to Microsoft Entra: claims challenges are understood, so that tokens may live longer and still
end at once when a session is revoked. https://learn.microsoft.com/entra/identity-platform/claims-challenge"""


class EntraClient:
    """Microsoft Entra ID for one connection. Every method may raise ``AuthError``, ``TransportError``,
    ``UnexpectedResponse``, or ``ConfigError`` for a credential that cannot be read; none of their texts holds anything
    that was sent or received in confidence. ``claims`` is the decoded text of a claims challenge."""

    def __init__(self, config: Config, session: Any, clock: Clock = time) -> None:
        self._config = config
        self._wire = Wire(config, session, clock)
        self._credential = credential(config, clock)
        self._lock = ForkSafeLock()
        self._application: Any = None
        self._process = 0

    @property
    def skew(self) -> float | None:
        """By how many seconds this machine's clock is ahead of Microsoft's, where this process has had an answer."""
        return self._wire.skew

    def mark(self) -> str:
        """Another one as soon as the credential is replaced in place; "" while it cannot be read."""
        try:
            return self._credential.mark()
        except ConnectorError:
            return ""

    def authorization(
        self, scopes: tuple[str, ...], claims: str | None = None, **options: str | None
    ) -> Hidden:
        """A new sign-in as msal's flow: ``auth_uri``, ``state``, ``code_verifier``, ``nonce``, ``redirect_uri``.

        ``options``: ``redirect_uri``, ``login_hint``, ``prompt``.
        """
        asked = wanted.asked(scopes, self._config.graph_audience)
        flow = library.guarded(
            lambda: self._app().initiate_auth_code_flow(
                asked, response_mode="form_post", claims_challenge=claims, **options
            )
        )
        # msal warns on every other mode; the way back as a query reaches any redirect endpoint, by link or by hand
        address = flow["auth_uri"].replace("response_mode=form_post", "response_mode=query")
        return Hidden({**flow, "auth_uri": address})

    def redeem(self, flow: Mapping[str, Any], parameters: Mapping[str, str]) -> Answer:
        """Tokens for the code in ``parameters``; PKCE, state and nonce are those of ``flow``."""
        self._credential.check()
        return library.tokens(
            lambda: self._app().acquire_token_by_auth_code_flow(dict(flow), dict(parameters))
        )

    def device(self, scopes: tuple[str, ...]) -> Answer:
        """A new sign-in on another device: ``device_code``, ``user_code``, ``verification_uri``, ``expires_in`` and
        ``interval`` in seconds."""
        asked = wanted.asked(scopes, self._config.graph_audience)
        return library.guarded(lambda: self._app().initiate_device_flow(asked))

    def poll(self, device_code: Secret) -> Answer:
        """Tokens for a device code, asked for once. While nobody has signed in the ``AuthError`` has
        ``authorization_pending`` or ``slow_down`` as ``details["error"]``."""
        return library.tokens(
            lambda: self._app().acquire_token_by_device_flow(
                {"device_code": device_code.reveal(), "expires_at": 0}
            )
        )

    def refresh(self, refresh_token: Secret, scopes: tuple[str, ...], claims: str | None = None) -> Answer:
        """Tokens for a refresh token."""
        asked = wanted.asked(scopes, self._config.graph_audience)
        self._credential.check()
        data = {"claims": with_capabilities(claims)}
        return library.tokens(
            lambda: self._app().acquire_token_by_refresh_token(refresh_token.reveal(), asked, data=data)
        )

    def application(self, claims: str | None = None) -> Answer:
        """An access token for the app itself."""
        asked = wanted.for_application(self._config.graph_audience)
        self._credential.check()
        return library.tokens(
            lambda: self._app().acquire_token_for_client(asked, claims_challenge=claims or None)
        )

    def _app(self) -> Any:
        with self._lock:
            if (
                self._process != os.getpid()
            ):  # a child must not inherit msal's locks as they stood at the fork
                self._application = _build(self._config, self._wire, self._credential)
                self._process = os.getpid()
            return self._application


def with_capabilities(claims: str | None) -> str:
    """The ``claims`` parameter: what a challenge demands and what this client is capable of."""
    demanded: Any = json.loads(claims) if claims else {}
    demanded = demanded if isinstance(demanded, dict) else {}
    access = {**(demanded.get("access_token") or {}), "xms_cc": {"values": list(CAPABILITIES)}}
    return json.dumps({**demanded, "access_token": access})


def _build(config: Config, wire: Wire, proof: Credential) -> Any:
    """An msal application. Its own discovery of clouds is off: the authority is the cloud table's or the
    configuration's, and nobody else is asked about it. Fetches the tenant's OpenID configuration."""
    import msal  # late: it costs 150 ms, and not every process signs in

    class DeviceCapable(msal.ConfidentialClientApplication):  # type: ignore[misc]  # msal has no types
        """msal gives the device code flow to public clients only; Microsoft Entra serves it to both."""

        DEVICE_FLOW_CORRELATION_ID = msal.PublicClientApplication.DEVICE_FLOW_CORRELATION_ID
        initiate_device_flow = msal.PublicClientApplication.initiate_device_flow
        acquire_token_by_device_flow = msal.PublicClientApplication.acquire_token_by_device_flow

    built: list[Any] = []
    given = proof.for_msal(lambda: str(built[0].authority.token_endpoint))
    kind = msal.PublicClientApplication if given is None else DeviceCapable
    app = kind(
        config.client_id,
        authority=config.authority,
        instance_discovery=False,
        http_client=wire,
        token_cache=library.no_cache(),
        client_capabilities=list(CAPABILITIES),
        **({} if given is None else {"client_credential": given}),
    )
    built.append(app)
    return app
