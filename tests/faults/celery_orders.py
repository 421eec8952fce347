"""The operations of the Celery run: mails by all ways in turn, drafts, changes and reads, evenly mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from .sends import ADELE, WAYS

Json = dict[str, Any]
SENT, MADE, CHANGED, READ = "mails", "drafts made", "changes", "reads"


@dataclass(frozen=True)
class Order:
    """One operation of the run; ``id`` is its task's."""

    id: str
    kind: str
    operation: str
    input: Mapping[str, Any]


def orders(world: Any, operations: int, sends: int) -> list[Order]:
    """Mails by all ways in turn, drafts, changes and reads, evenly mixed."""
    messages = [
        one["id"] for one in world.connector.iterate("messages.list", {"folder": "inbox", "limit": 20})
    ]
    mails, others = _sends(world, sends), _others(messages)
    every = operations // sends
    return [next(mails if at % every == 0 and at // every < sends else others) for at in range(operations)]


def _sends(world: Any, count: int) -> Iterator[Order]:
    for number, (operation, make) in zip(range(count), cycle(WAYS.items()), strict=False):
        yield Order(f"send-{number}", SENT, operation, make(world, number))


def _others(messages: Sequence[str]) -> Iterator[Order]:
    for number, message in enumerate(cycle(messages)):
        kind, operation, make = OTHERS[number % len(OTHERS)]
        yield Order(f"other-{number}", kind, operation, make(number, message))


Make = Callable[[int, str], Json]
OTHERS: tuple[tuple[str, str, Make], ...] = (
    (
        READ,
        "messages.list",
        lambda number, message: {"folder": "inbox", "limit": 3, "select": ["id", "subject"]},
    ),
    (READ, "messages.get", lambda number, message: {"messageId": message, "select": ["id", "subject"]}),
    (CHANGED, "messages.markRead", lambda number, message: {"messageId": message}),
    (MADE, "drafts.create", lambda number, message: {"to": [ADELE], "subject": f"Draft {number}"}),
    (READ, "messages.count", lambda number, message: {"folder": "inbox"}),
    (CHANGED, "messages.flag", lambda number, message: {"messageId": message, "status": "flagged"}),
    (READ, "folders.list", lambda number, message: {"limit": 5}),
    (
        CHANGED,
        "messages.categorize",
        lambda number, message: {"messageId": message, "add": ["Green category"]},
    ),
)
