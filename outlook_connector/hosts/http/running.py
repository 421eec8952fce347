"""The server: listening, and stopping so that what has begun is finished."""

import logging
import os
import socket
from collections.abc import Callable

import uvicorn

from ...errors import ConfigError
from ...manifest import Manifest
from .app import Host, application
from .connections import Connections
from .protocol import protocol
from .settings import Settings

log = logging.getLogger(__name__)

BACKLOG = 1024
"""Connections that the system keeps until they are taken."""


class _Server(uvicorn.Server):
    """Tells the host when it begins to stop: from then on it is not ready."""

    def __init__(self, config: uvicorn.Config, host: Host) -> None:
        super().__init__(config)
        self._host = host

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._host.health.stopping = True
        await super().shutdown(sockets)


def serve(
    manifest: Manifest, connections: Connections, settings: Settings, ready: Callable[[int], object]
) -> bool:
    """Serves until SIGTERM or SIGINT; then takes nothing new and finishes what runs, for ``grace`` seconds at most.

    ``ready`` hears the port once it is listened on. Gives whether everything was finished. Raises ``ConfigError``
    where the port cannot be listened on, and without keys where others than this machine could connect.
    """
    check(settings)
    host = application(manifest, connections, settings)
    listener = _listening(settings)
    server = _Server(_configured(host, settings), host)
    ready(listener.getsockname()[1])
    try:
        server.run(sockets=[listener])
    finally:
        finished = host.workers.close()
        connections.close()
    return finished


def check(settings: Settings) -> None:
    """Raises ``ConfigError`` for a host that anybody could use."""
    if not settings.keys and not settings.loopback:
        raise ConfigError(
            f"Others than this machine can connect to {settings.host}: name an API key with --api-key-env or "
            "--api-key-file, or listen on 127.0.0.1."
        )


def _configured(host: Host, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        host.app,
        http=protocol(settings.patience),
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=round(settings.grace),
    )


def _listening(settings: Settings) -> socket.socket:
    """A socket of TCP by name: without it, uvicorn's answers wait for acknowledgements."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise ConfigError(f"{where} cannot be listened on: {error.strerror}.") from None
    return listener
