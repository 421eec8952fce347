"""What there is: the operations and triggers, for people, forms and other programs."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...checks import unknown
from ...exporters.bundling import bundled
from ...manifest import Manifest, Operation, Trigger
from .answers import answer
from .calls import CONNECTION_HEADER
from .connections import Connections

Allowed = Callable[[str], bool]


class Catalogue:
    """``GET /operations``, ``GET /operations/{name}`` and ``GET /triggers/{name}``.

    Where the request means a connection, only what its policy allows is listed.
    """

    def __init__(self, manifest: Manifest, connections: Connections) -> None:
        self._manifest, self._connections = manifest, connections

    def routes(self) -> list[Route]:
        return [
            Route("/operations", self.everything),
            Route("/operations/{name}", self.operation),
            Route("/triggers/{name}", self.trigger),
        ]

    async def everything(self, request: Request) -> Response:
        allowed = self._allowed(request)
        operations = [summary(one) for name, one in self._manifest.operations.items() if allowed(name)]
        triggers = [summary(one) for name, one in self._manifest.triggers.items() if allowed(name)]
        return answer({"operations": operations, "triggers": triggers})

    async def operation(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = self._manifest.operations.get(name)
        if found is None:
            raise unknown("operation", name, self._manifest.operations, self._manifest.triggers)
        return answer(entry(self._manifest, found))

    async def trigger(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = self._manifest.triggers.get(name)
        if found is None:
            raise unknown("trigger", name, self._manifest.triggers, self._manifest.operations)
        return answer(entry(self._manifest, found))

    def _allowed(self, request: Request) -> Allowed:
        named = request.headers.get(CONNECTION_HEADER)
        if named is None and self._connections.usual() is None:
            return lambda name: True
        connector = self._connections.find(named).connector
        return {*connector.operations, *connector.triggers}.__contains__


def summary(one: Operation | Trigger) -> dict[str, Any]:
    """An entry in brief; ``effect`` is read, write, send or delete, ``result`` object, collection, bytes or none."""
    kind = {"effect": one.effect, "idempotent": one.idempotent, "result": one.result}
    told = {name: getattr(one, name) for name in ("deprecated", "documentation") if getattr(one, name)}
    shown = kind if isinstance(one, Operation) else {}
    return {"name": one.name, "title": one.title, "description": one.description, **shown, **told}


def entry(manifest: Manifest, one: Operation | Trigger) -> dict[str, Any]:
    """An entry in full: with its permissions, both schemas complete in themselves, and the examples of its input."""
    schemas = manifest.schemas
    examples = schemas.document(one.input_schema).get("examples", [{}])
    permissions = {kind: [list(need) for need in one.permissions.of(kind)] for kind in KINDS}
    return {
        **summary(one),
        "permissions": permissions,
        "inputSchema": bundled(schemas, one.input_schema),
        "outputSchema": bundled(schemas, one.output_schema),
        "examples": examples,
    }


KINDS = ("delegated", "application")
