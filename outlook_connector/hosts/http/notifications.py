"""``POST /notifications/NAME``: what Microsoft Graph tells of changes, and of the subscriptions themselves.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...store import MemoryStore
from ...triggers.webhook import NotificationAnswer, handshake, notified
from .bodies import read_body
from .connections import Connections
from .settings import MEGABYTE
from .workers import Workers

LARGEST = 4 * MEGABYTE
PATIENCE = 10.0
"""Seconds in which Graph's own request has to be there."""


class Notifications:
    """Hands a call to its connection, which proves it, writes it down and says what to answer. No API key is asked
    for: a notification proves itself by what the subscription was made with."""

    def __init__(self, connections: Connections, workers: Workers) -> None:
        self._connections, self._workers = connections, workers

    def routes(self) -> list[Route]:
        return [Route("/notifications/{connection}", self.received, methods=["POST"])]

    async def received(self, request: Request) -> Response:
        receive = self._receiver(request.path_params["connection"])
        token = request.query_params.get("validationToken")
        body = b"" if token is not None else await read_body(request, LARGEST, PATIENCE)
        answer = await self._workers.run(partial(receive, body, validation_token=token))
        return Response(answer.body, answer.status, answer.headers)

    def _receiver(self, name: str) -> Callable[..., NotificationAnswer]:
        """The connection's; for a name that is none's, one that answers alike, so that nobody learns the names."""
        if name in self._connections.names:
            return self._connections.find(name).connector.notified
        return _nobodys


def _nobodys(body: bytes, *, validation_token: str | None) -> NotificationAnswer:
    return notified(MemoryStore(), body) if validation_token is None else handshake(validation_token)
