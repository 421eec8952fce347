"""The protocol over stdin and stdout: a client starts the process and ends it
(https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio)."""

import threading
from collections.abc import Iterable

import anyio
from mcp.server.stdio import stdio_server

from ...dispatcher import Connector
from .logs import calm
from .server import MOST, server
from .stdin import Stdin


def serve(
    connector: Connector,
    allowed: Iterable[str] = (),
    most: int | None = MOST,
    stop: threading.Event | None = None,
) -> None:
    """Serves one client until it closes stdin or ``stop`` is set; calls under way are carried out before it returns.
    What else would be written to stdout goes to stderr meanwhile."""
    calm()
    anyio.run(_serve, connector, tuple(allowed), most, stop or threading.Event())


async def _serve(
    connector: Connector, allowed: tuple[str, ...], most: int | None, stop: threading.Event
) -> None:
    made, coming = server(connector, allowed, most), Stdin()
    threading.Thread(target=_ending, args=(stop, coming), name="mcp-stop", daemon=True).start()
    async with stdio_server(stdin=coming.lines) as (reading, writing):
        await made.run(reading, writing, made.create_initialization_options())


def _ending(stop: threading.Event, coming: Stdin) -> None:
    stop.wait()
    coming.end()
