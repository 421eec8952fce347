"""What is counted, for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...dispatcher import Connector
from ...errors import ConnectorError
from .workers import Workers

OTHER = "other"
"""Stands for a name or a path that does not exist, of which there could be any number."""

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """Counters of one host, in a registry of its own. No label holds an address, an id or anything of a mail."""

    def __init__(self, workers: Workers) -> None:
        own = self._registry = CollectorRegistry()
        ProcessCollector(registry=own)
        self._operations = Histogram(
            "outlook_connector_operation_seconds",
            "Time of operations and polls.",
            ("operation", "outcome"),
            buckets=SECONDS,
            registry=own,
        )
        self._requests = Counter(
            "outlook_connector_http_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=own,
        )
        running = Gauge("outlook_connector_calls_running", "Calls that have a thread.", registry=own)
        running.set_function(lambda: workers.running)
        waiting = Gauge("outlook_connector_calls_waiting", "Calls that wait for a thread.", registry=own)
        waiting.set_function(lambda: workers.waiting)

    def routes(self) -> list[Route]:
        return [Route("/metrics", self.shown)]

    async def shown(self, request: Request) -> Response:
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    @contextmanager
    def operation(self, connector: Connector, name: str) -> Iterator[None]:
        """Measures the block; the outcome is ``ok``, or the code of the error that leaves it."""
        known = name in connector.manifest.operations or name in connector.manifest.triggers
        begun, outcome = time.perf_counter(), "unexpected"
        try:
            yield
            outcome = "ok"
        except ConnectorError as error:
            outcome = error.code
            raise
        finally:
            labels = (name if known else OTHER, outcome)
            self._operations.labels(*labels).observe(time.perf_counter() - begun)

    def counting(self, app: ASGIApp) -> ASGIApp:
        """The same application, whose answers are counted by their route."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route = getattr(scope.get("route"), "path", OTHER)
                    self._requests.labels(route, _method(scope["method"]), message["status"]).inc()
                await send(message)

            await app(scope, receive, sending)

        return counted


def _method(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH") else OTHER
