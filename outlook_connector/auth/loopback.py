"""Signing a person in from the command line: a listener on the loopback interface takes the browser's way back.

https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions, RFC 8252 (7.3)
"""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..errors import ConfigError, ConnectorError, SignInRequired
from . import pages
from .facade import Auth
from .hidden import Hidden
from .refusals import LOOPBACK
from .signin import ANSWERS

TIMEOUT = 300.0
SLOWEST_REQUEST = 10.0
"""Seconds that a browser's connection may stay silent: browsers open some in advance and send nothing."""


def login(
    auth: Auth,
    *,
    open_browser: Callable[[str], object],
    timeout: float = TIMEOUT,
    announce: Callable[[str], None] = lambda message: None,
    login_hint: str | None = None,
    prompt: str | None = None,
    scopes: Iterable[str] | None = None,
    admin_consent: bool = False,
) -> dict[str, Any]:
    """Signs a person in through their browser, or has an administrator consent for the tenant; the result is that of
    ``Auth.complete``. ``scopes`` are those of ``Auth.begin`` or ``Auth.begin_consent``.

    ``open_browser`` gets the URL to open, ``announce`` lines for the person, ``timeout`` is in seconds. The redirect
    URI is the configured one where that is a loopback address (its port too, if it names one), else
    ``http://localhost`` with a free port. Raises ``SignInRequired`` when nothing comes back in time, ``ConfigError``
    where the port is taken, and what ``Auth.complete`` raises.
    """
    host, port, path = _address(auth.config.redirect_uri)
    with _listening(port) as listener:
        redirect_uri = f"http://{host}:{listener.server_address[1]}{path}"
        if admin_consent:
            started = auth.begin_consent(redirect_uri, scopes)
        else:
            started = auth.begin(redirect_uri, scopes, login_hint, prompt)
        url = started["authorizationUrl"]
        who = "Sign in as an administrator" if admin_consent else "Sign in"
        announce(f"{who} at Microsoft in your browser. If it does not open, visit:\n{url}")
        listener.failed = "No consent" if admin_consent else "Not signed in"
        with listener.attending(auth, started["state"], path or "/"):
            open_browser(url)
            result = listener.outcome(timeout)
        if result is None:
            raise _nothing_came(timeout, redirect_uri, NO_ADMIN if admin_consent else NO_SIGN_IN)
        return result


class _Listener(ThreadingHTTPServer):
    """Answers one browser's return with the state awaited, once, and everything else with a short refusal."""

    daemon_threads = True
    block_on_close = False
    failed = "Not signed in"

    @contextlib.contextmanager
    def attending(self, auth: Auth, state: str, path: str) -> Iterator[None]:
        """Listens within the block. What arrives before waits in the queue, for no state is awaited yet."""
        self._auth, self._state, self._path = auth, state, path
        self._turn = threading.Lock()
        self._settled = threading.Event()
        self._result: dict[str, Any] | ConnectorError | None = None
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield
        finally:
            self.shutdown()

    def awaits(self, path: str, host: str, parameters: Mapping[str, str]) -> bool:
        """Whether a request is the one: to this listener by name (no other site's, by way of a foreign name that
        leads here), to the redirect path, with the state of this sign-in."""
        name, _, port = host.partition(":")
        here = name in LOOPBACK and (port or "80") == str(self.server_address[1])
        answers = any(name in parameters for name in ANSWERS)
        given = parameters.get("state", "").encode()
        ours = secrets.compare_digest(given, self._state.encode())
        return here and path == self._path and answers and ours

    def settle(self, parameters: Mapping[str, str]) -> "dict[str, Any] | ConnectorError":
        """Completes the sign-in; a second request with the same parameters gets the same answer."""
        with self._turn:
            if self._result is None:
                try:
                    self._result = self._auth.complete(parameters)
                except ConnectorError as error:
                    self._result = error
            return self._result

    def told(self) -> None:
        """The browser has its page, so the waiting program may go on."""
        self._settled.set()

    def outcome(self, timeout: float) -> dict[str, Any] | None:
        """What came of it; ``None`` where nothing came within ``timeout`` seconds."""
        self._settled.wait(timeout)
        with self._turn:  # an exchange that began just in time may still be under way
            result = self._result
        if isinstance(result, ConnectorError):
            raise result
        return result

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks off is the browser's affair; a traceback could show the request's code."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    timeout = SLOWEST_REQUEST
    server_version = "outlook-connector"
    sys_version = ""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        parameters = Hidden(dict(parse_qsl(where.query)))
        if not self.server.awaits(where.path or "/", self.headers.get("Host", ""), parameters):
            self._send(404, pages.other())
            return
        try:
            result = self.server.settle(parameters)
            if isinstance(result, ConnectorError):
                self._send(400, pages.failure(result, self.server.failed))
            else:
                self._send(200, pages.success(result))
        finally:
            self.server.told()

    def _send(self, status: int, page: pages.Page) -> None:
        self.send_response(status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page.body)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name that http.server gives it
        """Says nothing: the request line holds the authorization code."""


def _address(configured: str | None) -> tuple[str, int, str]:
    """Host, port (0: a free one) and path of the redirect URI to listen on."""
    parts = urlsplit(configured or "")
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return parts.hostname, parts.port or 0, parts.path
    return "localhost", 0, ""


def _listening(port: int) -> _Listener:
    try:
        return _Listener(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise ConfigError(
            f"redirectUri names port {port} of this machine, which cannot be listened on ({error.strerror}). "
            "Free the port, or register and configure http://localhost without a port.",
            details={"problems": [{"pointer": "/redirectUri", "message": "its port is taken"}]},
        ) from None


NO_SIGN_IN = "finish the sign-in there and run login again"
NO_ADMIN = (
    "it may tell that an administrator's approval is needed (AADSTS90094): whoever signed in there is none, and only "
    "its way back to the application ends the wait; run login --admin-consent again and sign in as an administrator"
)
"""What else may stand on the browser's page where nothing came back."""


def _nothing_came(timeout: float, redirect_uri: str, otherwise: str) -> SignInRequired:
    shown = urlsplit(redirect_uri)
    portless = f"{shown.scheme}://{shown.hostname}{shown.path}"
    advice = (
        f"Look at the browser's page. If it shows AADSTS50011, the redirect URI {redirect_uri} is not registered: in "
        f"the app registration, under Authentication, add {portless} for Web where the app has a secret or "
        "certificate, else for Mobile and desktop applications. Microsoft ignores the port of such an address. If the "
        f"page shows nothing of the kind, {otherwise}."
    )
    what = "consent" if otherwise is NO_ADMIN else "sign-in"
    return SignInRequired(
        f"No {what} came back within {timeout:g} seconds. {advice}",
        details={"advice": advice, "redirectUri": redirect_uri},
    )
