"""Two Celery workers that are killed and a RabbitMQ that restarts: ``python -m tests.faults.celery --full`` (or
``--small``).

Operations are submitted while workers die by kill -9 and the broker goes away. A mail has no idempotency key but its
task's id. What became of each is counted by the sandbox: the mails by its ledger, the drafts by what lies in the
mailbox, and the calls at once by when each began and ended. Prints a Markdown table, and ends with 1 where an operation
was not answered, a mail arrived not at all or twice, a draft was made twice, or the mailbox had more than 4 calls.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from outlook_connector import connect
from outlook_connector.hosts.tasks import answer_of, submit
from outlook_connector.sandbox import Sandbox

from .celery_orders import CHANGED, MADE, READ, SENT, Json, Order, orders
from .celery_workers import CeleryWorld, celery_world, servers
from .limits import LATENCY, at_once, spans_of

WINDOW = 200
"""Operations that are under way at most."""
CALM = 300.0
"""Seconds without any answer after which nothing more is waited for."""


@dataclass(frozen=True)
class Size:
    """``concurrency`` is each worker's; ``deadline`` an invocation's, for which a killed worker's key stays taken."""

    operations: int
    sends: int
    kills: tuple[bool, ...]
    restarts: int
    concurrency: int
    deadline: int


FULL = Size(2000, 200, kills=(True, False, True), restarts=1, concurrency=4, deadline=20)
SMALL = Size(150, 20, kills=(True,), restarts=0, concurrency=2, deadline=6)


@dataclass
class Told:
    """What was answered, and what happened meanwhile."""

    answers: dict[str, Json] = field(default_factory=dict)
    killed: int = 0
    restarted: int = 0
    orphans: int = 0


def submitted(world: CeleryWorld, order: Order) -> Any:
    """Submitted again under its id until the broker has confirmed it, as a caller does that must be sure."""
    from kombu.exceptions import OperationalError

    while True:
        try:
            return submit(world.app, order.operation, order.input, task_id=order.id)
        except (OperationalError, OSError):
            time.sleep(0.2)


def gathered(world: CeleryWorld, wanted: Sequence[Order], told: Told) -> None:
    """Submits them all, ``WINDOW`` at a time, and takes the answers as they come."""
    open_: dict[str, Any] = {}
    left, latest = list(reversed(wanted)), time.monotonic()
    while (left or open_) and time.monotonic() - latest < CALM:
        while left and len(open_) < WINDOW:
            order = left.pop()
            open_[order.id] = submitted(world, order)
        ready = [name for name, result in open_.items() if result.ready()]
        for name in ready:
            told.answers[name] = answer_of(open_.pop(name))
            latest = time.monotonic()
        time.sleep(0.05)


def disturb(world: CeleryWorld, size: Size, told: Told, over: Event) -> None:
    """Kills and restarts at even distances of the whole; a killed worker is started again, as a supervisor does."""
    happenings: list[Callable[[], None]] = []
    for at, whole in enumerate(size.kills):
        happenings.append(lambda at=at, whole=whole: _kill(world, at % len(world.workers), whole, told))
    for _ in range(size.restarts):
        happenings.insert(len(happenings) // 2 + 1, lambda: _restart(world, told))
    for number, happen in enumerate(happenings, 1):
        while len(told.answers) < size.operations * number / (len(happenings) + 1):
            if over.wait(0.02):
                return
        happen()


def _kill(world: CeleryWorld, at: int, whole: bool, told: Told) -> None:
    worker = world.workers[at]
    worker.kill(whole=whole)
    told.killed += 1
    told.orphans += not worker.gone()
    worker.start()


def _restart(world: CeleryWorld, told: Told) -> None:
    world.broker.restart()
    told.restarted += 1


@dataclass(frozen=True)
class Row:
    """What became of the operations of one kind; ``once``, ``never`` and ``twice`` are the server's count of what the
    answers say was done, and ``unknown`` those that were answered with ``outcomeUnknown``."""

    kind: str
    operations: int
    answered: int
    unknown: int
    failed: int
    once: int | str = "-"
    never: int | str = "-"
    twice: int | str = "-"

    @property
    def wrong(self) -> bool:
        lost = self.kind == SENT and self.once != self.operations
        lost |= self.kind == MADE and int(self.never) > self.unknown
        unknown = self.kind != MADE and self.unknown
        return bool(
            self.answered != self.operations or self.failed or unknown or lost or self.twice not in (0, "-")
        )

    def __str__(self) -> str:
        return "| " + " | ".join(map(str, vars(self).values())) + " |"


HEADER = (
    "| what | operations | answered | outcome unknown | failed | done once | never | twice |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Outcome:
    """``calls`` are the requests to Graph, ``most`` of them at once, ``refused`` with 429; ``orphans`` are workers of
    which a process outlived the main one by half a minute."""

    rows: list[Row]
    calls: int
    most: int
    refused: int
    told: Told
    seconds: float

    @property
    def wrong(self) -> list[str]:
        found = [str(row) for row in self.rows if row.wrong]
        found += [f"{self.most} calls at once"] if self.most > 4 else []
        return found + ([f"{self.told.orphans} workers left processes"] if self.told.orphans else [])

    def __str__(self) -> str:
        total = sum(row.operations for row in self.rows)
        return (
            f"{total} operations by 2 workers in {self.seconds:.0f} s, kill -9: {self.told.killed}, restarts of "
            f"RabbitMQ: {self.told.restarted}; {self.calls} requests to the mailbox, at most {self.most} at "
            f"once, {self.refused} refused with 429."
        )


def counted(kind: str, wanted: Sequence[Order], told: Told, done: Mapping[str, Counter[int]]) -> Row:
    mine = [one for one in wanted if one.kind == kind]
    codes = {one.id: told.answers.get(one.id, {}).get("error", {}).get("code") for one in mine}
    for name, code in codes.items():
        if code not in (None, "outcomeUnknown"):
            print(f"{name}: {code}", file=sys.stderr)
    times: list[Any] = [done[kind][_number(one.id)] for one in mine] if kind in done else []
    return Row(
        kind,
        operations=len(mine),
        answered=sum(one.id in told.answers for one in mine),
        unknown=sum(code == "outcomeUnknown" for code in codes.values()),
        failed=sum(code not in (None, "outcomeUnknown") for code in codes.values()),
        **(
            {"once": times.count(1), "never": times.count(0), "twice": sum(n > 1 for n in times)}
            if times
            else {}
        ),
    )


def _number(text: str) -> int:
    return int(text.replace("-", " ").rpartition(" ")[2])


def _done(world: Any) -> dict[str, Counter[int]]:
    """Mails that were submitted, and drafts that are there, by their numbers."""
    subjects = [one["subject"] for one in world.sandbox.ledger["submissions"]]
    mails = [one for one in subjects if one.removeprefix("RE: ").removeprefix("FW: ").startswith("Mail ")]
    drafts = world.connector.iterate("messages.list", {"folder": "drafts", "select": ["subject"]})
    made = [one["subject"] for one in drafts if (one["subject"] or "").startswith("Draft ")]
    return {SENT: Counter(map(_number, mails)), MADE: Counter(map(_number, made))}


@dataclass(frozen=True)
class Mailbox:
    """What the ways of sending prepare their mails with, and what the end is counted with."""

    sandbox: Sandbox
    connector: Any


def run(size: Size) -> Outcome:
    """One run, as large as ``size`` says."""
    with servers() as (broker, store), Sandbox(throttling=True) as sandbox, _mailbox(sandbox) as mailbox:
        wanted = orders(mailbox, size.operations, size.sends)
        config = sandbox.config(http={"caBundle": sandbox.ca_file, "deadline": size.deadline})
        sandbox.graph.switches.service_seconds = LATENCY
        with celery_world(broker, store, sandbox, config, retries=10) as world:
            told, over = Told(), Event()
            for _ in range(2):
                world.worker("--concurrency", str(size.concurrency))
            trouble = Thread(target=disturb, args=(world, size, told, over))
            began = time.monotonic()
            trouble.start()
            try:
                gathered(world, wanted, told)
            finally:
                over.set()
                trouble.join()
            seconds = time.monotonic() - began
        most, calls = at_once(spans_of(sandbox)), len(spans_of(sandbox))
        refused = sum(one["refused"] for one in sandbox.usage)
        sandbox.graph.switches.service_seconds = 0.0
        done = _done(mailbox)
    rows = [counted(kind, wanted, told, done) for kind in (SENT, MADE, CHANGED, READ)]
    return Outcome(rows, calls, most, refused, told, seconds)


@contextmanager
def _mailbox(sandbox: Sandbox) -> Iterator[Mailbox]:
    with connect(sandbox.config(tokenStore="memory:")) as connector:
        yield Mailbox(sandbox, connector)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.celery", description=__doc__)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--full", action="store_true")
    size.add_argument("--small", action="store_true")
    outcome = run(FULL if parser.parse_args().full else SMALL)
    print(HEADER)
    for row in outcome.rows:
        print(row)
    print(f"\n{outcome}")
    for one in outcome.wrong:
        print(f"WRONG: {one}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
