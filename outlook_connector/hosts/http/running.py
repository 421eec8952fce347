"""The server: listening, and stopping so that what has begun is finished."""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from ...errors import ConfigError
from ...manifest import Manifest
from ..listening import listening
from .app import Host, application
from .connections import Connections
from .protocol import IDLE, protocol
from .securing import secured
from .settings import Settings

BACKLOG = 1024
"""Connections that the system keeps until they are taken."""
AT_ONE_GO = 128
"""Connections that are taken at one go at most; some times so many may be there before one is ended for them."""
MOST_CONNECTIONS = 2000


class _Server(uvicorn.Server):
    """Stops by SIGTERM and SIGINT as something that is meant, and tells the host when it begins to: from then on it
    is not ready. A second signal ends it at once."""

    def __init__(self, config: uvicorn.Config, host: Host) -> None:
        super().__init__(config)
        self._host = host

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """asyncio takes as many at one go as it lets the system keep."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._host.health.stopping = True
        await super().shutdown(sockets)

    def stop(self) -> None:
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """In the main thread alone, where signals can be listened to; uvicorn's own would raise them again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._told_to_stop) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


@dataclass(frozen=True)
class Running:
    """A host that is reached at ``port``. ``stop`` may be called in any thread."""

    port: int
    stop: Callable[[], None]


def serve(
    manifest: Manifest, connections: Connections, settings: Settings, ready: Callable[[Running], object]
) -> bool:
    """Serves until SIGTERM, SIGINT or ``stop``; then takes nothing new and finishes what runs, for ``grace`` seconds
    at most. The connections are closed at the end.

    ``ready`` is called once connections are accepted. Gives whether everything was finished. Raises ``ConfigError``
    where the port cannot be listened on, and without keys where others than this machine could connect.
    """
    check(settings)
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(_without_traceback)
    host = application(manifest, connections, settings)
    server = _Server(_configured(host, settings), host)
    listener = listening(settings.host, settings.port, BACKLOG)
    ready(Running(listener.getsockname()[1], server.stop))
    try:
        server.run(sockets=[listener])
    finally:
        finished = host.close()
        connections.close()
    return finished


def _without_traceback(record: logging.LogRecord) -> bool:
    """A traceback could show what was sent."""
    record.exc_info = record.exc_text = None
    return True


def check(settings: Settings) -> None:
    """Raises ``ConfigError`` for a host that anybody could use."""
    if not settings.keys and settings.reached_by_others:
        where = settings.public_url or settings.host
        raise ConfigError(
            f"Others than this machine can connect to {where}: name an API key with --api-key-env or "
            "--api-key-file, or listen on 127.0.0.1 without --public-url."
        )


def _configured(host: Host, settings: Settings) -> uvicorn.Config:
    most = _most_connections()
    made = protocol(settings.patience, most)
    config = uvicorn.Config(
        host.app,
        http=made,
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=min(AT_ONE_GO, max(1, most // 8)),
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=round(settings.grace),
    )
    try:
        config.load()
    except OSError as error:
        raise ConfigError(f"The TLS certificate or its key cannot be used: {error.strerror}.") from None
    if config.ssl is not None:
        shaken = secured(made, config.ssl, settings.patience, max(1, most // 4))
        config.http_protocol_class, config.ssl = shaken, None
    return config


def _most_connections() -> int:
    """A half of the files that the process may have open at once; the others are for stores, calls and files."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST_CONNECTIONS
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if allowed < 0 else min(MOST_CONNECTIONS, max(2, allowed // 2))
