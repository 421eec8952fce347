"""Workers, a RabbitMQ, a Redis and a sandbox for the tests of the Celery host."""

from __future__ import annotations

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
    pytest.mark.xdist_group("rabbitmq"),
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


def config_of(world: Any) -> dict[str, Any]:
    """The configuration of the workers' connection."""
    return dict(world.settings["connections"]["adele"])


def eventually(condition: Callable[[], Any], patience: float = 30.0) -> Any:
    """What the condition gives, once it is something."""
    until = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found
