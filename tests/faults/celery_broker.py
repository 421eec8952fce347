"""A RabbitMQ of the tests' own: on free ports of the loopback interface, in a directory that goes with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

MISSING = "needs rabbitmq-server (apt-get install rabbitmq-server) and the package celery"
_PLACES = ("/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/local/sbin")
PATIENCE = 180.0
"""Seconds for a broker to start."""


def available() -> bool:
    try:
        import celery  # noqa: F401 - whether it is there is the question
    except ImportError:
        return False
    return _program() is not None


def _program() -> str | None:
    return shutil.which("rabbitmq-server", path=os.pathsep.join([*_PLACES, os.environ.get("PATH", "")]))


@dataclass
class Broker:
    """One RabbitMQ; what is durable in it outlives ``restart``."""

    directory: Path
    port: int
    mapper: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        program = _program()
        assert program, MISSING
        log = (self.directory / "output").open("ab")
        self.process = subprocess.Popen(
            [program], env=self._environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        self._wait()

    def stop(self) -> None:
        """As a service manager does: SIGTERM, on which it writes everything down."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def end(self) -> None:
        """The broker, and the port mapper that it has started."""
        self.stop()
        mapper = shutil.which("epmd")
        if mapper:
            subprocess.run(
                [mapper, "-port", str(self.mapper), "-kill"], check=False, capture_output=True, timeout=10
            )

    def _environment(self) -> dict[str, str]:
        (self.directory / "enabled_plugins").write_text("[].")
        (self.directory / "rabbitmq.conf").write_text("loopback_users = none\nlog.console = true\n")
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.directory),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self.mapper),
            "RABBITMQ_NODENAME": f"outlook{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(_free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.directory / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        }

    def _wait(self) -> None:
        """Until it speaks: a broker that has just begun closes the connection."""
        deadline = time.monotonic() + PATIENCE
        while not self._speaks():
            told = (self.directory / "output").read_text(errors="replace")[-2000:]
            assert self.process is not None and self.process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.1)

    def _speaks(self) -> bool:
        from kombu import Connection
        from kombu.exceptions import OperationalError

        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except (OSError, OperationalError):
            return False
        return True


@contextmanager
def rabbitmq() -> Iterator[Broker]:
    """A running broker, for as long as the block lasts."""
    with TemporaryDirectory(prefix="outlook-rabbitmq-") as directory:
        broker = Broker(Path(directory), _free_port(), _free_port())
        try:
            broker.start()
            yield broker
        finally:
            broker.end()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
