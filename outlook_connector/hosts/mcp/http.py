"""The protocol over streamable HTTP, at ``/mcp``
(https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http)."""

import socket
import threading
from collections.abc import Callable, Iterable, Sequence

import uvicorn
from starlette.types import ASGIApp

from ...dispatcher import Connector
from ...errors import ConfigError
from ..listening import listening
from ..protocol import IDLE, impatient, protocol
from ..serving import BACKLOG, Server, at_one_go, most_connections
from .draining import Draining
from .guard import Guard
from .logs import calm
from .server import MOST, server

PATH = "/mcp"
LARGEST = 32 * 1024 * 1024
"""Bytes of a request: a file of some 20 MB inside a call; larger ones come by ``path``."""

GRACE = 25
"""Seconds that calls under way have left when the server is stopped."""

PATIENCE = 30
"""Seconds in which a client has to send, or to take, something."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def app(
    connector: Connector,
    allowed: Iterable[str] = (),
    most: int | None = MOST,
    host: str = LOOPBACK[0],
    keys: Sequence[str] = (),
) -> ASGIApp:
    """The ASGI application. Without keys only loopback is served, and only under loopback's names, so that no page in
    a browser reaches it by a name of its own; raises ``ConfigError`` for any other ``host``."""
    if host not in LOOPBACK and not keys:
        raise ConfigError(
            f"Listening on {host}, others can reach the mailbox: give --api-key-env NAME, "
            "or listen on 127.0.0.1."
        )
    made = server(connector, allowed, most).streamable_http_app(
        streamable_http_path=PATH, host=host, max_request_body_size=LARGEST
    )
    return Guard(made, keys) if keys else made


def serve(
    application: ASGIApp, host: str, port: int, ready: Callable[[str], object], stop: threading.Event
) -> None:
    """Serves until ``stop`` is set; ``ready`` hears the address. Raises ``ConfigError`` where the port is taken."""
    calm()
    listener = listening(host, port, BACKLOG)
    draining, most = Draining(application), most_connections()
    config = uvicorn.Config(
        impatient(draining, PATIENCE),
        http=protocol(PATIENCE, most),
        backlog=at_one_go(most),
        timeout_keep_alive=IDLE,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
        ws="none",
    )
    running = Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, name="mcp-http")
    thread.start()
    try:
        ready(_address(listener))
        while thread.is_alive() and not stop.wait(0.5):
            pass
        draining.drain(GRACE)
    finally:
        running.should_exit = True
        thread.join()
        listener.close()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"
