"""Who may speak to the server over HTTP."""

import hmac
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ...errors import AuthError


class WrongKey(AuthError):
    """The request has no key, or one that is not known."""

    default_code = "wrongKey"


class Guard:
    """Lets requests pass that bring one of ``keys``, as ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``.

    A page in a browser never passes, key or not: it gives itself away by its ``Origin``, which the protocol wants
    looked at (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning).
    """

    def __init__(self, app: ASGIApp, keys: Iterable[str]) -> None:
        self._app = app
        self._keys = tuple(key.encode() for key in keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if not self._known(headers):
                error = WrongKey(
                    "The request needs a known key: Authorization: Bearer KEY, or X-API-Key: KEY."
                )
                answer = JSONResponse({"error": error.to_dict()}, 401, headers={"WWW-Authenticate": "Bearer"})
                await answer(scope, receive, send)
                return
            if "origin" in headers:
                await JSONResponse({"error": _foreign().to_dict()}, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _known(self, headers: Headers) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else "")
        found = [hmac.compare_digest(given.encode(), key) for key in self._keys]
        return any(found)


def _foreign() -> AuthError:
    return AuthError("A page in a browser may not call this server.", code="foreignOrigin")
