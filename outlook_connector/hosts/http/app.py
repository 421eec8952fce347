"""The application: routes, and every end of a request in the one form of errors."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ...errors import ConnectorError
from ...manifest import Manifest
from ..protocol import ClientGone, impatient
from . import explorer
from .answers import refused, unexpected
from .calls import CONNECTION_HEADER, Calls
from .catalogue import Catalogue
from .connecting import Connecting
from .connections import Connections
from .description import Description
from .files import Files
from .guarding import KEY_HEADER, Guard, Keys
from .health import Health
from .metrics import Metrics
from .notifications import Notifications
from .refusals import RequestRefused
from .settings import Settings
from .workers import Workers

QUICK = 4
"""Threads for what only looks into a store, so that it waits for no operation."""


@dataclass(frozen=True)
class Host:
    """The application with the parts that outlive a request."""

    app: ASGIApp
    health: Health
    workers: tuple[Workers, Workers]

    def close(self) -> bool:
        """Drops what waits; whether nothing runs any longer."""
        ended = [one.close() for one in self.workers]
        return all(ended)


def application(manifest: Manifest, connections: Connections, settings: Settings) -> Host:
    """The host's ASGI application. Makes no request and starts no thread."""
    workers, quick = Workers(settings.threads, settings.waiting), Workers(QUICK, settings.waiting)
    keys, metrics, health = Keys(settings.keys), Metrics(workers), Health(connections, quick)
    files = Files(connections.spool, quick, settings)
    parts = (
        Calls(connections, workers, settings, metrics, files),
        files,
        Catalogue(manifest, connections),
        Description(manifest, settings, quick),
        Connecting(connections, workers, settings, keys),
        Notifications(connections, quick),
        health,
        metrics,
    )
    routes = [*(route for part in parts for route in part.routes()), *explorer.routes()]
    outer = metrics.counting(_routed(routes, settings, keys))
    if settings.origins:
        outer = _with_cors(outer, settings.origins)
    return Host(_quiet(impatient(outer, settings.patience)), health, (workers, quick))


def _routed(routes: Sequence[BaseRoute], settings: Settings, keys: Keys) -> ASGIApp:
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, settings, keys)],
        exception_handlers={
            ConnectorError: _refused,
            HTTPException: _unrouted,
            ClientDisconnect: _gone,
            Exception: _unexpected,
        },
    )
    app.router.redirect_slashes = False
    return app


def _with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS"""
    headers = ("Content-Type", KEY_HEADER, CONNECTION_HEADER)
    return CORSMiddleware(app, allow_origins=origins, allow_methods=("GET", "POST"), allow_headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    return refused(error) if isinstance(error, ConnectorError) else unexpected(error)


async def _gone(request: Request, error: Exception) -> Response:
    """Nobody reads it; the metrics count it, by the status that nginx has for this."""
    return Response(status_code=499)


async def _unexpected(request: Request, error: Exception) -> Response:
    return unexpected(error)


async def _unrouted(request: Request, error: Exception) -> Response:
    """What starlette's router raises: 404 or 405."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        answer = refused(
            RequestRefused(f"This path does not take the method {request.method[:20]}.", code="wrongMethod")
        )
        answer.headers.update(error.headers or {})
        return answer
    return refused(RequestRefused("This host has no such path.", code="unknownPath"))


def _quiet(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> ASGIApp:
    """Keeps what has been answered, or can be no longer, from the server, which would log a traceback of it."""

    async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except (ClientDisconnect, ClientGone):
            return
        except Exception:  # noqa: BLE001 - starlette has answered it and told of it, and raises it again
            return

    return quiet
