"""Mail arrives and moves while notifications are lost and doubled, the subscription is removed, Graph loses its place,
and whoever watches is killed.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs

from webhook import Webhook, serving

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox

from .triggers_row import COUNTED, Row

ADELE = "adele@contoso.example"
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds for the last events to come, once nothing more goes wrong."""
LOST, LOST_SILENTLY, DOUBLED, MOVED = 0.11, 0.13, 0.06, 0.1
"""Parts of the notifications, and of the mails."""
BACKLOG = 20
"""Mails after which Graph's notifications may catch up."""
TAKE_OVER, CATCH_UP = 1.5, 2.0


@dataclass(frozen=True)
class Plan:
    """How much arrives, and how often things go wrong meanwhile. ``pause`` is the longest time between two mails."""

    mails: int
    kills: int
    removals: int
    places: int
    pauses: int
    pause: float


@dataclass
class Receiver:
    """Hands what Graph posts to the connector. Some notifications get lost here, as if Graph had never sent them;
    others the sandbox loses, and says so with ``missed``. ``named`` are the messages that
    the connector has been told of."""

    connector: Connector
    chance: random.Random
    named: set[str] = field(default_factory=set)
    lost: int = 0
    posts: int = 0
    losing: bool = True

    def take(self, path: str, query: str, body: bytes) -> tuple[int, str, bytes]:
        tokens = parse_qs(query).get("validationToken")
        if tokens:
            answer = self.connector.notified(validation_token=tokens[0])
            return answer.status, answer.headers["Content-Type"], answer.body
        items = json.loads(body)["value"]
        self.posts += "resourceData" in items[0]
        if self.losing and "resourceData" in items[0] and self.chance.random() < LOST_SILENTLY:
            self.lost += 1
            return 202, "text/plain", b""
        answer = self.connector.notified(body)
        if answer.status == 202:
            self.named |= {one["resourceData"]["id"] for one in items if "resourceData" in one}
        return answer.status, answer.headers["Content-Type"], answer.body


@dataclass
class World:
    """Everything that takes part. ``arrived`` and ``moved`` say when each message was."""

    sandbox: Sandbox
    receiver: Receiver
    mover: Connector
    directory: Path
    chance: random.Random
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    arrived: dict[str, float] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    def start(self) -> None:
        files = [str(self.directory / name) for name in ("config", "input", "push", "taken")]
        words = [sys.executable, "-m", "tests.faults.triggers_worker", *files]
        with (self.directory / "told").open("ab") as told:
            self.workers.append(subprocess.Popen(words, cwd=ROOT, stderr=told))

    def watching(self) -> subprocess.Popen[bytes]:
        """The worker that watches, as far as its lines tell."""
        lines = self.taken()
        name = lines[-1][2] if lines else 0
        one = next((worker for worker in self.workers if worker.pid == name), self.workers[0])
        assert one.poll() is None, (self.directory / "told").read_text()[-2000:]
        return one

    def kill(self) -> None:
        """Kills it and starts another; the one that waits goes on."""
        one = self.watching()
        one.kill()
        one.wait()
        self.workers.remove(one)
        self.start()

    def stall(self) -> None:
        """Lets it stand still for so long that the other goes on, and then go on as well."""
        one = self.watching()
        one.send_signal(signal.SIGSTOP)
        threading.Timer(TAKE_OVER * 2, one.send_signal, [signal.SIGCONT]).start()

    def taken(self) -> list[list[Any]]:
        file = self.directory / "taken"
        lines = file.read_text().splitlines(keepends=True) if file.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def deliver(self, number: int) -> None:
        switches = self.sandbox.graph.switches
        if self.chance.random() < LOST:
            switches.lose_notifications = 1
        elif self.chance.random() < DOUBLED:
            switches.double_notifications = 1
        asked = switches.lose_notifications, switches.double_notifications
        message = self.sandbox.deliver(ADELE, {"subject": f"mail {number}"})
        self.arrived[message] = time.time()
        self.counts["lost"] += switches.lose_notifications < asked[0]
        self.counts["doubled"] += switches.double_notifications < asked[1]
        switches.lose_notifications = switches.double_notifications = 0
        self.sandbox.clock.advance(1)

    def go_wrong(self, what: str) -> None:
        self.counts[what] += 1
        ways: Mapping[str, Callable[[], object]] = {
            "killed": self.kill,
            "paused": self.stall,
            "removed": lambda: self.sandbox.graph.lifecycle("subscriptionRemoved"),
            "place": self.sandbox.graph.forget_sync_states,
        }
        ways[what]()

    def move_some(self, named_only: bool) -> None:
        """Moves one of the latest messages; where a folder is watched, one that a notification told of, since nothing
        else in the world knows that it was there."""
        latest = [one for one in list(self.arrived)[-50:] if one not in self.moved]
        there = [one for one in latest if not named_only or one in self.receiver.named]
        if there and self.chance.random() < MOVED:
            message = there[-1]
            self.moved[message] = time.time()
            self.mover.invoke("messages.move", {"messageId": message, "destinationFolder": "archive"})


def run(given: Mapping[str, Any], plan: Plan, seed: int) -> Row:
    """``plan.mails`` arrive at ADELE's; what goes wrong is spread over them by ``seed``."""
    with TemporaryDirectory(prefix="outlook-faults-") as folder, world_of(Path(folder), given, seed) as world:
        troubles = ["killed"] * plan.kills + ["removed"] * plan.removals + ["place"] * plan.places
        troubles += ["paused"] * plan.pauses
        when = dict(zip(world.chance.sample(range(plan.mails), len(troubles)), troubles, strict=True))
        for number in range(plan.mails):
            world.deliver(number)
            if number in when:
                world.go_wrong(when[number])
            world.move_some(named_only=bool(given))
            if number % BACKLOG == 0:
                world.sandbox.graph.wait_for_notifications()
            time.sleep(world.chance.random() * plan.pause)
        world.receiver.losing = False
        wait_for(lambda: set(world.arrived) <= {one[1] for one in world.taken()}, PATIENCE)
        time.sleep(CATCH_UP)
        return row(world, given)


@contextmanager
def world_of(directory: Path, given: Mapping[str, Any], seed: int) -> Iterator[World]:
    """Graph's clock is behind by some hours and catches up, so that not all mails have the same time."""
    chance = random.Random(seed)
    with Sandbox() as sandbox, serving() as hook:
        http = {"caBundle": sandbox.ca_file, "deadline": 20}
        own: dict[str, Any] = {"http": http, "limits": {"concurrent": 100, "requests": 1_000_000}}
        config = sandbox.config(**own, tokenStore=f"sqlite:///{directory}/store.sqlite3")
        with connect(config) as receiving, connect(sandbox.config(**own)) as mover:
            receiver = Receiver(receiving, random.Random(seed + 1))
            world = World(sandbox, receiver, mover, directory, chance)
            _prepare(world, hook, config, given)
            try:
                yield world
            finally:
                for one in world.workers:
                    one.kill()
                    one.wait()


def _prepare(world: World, hook: Webhook, config: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Starts two workers, and waits until everything from now on is new."""
    hook.take = world.receiver.take
    push = {"notificationUrl": f"{hook.url}/graph", "takeOver": TAKE_OVER, "catchUp": CATCH_UP}
    for name, value in {"config": config, "input": given, "push": push}.items():
        (world.directory / name).write_text(json.dumps(value))
    world.sandbox.graph.switches.repeat_delta_items = True
    world.sandbox.clock.advance(-12_000)
    world.start()
    world.start()
    wait_for(lambda: subscribed(world), PATIENCE)


def subscribed(world: World) -> bool:
    with connect(world.sandbox.config()) as asking:
        return bool(asking.invoke("subscriptions.list")["value"])


def wait_for(condition: Any, patience: float) -> bool:
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def row(world: World, given: Mapping[str, Any]) -> Row:
    taken = world.taken()
    first: dict[str, float] = {}
    for _, message, _, at in taken:
        first.setdefault(message, at)
    ids = {(event, message) for event, message, _, _ in taken}
    waits = sorted(first[one] - at for one, at in world.arrived.items() if one in first)
    lost = world.counts["lost"] + world.receiver.lost
    early = sum(at < first.get(one, 0) for one, at in world.moved.items())
    return Row(
        "a folder, by push" if given else "the mailbox, by push",
        len(world.arrived),
        {**world.counts, "lost": f"{lost} of {world.counts['lost'] + world.receiver.posts}"},
        f"{len(world.moved)} ({early})",
        missed=len(set(world.arrived) - set(first)),
        two_ids=len(ids) - len(first) + len(set(first) - set(world.arrived)),
        repeated=len(taken) - len(ids),
        acknowledged=acknowledged(world, given),
        median=round(waits[len(waits) // 2], 2),
        slowest=round(waits[-1], 2),
    )


class Enough(Exception):
    """The watch has polled often enough."""


def acknowledged(world: World, given: Mapping[str, Any]) -> bool:
    """Whether a worker that goes on is told nothing: all was taken over."""
    for one in world.workers:
        one.kill()
    files = [json.loads((world.directory / name).read_text()) for name in ("config", "push")]
    events, cursors = [], []

    def polled(cursor: str) -> None:
        cursors.append(cursor)
        if len(cursors) == 2:
            raise Enough

    with connect(files[0]) as connector, suppress(Enough):
        for event in connector.watch("message.received", given, push=files[1], on_cursor=polled):
            events.append(event)
    return not events
