"""A person connects a mailbox in the browser: ``/connect/NAME``, Microsoft's page, and back to ``/callback``.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import hashlib
import hmac
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ...assembly import Assembly
from ...auth import pages
from ...auth.hidden import Hidden
from ...errors import ConnectorError
from .answers import accepts
from .bodies import read_body
from .connections import Connections
from .guarding import KEY_HEADER, Keys
from .key_page import key_page, onward_page
from .refusals import RequestRefused, status_of
from .settings import Settings
from .workers import Workers

CALLBACK = "/callback"
COOKIE = "outlook-connect-"
"""Before the connection's name."""
LIFE = 600
"""Seconds that a sign-in may take, as long as its state is kept."""


class Connecting:
    """The sign-in's two ends. A cookie of the browser that began it, one a connection, holds the state's digest, so
    that nobody's browser completes the sign-in of another: https://www.rfc-editor.org/rfc/rfc9700#section-4.7
    """

    def __init__(self, connections: Connections, workers: Workers, settings: Settings, keys: Keys) -> None:
        self._connections, self._workers = connections, workers
        self._settings, self._keys = settings, keys

    def routes(self) -> list[Route]:
        return [
            Route("/connect/{connection}", self.begin, methods=["GET"]),
            Route("/connect/{connection}", self.begin_with_key, methods=["POST"]),
            Route("/connect/{connection}/callback", self.complete),
            Route(CALLBACK, self.complete),
        ]

    async def begin(self, request: Request) -> Response:
        """Sends the browser to Microsoft's page; where the host has keys, it asks for one first: under the name that
        the sign-in has, since browsers send no form on to another."""
        if not self._keys.accepts(request.headers.get(KEY_HEADER)):
            return self._elsewhere(request) or _shown(key_page(wrong=False), 401)
        return await self._begun(request)

    async def begin_with_key(self, request: Request) -> Response:
        """The same, from the form that asks for the key."""
        body = await read_body(request, 4096, self._settings.patience)
        given = Hidden(dict(parse_qsl(body.decode("utf-8", "replace"))))
        if not self._keys.accepts(given.get("key") or request.headers.get(KEY_HEADER)):
            return _shown(key_page(wrong=True), 401)
        return await self._begun(request)

    async def complete(self, request: Request) -> Response:
        """Takes what came back from Microsoft's page, and shows whether it was enough."""
        parameters = Hidden({key: value for key, value in request.query_params.items() if key in TAKEN})
        try:
            name = self._begun_by(request, parameters.get("state", ""))
            connection = self._connections.find(name)
            result = await self._workers.run(
                partial(connection.connector.invoke, "auth.complete", parameters)
            )
        except ConnectorError as error:
            return _shown(pages.failure(error), status_of(error))
        answer = _shown(pages.success(result), 200)
        answer.delete_cookie(COOKIE + name)
        return answer

    async def _begun(self, request: Request) -> Response:
        try:
            return await self._onward(request)
        except ConnectorError as error:
            if accepts(request, "text/html"):
                return _shown(pages.failure(error), status_of(error))
            raise

    async def _onward(self, request: Request) -> Response:
        name = request.path_params["connection"]
        connection = self._connections.find(name)
        if elsewhere := self._elsewhere(request):
            return elsewhere
        base = self._base(request)
        given = {"redirectUri": self._redirect_uri(connection, name, base), "prompt": "select_account"}
        begun = await self._workers.run(partial(connection.connector.invoke, "auth.begin", given))
        url = begun["authorizationUrl"]
        answer = (
            _shown(onward_page(url), 200)
            if request.method == "POST"
            else RedirectResponse(url, 303, {"Cache-Control": "no-store"})
        )
        answer.set_cookie(
            COOKIE + name,
            _digest(begun["state"]),
            max_age=LIFE,
            httponly=True,
            secure=base.startswith("https://"),
            samesite="lax",
        )
        return answer

    def _elsewhere(self, request: Request) -> Response | None:
        """The way to the same page under the host's name, where the browser has another one for it."""
        base = self._base(request)
        if base == str(request.base_url).rstrip("/") or self._settings.public_url is not None:
            return None
        return RedirectResponse(f"{base}/connect/{request.path_params['connection']}", 307)

    def _begun_by(self, request: Request, state: str) -> str:
        """The connection that this browser began to sign in for. Raises ``RequestRefused``."""
        digest = _digest(state).encode()
        for name in self._connections.names:
            if hmac.compare_digest(request.cookies.get(COOKIE + name, "").encode(), digest):
                return name
        advice = "Open the address /connect/NAME of this host again, in this browser, and finish there."
        message = f"This browser has no sign-in under way that this would complete. {advice}"
        raise RequestRefused(message, details={"advice": advice})

    def _base(self, request: Request) -> str:
        """The host's address as the browser has it. A loopback address is called ``localhost``, for which alone
        Microsoft takes any port: https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
        """
        if self._settings.public_url:
            return self._settings.public_url.rstrip("/")
        url = request.url
        port = f":{url.port}" if url.port else ""
        place = f"localhost{port}" if url.hostname in ("127.0.0.1", "::1") else url.netloc
        return f"{url.scheme}://{place}"

    def _redirect_uri(self, connection: Assembly, name: str, base: str) -> str:
        """The connection's own where that leads here, else ``/callback``."""
        own = connection.connector.config.redirect_uri
        ours = [base + path for path in (CALLBACK, f"/connect/{name}/callback")]
        return own if own in ours else ours[0]


TAKEN = frozenset(
    {"state", "code", "error", "error_description", "error_subcode", "error_uri", "session_state"}
    | {"client_info", "admin_consent", "tenant", "iss", "scope"}
)
"""The parameters that Microsoft's page sends back."""


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


def _shown(page: pages.Page, status: int) -> Response:
    return Response(page.body, status, page.headers)
