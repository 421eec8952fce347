"""Celery workers as processes of their own, beside a broker, a Redis and a sandbox."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from outlook_connector.hosts.tasks import make_app, read_settings
from outlook_connector.sandbox import Sandbox

from .celery_broker import Broker, rabbitmq
from .processes import ROOT, Shared, shared_store

PATIENCE = 60.0


@dataclass
class CeleryWorker:
    """``outlook-connector worker`` in a session of its own, and what it logs."""

    settings: Path
    log: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "outlook_connector.hosts.cli",
            "worker",
            "--settings",
            str(self.settings),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.options], stdout=log, stderr=log, cwd=ROOT, start_new_session=True
            )

    def kill(self, *, whole: bool) -> None:
        """kill -9 of the ``whole`` worker, or of its main process alone, whose children then have to end."""
        assert self.process is not None
        if whole:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait(30)

    def gone(self, patience: float = 30.0) -> bool:
        """Whether no process of it lives."""
        assert self.process is not None
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.1)
        return False

    def stop(self) -> int:
        """SIGTERM: what is under way ends. Gives the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(60)

    def end(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)

    def told(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@dataclass
class CeleryWorld:
    """All that workers need; ``worker()`` makes one more, ``app`` is a caller's."""

    directory: Path
    broker: Broker
    store: Shared
    sandbox: Sandbox
    settings: Mapping[str, Any]
    app: Any
    workers: list[CeleryWorker] = field(default_factory=list)

    def worker(self, *options: str) -> CeleryWorker:
        number = len(self.workers)
        found = CeleryWorker(self.directory / "worker.json", self.directory / f"worker-{number}.log", options)
        self.workers.append(found)
        found.start()
        return found


@contextmanager
def celery_world(
    broker: Broker, store: Shared, sandbox: Sandbox, config: Mapping[str, Any], **settings: Any
) -> Iterator[CeleryWorld]:
    """``config`` is the connection's, which is called ``adele``; its token store is the shared one."""
    connection = {**config, "tokenStore": store.url, "storeKey": store.key}
    everything = {
        "broker": broker.url,
        "results": store.url.removesuffix("0") + "1",
        "connections": {"adele": connection},
        **settings,
    }
    with TemporaryDirectory(prefix="outlook-celery-") as name:
        directory = Path(name)
        (directory / "worker.json").write_text(json.dumps(everything))
        app = make_app(read_settings(everything))
        world = CeleryWorld(directory, broker, store, sandbox, everything, app)
        try:
            yield world
        finally:
            for worker in world.workers:
                worker.end()
            app.close()


@contextmanager
def servers() -> Iterator[tuple[Broker, Shared]]:
    """A RabbitMQ and a Redis."""
    with rabbitmq() as broker, shared_store("redis") as store:
        yield broker, store
