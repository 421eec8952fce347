"""Mail arrives and moves while whoever watches it is killed again and again and Graph loses its place."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
ADELE = "adele@contoso.example"
PATIENCE = 60.0
"""Seconds for the last events to come, once nothing more goes wrong."""


@dataclass
class Outcome:
    """What arrived, and what was taken: ``[event id, message id]`` in the order of taking, repetitions included."""

    arrived: set[str] = field(default_factory=set)
    taken: list[list[str]] = field(default_factory=list)
    kills: int = 0

    @property
    def missed(self) -> set[str]:
        return self.arrived - {message for _, message in self.taken}

    @property
    def doubled(self) -> int:
        """Messages that have more than one event id: what a host that knows the ids would take twice."""
        return len({event for event, _ in self.taken}) - len({message for _, message in self.taken})


@dataclass
class Watch:
    """The process that watches, and the files that it lives by."""

    directory: Path
    config: dict[str, Any]
    given: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Starts for the first time, and waits until everything from now on is new."""
        self._file("config.json").write_text(json.dumps(self.config))
        self._file("input.json").write_text(json.dumps(self.given))
        self.start()
        wait_for(self._file("cursor").exists)

    def start(self) -> None:
        files = [str(self._file(name)) for name in ("config.json", "input.json", "cursor", "taken")]
        config, given, cursor, taken = files
        words = [
            sys.executable,
            "-m",
            "tests.faults.watching",
            config,
            "message.received",
            given,
            cursor,
            taken,
        ]
        self.process = subprocess.Popen(words, cwd=ROOT)

    def kill(self) -> None:
        if self.process is not None:
            assert self.process.poll() is None, "it ended by itself"
            self.process.kill()
            self.process.wait()

    def taken(self) -> list[list[str]]:
        file = self._file("taken")
        lines = file.read_text().splitlines(keepends=True) if file.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def _file(self, name: str) -> Path:
        return self.directory / name


def wait_for(condition: Any, patience: float = PATIENCE) -> bool:
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def run(directory: Path, given: dict[str, Any], *, mails: int, kills: int, losses: int, seed: int) -> Outcome:
    """``mails`` arrive, some of which are moved at once, and others later; in between the watching process is
    killed ``kills`` times and Graph loses its place ``losses`` times, and tells items twice all the time."""
    chance, outcome = random.Random(seed), Outcome()
    with Sandbox() as sandbox:
        sandbox.graph.switches.repeat_delta_items = True
        store = f"sqlite:///{directory}/store.sqlite3"
        watch = Watch(directory, sandbox.config(tokenStore=store), given)
        watch.begin()
        when = sorted(chance.sample(range(mails), kills + losses))
        losing = set(chance.sample(when, losses))
        with connect(sandbox.config()) as mover:
            for number in range(mails):
                message = sandbox.deliver(ADELE, {"subject": f"mail {number}"})
                outcome.arrived.add(message)
                if chance.random() < 0.1 and not given:
                    asked = {"messageId": message, "destinationFolder": "archive"}
                    mover.invoke("messages.move", asked)
                if number in losing:
                    sandbox.graph.forget_sync_states()
                elif number in when:
                    watch.kill()
                    outcome.kills += 1
                    watch.start()
                time.sleep(chance.random() * 0.02)
        wait_for(lambda: outcome.arrived <= {message for _, message in watch.taken()})
        time.sleep(0.5)
        watch.kill()
        outcome.taken = watch.taken()
    return outcome
