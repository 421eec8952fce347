"""``GET /openapi.json``: the host described for other programs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...exporters.openapi import document
from ...manifest import Manifest
from .answers import answer
from .settings import Settings


class Description:
    """The OpenAPI document of the whole manifest; made once, on first use."""

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self._manifest, self._settings = manifest, settings
        self._made: bytes | None = None

    def routes(self) -> list[Route]:
        return [Route("/openapi.json", self.shown)]

    async def shown(self, request: Request) -> Response:
        """https://spec.openapis.org/oas/v3.1.1.html"""
        server = self._settings.public_url or "/"
        return answer(document(self._manifest, server))
