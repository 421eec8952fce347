"""Whether the host lives, whether it should be given work, and which connections it has."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...assembly import Assembly
from ...errors import ConnectorError
from .answers import answer, refused, told
from .connections import Connections, with_connect
from .refusals import RequestRefused
from .workers import Workers


class Health:
    """``GET /healthz``, ``GET /readyz`` and ``GET /connections``. ``stopping`` is set once no more work is wanted."""

    def __init__(self, connections: Connections, workers: Workers) -> None:
        self._connections, self._workers = connections, workers
        self.stopping = False

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/connections", self.listed),
        ]

    async def alive(self, request: Request) -> Response:
        """That the host answers at all."""
        return answer({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """That every connection's token store can be read. Whether a person has signed in does not count: that is
        mended by signing in here."""
        if self.stopping:
            return refused(RequestRefused("The host is about to stop.", code="stopping", retryable=True))
        try:
            for _, one in self._connections:
                await self._workers.run(partial(one.store.load, "readiness"))
        except ConnectorError as error:
            return answer(told(error), 503)
        return answer({"status": "ok"})

    async def listed(self, request: Request) -> Response:
        """The connections by name, and whether a person has to sign in."""
        found = [
            await self._workers.run(partial(described, name, connection))
            for name, connection in self._connections
        ]
        return answer({"connections": found})


def described(name: str, connection: Assembly) -> dict[str, Any]:
    """``{"name", "auth", "signedIn", "username", "mailbox", "advice"}``; ``signedIn`` is ``None`` where the store
    cannot tell."""
    config = connection.connector.config
    facts = {"name": name, "auth": config.auth, "mailbox": config.mailbox}
    try:
        status = connection.context.auth.status()
    except ConnectorError:
        return {**facts, "signedIn": None, "username": None, "advice": None}
    advice = status["advice"]
    if advice and config.auth == "delegated":
        advice = with_connect(advice, name)
    return {**facts, "signedIn": status["signedIn"], "username": status["username"], "advice": advice}
