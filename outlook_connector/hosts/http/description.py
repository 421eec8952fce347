"""``GET /openapi.json``: the host described for other programs."""

from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...exporters.openapi import document
from ...manifest import Manifest
from .answers import answer
from .settings import Settings
from .workers import Workers


class Description:
    """The OpenAPI document of the whole manifest, made on first use: https://spec.openapis.org/oas/v3.1.1.html"""

    def __init__(self, manifest: Manifest, settings: Settings, workers: Workers) -> None:
        self._manifest, self._server, self._workers = manifest, settings.public_url or "/", workers

    def routes(self) -> list[Route]:
        return [Route("/openapi.json", self.shown)]

    async def shown(self, request: Request) -> Response:
        return await self._workers.run(lambda: self._answer)

    @cached_property
    def _answer(self) -> Response:
        return answer(document(self._manifest, self._server))
