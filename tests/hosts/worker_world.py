"""Workers, a RabbitMQ, a Redis and a sandbox for the tests of the Celery host."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from outlook_connector.sandbox import Sandbox
from tests.faults.celery_broker import MISSING, available
from tests.faults.running import MISSING as NO_REDIS
from tests.faults.running import available as redis_available

NEEDED = [
    pytest.mark.skipif(not available(), reason=MISSING),
    pytest.mark.skipif(not redis_available(), reason=NO_REDIS),
]
ADELE, KIM = "adele@contoso.example", "kim@contoso.example"


@contextmanager
def world(**settings: Any) -> Iterator[Any]:
    """A world without workers yet; ``deadline`` is the connection's."""
    from tests.faults.celery_workers import celery_world, servers

    with ExitStack() as stack:
        broker, store = stack.enter_context(servers())
        sandbox = stack.enter_context(Sandbox())
        config = sandbox.config(http={"caBundle": sandbox.ca_file, "deadline": 6})
        yield stack.enter_context(celery_world(broker, store, sandbox, config, **settings))


class Results:
    """A Redis for answers alone, which can go away and come back empty."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def config_of(world: Any) -> dict[str, Any]:
    """The configuration of the workers' connection."""
    return dict(world.settings["connections"]["adele"])


def eventually(condition: Callable[[], Any], patience: float = 90.0) -> Any:
    """What the condition gives, once it is something."""
    until = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found
