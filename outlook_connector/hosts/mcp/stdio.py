"""The protocol over stdin and stdout: a client starts the process and ends it
(https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio)."""

from collections.abc import Iterable

import anyio
from mcp.server.stdio import stdio_server

from ...dispatcher import Connector
from .logs import calm
from .server import MOST, server


def serve(connector: Connector, allowed: Iterable[str] = (), most: int | None = MOST) -> None:
    """Serves one client until it closes stdin. What else would be written to stdout goes to stderr meanwhile."""
    calm()
    anyio.run(_serve, connector, tuple(allowed), most)


async def _serve(connector: Connector, allowed: tuple[str, ...], most: int | None) -> None:
    made = server(connector, allowed, most)
    async with stdio_server() as (reading, writing):
        await made.run(reading, writing, made.create_initialization_options())
