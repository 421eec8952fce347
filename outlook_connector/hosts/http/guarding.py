"""Who may call: API keys, and, where there are none, nobody but this machine's own programs and pages."""

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import refused
from .refusals import RequestRefused
from .settings import Settings, is_loopback

KEY_HEADER = "x-api-key"

OPEN = frozenset({"/", "/healthz", "/readyz", "/openapi.json", "/callback"})
OPEN_BELOW = ("/explorer/", "/connect/", "/notifications/")
"""Paths without a key: what is public anyhow, what browsers and Microsoft open, and ``/connect``, which asks itself."""


class Keys:
    """The API keys that are accepted; several while one is being replaced."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = tuple(_digest(key) for key in keys)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def accepts(self, given: str | None) -> bool:
        """Whether it is one of the keys; takes the same time whichever it is. Without keys, everything is."""
        if not self._digests:
            return True
        digest = _digest(given or "")
        return sum(hmac.compare_digest(digest, one) for one in self._digests) > 0


class Guard:
    """Lets requests through that may be made, before anything of them is read.

    Browsers let any web page send requests to this machine, and with a name that leads here read the answers too: so
    without keys a request has to be to a loopback name, and none may come from another site's page.
    """

    def __init__(self, app: ASGIApp, settings: Settings, keys: Keys) -> None:
        self._app, self._settings, self._keys = app, settings, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            self._check(Request(scope))
        except RequestRefused as error:
            await refused(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check(self, request: Request) -> None:
        if not self._keys and not _is_here(request.headers.get("host", "")):
            raise RequestRefused("This host answers to its own name alone.", code="foreignHost")
        if request.method not in ("GET", "HEAD", "OPTIONS") and self._from_elsewhere(request):
            raise RequestRefused("Pages of other web sites may not call this host.", code="foreignOrigin")
        if _is_open(request.scope["path"]) or self._keys.accepts(request.headers.get(KEY_HEADER)):
            return
        message = "The header X-API-Key is missing, or holds none of this host's keys."
        raise RequestRefused(message, code="wrongKey")

    def _from_elsewhere(self, request: Request) -> bool:
        """https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin"""
        origin = request.headers.get("origin")
        if origin is None or origin in self._settings.origins:
            return False
        theirs = _place(origin)
        return theirs is None or theirs not in {
            request.headers.get("host", "").lower(),
            self._settings.public_host,
        }


def _place(origin: str) -> str | None:
    """An origin's host and port."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_here(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and is_loopback(name)


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_BELOW)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
