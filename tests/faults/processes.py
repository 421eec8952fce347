"""Starting, ordering and killing worker processes, and the stores that they share."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.fernet import Fernet
from store_redis import redis_server

from outlook_connector.store import Store, open_store

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shared:
    """A store's URL and key, as each process opens it."""

    url: str
    key: str

    def open(self) -> Store:
        return open_store(self.url, self.key, environment={})


@contextmanager
def shared_store(kind: str) -> Iterator[Shared]:
    """A new store of the kind ``sqlite`` or ``redis``, encrypted."""
    key = Fernet.generate_key().decode()
    if kind == "redis":
        with redis_server() as url:
            yield Shared(url, key)
        return
    with TemporaryDirectory(prefix="outlook-faults-") as folder:
        yield Shared(f"sqlite://{folder}/store.sqlite3", key)


class Worker:
    """A process that works on a task of ``worker``."""

    def __init__(self, store: Shared, task: str, **order: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        self.say(json.dumps({"task": task, "url": store.url, "key_text": store.key, **order}))

    def go(self) -> None:
        self.say("go")

    def hear(self) -> dict[str, Any]:
        """Its next line; ``{}`` when there is none any more."""
        line = self.line()
        return dict(json.loads(line)) if line else {}

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def end(self) -> int:
        return self.process.wait(300)

    def hang_up(self) -> None:
        """Says nothing more; what was said is still worked on."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
