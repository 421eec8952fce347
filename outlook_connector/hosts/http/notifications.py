"""``POST /notifications/NAME``: what Microsoft Graph tells of changes, and of the subscriptions themselves.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
        connector = self._connections.find(request.path_params["connection"]).connector
        token = request.query_params.get("validationToken")
        body = b"" if token is not None else await read_body(request, LARGEST, PATIENCE)
        answer = await self._workers.run(partial(connector.notified, body, validation_token=token))
        return Response(answer.body, answer.status, answer.headers)
