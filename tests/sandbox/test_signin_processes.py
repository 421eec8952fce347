"""One account, many processes: a single exchange, and no token lost when a worker is killed in the middle of one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from signin_world import World

from outlook_connector.auth.asking import LEASE
from outlook_connector.store import SqliteStore

TOKEN = "POST */oauth2/v2.0/token"

WORKER = """
import json, sys
from outlook_connector.auth import Auth, Wanted
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.graph.session import Sessions
from outlook_connector.schema import Schemas
from outlook_connector.store import SqliteStore

given = json.loads(sys.stdin.readline())
config = build(read(given["config"], {}), Schemas())
auth = Auth(config, SqliteStore(given["path"]), Sessions(config, {}), ("Mail.Read", "User.Read"))
old = auth.token()
print("ready", flush=True)
sys.stdin.readline()
print(auth.token(Wanted(rejected=old)), flush=True)
"""


SANDBOX = {"single_use_refresh_tokens": True}


class Worker:
    """A process that takes the token from the store, says so, and replaces it when told to."""

    def __init__(self, config: dict[str, Any], path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(json.dumps({"config": config, "path": str(path)}))

    def ready(self) -> None:
        assert self._hear() == "ready"

    def go(self) -> None:
        self._say("go")

    def token(self) -> str:
        token = self._hear()
        assert self.process.wait(30) == 0
        return token

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def started(number: int, world: World, path: Path) -> list[Worker]:
    config = world.sandbox.config()
    workers = [Worker(config, path) for _ in range(number)]
    for worker in workers:
        worker.ready()
    return workers


def test_processes_whose_token_is_refused_make_one_exchange(world: World, tmp_path: Path) -> None:
    workers = started(5, world, tmp_path / "s.sqlite3")
    assert world.posts() == 1
    for worker in workers:
        worker.go()
    tokens = {worker.token() for worker in workers}
    assert len(tokens) == 1
    assert world.me(tokens.pop()).status_code == 200
    assert world.posts() == 2
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_a_worker_killed_during_its_exchange_delays_the_others_by_its_lease_at_most(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "s.sqlite3"
    (victim,) = started(1, world, path)
    world.sandbox.fault(TOKEN, delay=1.0, drop="before")
    victim.go()
    deadline = time.monotonic() + 10
    while world.posts() < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    victim.kill()
    began = world.clock.time()
    other = world.nobody(store=SqliteStore(path, world.clock.time))
    assert world.me(other.refresh() and other.token()).status_code == 200
    assert LEASE - 5 < world.clock.time() - began < LEASE + 5
