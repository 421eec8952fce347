"""The page for people: find an operation, fill its form, run it, and copy the same call for a flow.

It is plain files under ``static/`` and calls the host as any other client does, so it needs no route but theirs.
"""

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""Nothing is loaded from elsewhere, nothing inline is run, and no other page may show this one:
https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
"""


def routes() -> list[BaseRoute]:
    """``/``, and ``/explorer/...`` for its files."""
    files = StaticFiles(directory=STATIC)
    return [Route("/", page), Mount("/explorer", files, middleware=[Middleware(Protected)])]


async def page(request: Request) -> FileResponse:
    """The page itself."""
    return FileResponse(STATIC / "index.html", headers=HEADERS, media_type="text/html; charset=utf-8")


class Protected:
    """Every answer of ``app`` with ``HEADERS``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, sending)
