"""One mail for each key, whatever happens: ``python -m tests.faults.sends --full`` (or ``--small``).

Mails go out by every operation that takes an idempotency key. Each is hit once by a loss, and repeated under its key
until it is answered. What arrived is counted by the sandbox's own ledger. Prints a Markdown table, and ends with 1
where a mail arrived not at all or twice.
"""

from __future__ import annotations

import base64
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox

from .processes import Shared, Worker, shared_store
from .running import sized
from .sending import MOMENTS

ADELE, KIM = "adele@contoso.example", "kim@contoso.example"
SEND, WRITE, ANSWER = "POST /me/messages/*/send", "POST /me/messages", "POST /me/messages/*/create*"
KILL = "kill -9"
LOSSES: Mapping[str, Mapping[str, Any] | None] = {
    "answer lost after the work": {"drop": "after"},
    "dropped before the work": {"drop": "before"},
    "504": {"status": 504},
    KILL: None,
}
ROUNDS = 12
"""How often a supervisor repeats at most."""
AT_ONCE = 5
"""Processes that are started together, to be killed one after the other."""
HEAD_START = 0.1
"""Seconds."""

Mail = dict[str, Any]


@dataclass
class World:
    """One sandbox, one store and the workers that live, and what they told: per mail the answers' ids, and how often
    it was tried."""

    sandbox: Sandbox
    store: Shared
    connector: Connector
    workers: list[Worker] = field(default_factory=list)
    ids: dict[int, set[str]] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)
    killed: int = 0

    def worker(self, **more: Any) -> Worker:
        """A process that has its token. A killed one keeps its place at the mailbox for ten seconds, so there are
        places enough here; how places are shared out is measured elsewhere."""
        http = {"caBundle": self.sandbox.ca_file, "deadline": 20}
        config = self.sandbox.config(http=http, limits={"concurrent": 100, "requests": 1_000_000})
        return Worker(self.store, "sends", config=config, **more)

    def run(self, *shares: Sequence[Mail]) -> None:
        """A share for each living worker, all at once; notes what they tell."""
        for worker, share in zip(self.workers, shares, strict=False):
            worker.say(json.dumps(share))
        for worker, _ in zip(self.workers, shares, strict=False):
            while told := worker.hear():
                self.note(told)

    def note(self, told: Mapping[str, Any]) -> None:
        number = told["number"]
        self.tries[number] += told.get("tried", 1)
        if "id" in told:
            self.ids.setdefault(number, set()).add(told["id"])


def _mail(_: World, number: int) -> Mail:
    return {"to": [KIM], "subject": f"Mail {number}", "body": "Please confirm."}


def _arrived(world: World, number: int) -> str:
    sender = {"emailAddress": {"address": KIM, "name": "Kim Akers"}}
    return world.sandbox.deliver(ADELE, {"subject": f"Mail {number}", "from": sender})


def _mime(_: World, number: int) -> Mail:
    text = f"From: {ADELE}\r\nTo: {KIM}\r\nSubject: Mail {number}\r\nMIME-Version: 1.0\r\n\r\nPlease confirm.\r\n"
    return {"contentBytes": base64.b64encode(text.encode()).decode()}


WAYS: Mapping[str, Callable[[World, int], Mail]] = {
    "messages.send": _mail,
    "messages.reply": lambda world, number: {"messageId": _arrived(world, number), "comment": "Confirmed."},
    "messages.forward": lambda world, number: {"messageId": _arrived(world, number), "to": [KIM]},
    "messages.sendMime": _mime,
    "drafts.send": lambda world, number: {
        "draftId": world.connector.invoke("drafts.create", _mail(world, number))["id"]
    },
}


def prepared(world: World, numbers: Sequence[int]) -> list[Mail]:
    """A mail for each number, by all ways in turn."""
    ways = cycle(WAYS.items())
    found = []
    for number, (operation, make) in zip(numbers, ways, strict=False):
        given = {**make(world, number), "idempotencyKey": f"key-{number}"}
        found.append({"number": number, "operation": operation, "input": given})
    return found


def hit(world: World, mails: Sequence[Mail], shared: int, loss: Mapping[str, Any]) -> None:
    """The first try of each mail, half of them hit when the mail is sent and half when its draft is written; the
    first ``shared`` of each half are worked on by both workers at once."""
    writing = [mail for at, mail in enumerate(mails) if at % 2 and mail["operation"] != "drafts.send"]
    sending = [mail for mail in mails if mail not in writing]
    for half, places in ((sending, [SEND]), (writing, [WRITE, ANSWER])):
        both, rest = half[: (shared + 1) // 2], half[(shared + 1) // 2 :]
        for place in places:
            world.sandbox.fault(match=place, times=None, **loss)
        world.run([*both, *rest[::2]], [*both, *rest[1::2]])
        world.sandbox.clear_faults()


def kill(world: World, mails: Sequence[Mail], shared: int, ttl: float) -> None:
    """The first try of each mail in a process of its own, killed at each of the moments in turn; the first ``shared``
    with a worker beside it that lives and comes a moment later, so that it is mostly the victim that holds the key."""
    orders = list(zip(mails, cycle(MOMENTS), strict=False))
    for at in range(0, len(orders), AT_ONCE):
        chunk = orders[at : at + AT_ONCE]
        victims = [world.worker(dies=moment, ttl=ttl) for _, moment in chunk]
        for number, (victim, (mail, _)) in enumerate(zip(victims, chunk, strict=True), at):
            victim.hear()
            victim.say(json.dumps([mail]))
            victim.hang_up()
            world.tries[mail["number"]] += 1
            if number < shared:
                time.sleep(HEAD_START)
                world.run([mail])
            world.killed += victim.end() == -signal.SIGKILL
            while told := victim.hear():
                print("survived:", told.get("problem", "the other one was first"), file=sys.stderr)
                world.note({**told, "tried": 0})


def repeat(world: World, mails: Sequence[Mail]) -> None:
    """A supervisor with two workers repeats each mail under its key until it is answered."""
    for _ in range(ROUNDS):
        left = [mail for mail in mails if mail["number"] not in world.ids]
        if not left:
            return
        world.run(left[::2], left[1::2])


def told_again(world: World, mails: Sequence[Mail]) -> int:
    """How many of the mails a worker with an empty store is told to have been sent, with the same id."""
    found = 0
    with connect(world.sandbox.config()) as newcomer:
        for mail in mails:
            answer = newcomer.invoke(mail["operation"], mail["input"])
            found += answer["deduplicated"] and world.ids.get(mail["number"]) == {answer["messageId"]}
    return found


@dataclass(frozen=True)
class Row:
    """What became of the mails of one loss."""

    loss: str
    mails: int
    tries: int
    once: int
    never: int
    twice: int
    told_again: int
    drafts: int

    @property
    def wrong(self) -> bool:
        return self.once != self.mails or self.told_again != self.mails

    def __str__(self) -> str:
        return "| " + " | ".join(map(str, vars(self).values())) + " |"


HEADER = (
    "| what happened to the first try | mails | tries | arrived once | never | twice "
    "| known to a worker with an empty store | drafts left over |\n|---|---|---|---|---|---|---|---|"
)


def run(mails: int, shared: int, ttl: float) -> Iterator[Row]:
    """``mails`` by all losses in equal parts, ``shared`` of them worked on by two workers at once. ``ttl`` is the
    seconds for which the key of a killed worker stays taken."""
    with world_of() as world:
        each = mails // len(LOSSES)
        for at, (loss, how) in enumerate(LOSSES.items()):
            numbers = range(at * each, (at + 1) * each)
            batch = prepared(world, numbers)
            both = len(list(islice(range(at, shared, len(LOSSES)), shared)))
            if how is None:
                kill(world, batch, both, ttl)
                time.sleep(ttl)
            else:
                hit(world, batch, both, how)
            repeat(world, batch)
            yield row(world, f"{loss} ({world.killed} processes died)" if how is None else loss, batch)


@contextmanager
def world_of() -> Iterator[World]:
    with Sandbox() as sandbox, shared_store("sqlite") as store, connect(sandbox.config()) as connector:
        world = World(sandbox, store, connector)
        world.workers += [world.worker(), world.worker()]
        try:
            for worker in world.workers:
                worker.hear()
            yield world
        finally:
            for worker in world.workers:
                worker.kill()


def row(world: World, loss: str, mails: Sequence[Mail]) -> Row:
    again = told_again(world, mails)
    numbers = {mail["number"] for mail in mails}
    arrived = Counter(_number(one["subject"]) for one in world.sandbox.ledger["submissions"])
    drafts = world.connector.iterate("messages.list", {"folder": "drafts", "select": ["id", "subject"]})
    return Row(
        loss=loss,
        mails=len(mails),
        tries=sum(world.tries[number] for number in numbers),
        once=sum(arrived[number] == 1 for number in numbers),
        never=sum(arrived[number] == 0 for number in numbers),
        twice=sum(arrived[number] > 1 for number in numbers),
        told_again=again,
        drafts=sum(_number(one["subject"]) in numbers for one in drafts),
    )


def _number(subject: str) -> int:
    """The mail's number, as its subject ends with it, under whatever prefix; -1 for mails of the seed."""
    kind, _, number = subject.rpartition("Mail ")
    return int(number) if number.isdigit() and kind in ("", "RE: ", "FW: ") else -1


SIZES: Mapping[bool, tuple[int, int, float]] = {True: (500, 50, 5.0), False: (20, 4, 1.0)}
"""Whether in full → mails, those that two workers work on at once, and the seconds for which the key of a killed worker
stays taken (in life, ten more than ``http.deadline``)."""


def main() -> int:
    options = sized("sends", __doc__).parse_args()
    began, rows = time.monotonic(), []
    print(HEADER, flush=True)
    for found in run(*SIZES[options.full]):
        rows.append(found)
        print(found, flush=True)
    print(f"\n{sum(one.mails for one in rows)} mails in {time.monotonic() - began:.0f} s.")
    return 1 if any(one.wrong for one in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
