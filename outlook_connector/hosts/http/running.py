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
from ..protocol import IDLE, protocol
from ..serving import BACKLOG, Server, at_one_go, most_connections
from .app import Host, application
from .connections import Connections
from .securing import secured
from .settings import Settings


class _Server(Server):
    """Stops by SIGTERM and SIGINT as something that is meant, and tells the host when it begins to: from then on it
    is not ready. A second signal ends it at once."""

    def __init__(self, config: uvicorn.Config, host: Host) -> None:
        super().__init__(config)
        self._host = host

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
    """Raises ``ConfigError`` for a host that anybody could use, and for keys that no header brings as they are."""
    if not all(key.isascii() and key.isprintable() for key in settings.keys):
        raise ConfigError(
            "An API key holds characters that are not ASCII: make another of letters and digits."
        )
    if not settings.keys and settings.reached_by_others:
        where = settings.public_url or settings.host
        raise ConfigError(
            f"Others than this machine can connect to {where}: name an API key with --api-key-env or "
            "--api-key-file, or listen on 127.0.0.1 without --public-url."
        )


def _configured(host: Host, settings: Settings) -> uvicorn.Config:
    most = most_connections()
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
        backlog=at_one_go(most),
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
