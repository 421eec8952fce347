"""No mail is missed and none has two ids, by polling and by push: ``python -m tests.faults.triggers --full`` (or
``--small``).

Mail arrives and moves while whoever watches it is killed again and again and Graph loses its place; by push also while
notifications are lost and doubled and subscriptions removed. Prints a Markdown table, and ends with 1 where a mail was
missed, came under two ids or was not taken over.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox

from . import triggers_push
from .running import sized
from .triggers_push import Plan
from .triggers_row import COUNTED, HEADER, Row

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
    moved: int = 0
    acknowledged: bool = False

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

    def cursor(self) -> str:
        return self._file("cursor").read_text(encoding="utf-8")

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
                    outcome.moved += 1
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
        with connect(watch.config) as going_on:
            asked = {**given, "cursor": watch.cursor()}
            outcome.acknowledged = going_on.poll("message.received", asked)["value"] == []
    return outcome


INBOX = {"folder": "inbox"}
SIZES: Mapping[bool, tuple[Plan, Plan, Plan]] = {
    True: (Plan(10_000, 20, 5, 2, 5, 0.01), Plan(10_000, 20, 5, 2, 5, 0.01), Plan(1_000, 20, 0, 2, 0, 0.02)),
    False: (Plan(300, 3, 2, 1, 0, 0.005), Plan(100, 1, 1, 1, 0, 0.005), Plan(300, 6, 0, 2, 0, 0.02)),
}
"""Whether in full → how much arrives by push, in the mailbox and in a folder, and by polling."""


def polled(given: dict[str, Any], plan: Plan) -> Row:
    """A run by polling, in the words of the others."""
    with TemporaryDirectory(prefix="outlook-faults-") as folder:
        found = run(Path(folder), given, mails=plan.mails, kills=plan.kills, losses=plan.places, seed=7)
    ids = {event for event, _ in found.taken}
    return Row(
        "a folder, by polling" if given else "the mailbox, by polling",
        len(found.arrived),
        {**dict.fromkeys(COUNTED, 0), "place": plan.places, "killed": found.kills},
        str(found.moved),
        missed=len(found.missed),
        two_ids=found.doubled,
        repeated=len(found.taken) - len(ids),
        acknowledged=found.acknowledged,
    )


def runs(full: bool) -> Iterator[Callable[[], Row]]:
    mailbox, folder, polls = SIZES[full]
    yield lambda: triggers_push.run({}, mailbox, 7)
    yield lambda: triggers_push.run(INBOX, folder, 8)
    yield lambda: polled({}, polls)
    yield lambda: polled(INBOX, polls)


def main() -> int:
    options = sized("triggers", __doc__).parse_args()
    began, rows = time.monotonic(), []
    print(HEADER, flush=True)
    for one in runs(options.full):
        rows.append(one())
        print(rows[-1], flush=True)
    print(f"\n{sum(one.mails for one in rows)} mails in {time.monotonic() - began:.0f} s.")
    return 1 if any(one.wrong for one in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
