"""The supply of a process that shares a mailbox's limits with others through the store.

One row a mailbox holds the line of workers and what was taken of each window. A thread of its own, the keeper, keeps
this worker's place in it and takes calls in blocks, so that a call that finds some left costs nothing but a lock. It
ends, and leaves the line, when the mailbox has not been used for a while or others wait. The machines' clocks must
agree to within a few seconds.
"""

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Event, Thread

from ..errors import ConnectorError
from ..store import Store, StoreConflict
from . import line
from .gate import Gate, Want
from .line import Ask, Worker
from .permits import CONCURRENT, NAMES, Sizes, costs
from .window import Window

log = logging.getLogger("outlook_connector.graph")

POLL, TICK = 0.01, 0.05
"""Seconds between two looks at the row: while somebody waits for what other workers hold, and otherwise."""
IDLE = 2.0
"""Seconds without a call after which the place is given up, if nobody else wants it sooner."""
KEPT = 900.0
"""Seconds for which the store keeps the row."""
CLOSING = 2.0


@dataclass
class Credit:
    """What was taken of a window ahead, in the slice ``number``."""

    number: int = 0
    amount: int = 0


class SharedSupply:
    """This worker's part. ``now`` gives epoch seconds. The attributes belong to the gate's lock."""

    def __init__(self, store: Store, key: str, sizes: Sizes, now: Callable[[], float] = time.time) -> None:
        self.allowed = 0
        self._store, self._key, self._sizes, self._now = store, key, sizes, now
        self._me = secrets.token_hex(6)
        self._holds_until = 0.0
        self._credits = {name: Credit() for name in sizes.windows}
        self._unused: list[tuple[str, Credit]] = []
        self._closing = False
        self._event = Event()
        self._keeper: Thread | None = None

    def afford(self, want: Want) -> bool:
        cost = costs(want)
        lapsed = self._now() > self._holds_until - 1.0
        if lapsed or any(self._credits[name].amount < need for name, need in cost.items()):
            return False
        for name, need in cost.items():
            self._credits[name].amount -= need
        return True

    def refill(self, gate: Gate) -> float:
        if self._keeper is None and gate.line:
            self._keeper = Thread(target=self._keep, args=(gate,), name="outlook-limits", daemon=True)
            self._keeper.start()
        self._event.set()
        return float("inf")

    def lacking(self, want: Want) -> str:
        short = (NAMES[name] for name, need in costs(want).items() if self._credits[name].amount < need)
        return next(short, CONCURRENT) if self.allowed else CONCURRENT

    def close(self) -> None:
        """Leaves the line, if no call is under way."""
        keeper, self._closing = self._keeper, True
        self._event.set()
        if keeper is not None:
            keeper.join(CLOSING)
        self._closing = False

    def _keep(self, gate: Gate) -> None:
        while True:
            self._event.clear()
            try:
                pause = self._look(gate)
            except Exception as error:  # noqa: BLE001 - a host's own store may raise anything, and nobody must hang
                pause = self._failed(gate, error)
            if pause is None:
                return
            self._event.wait(pause)

    def _look(self, gate: Gate) -> float | None:
        """Bring the row and this process into line; the seconds until the next look, ``None`` at the end."""
        while True:
            blob, version = self._store.load(self._key)
            before, now = _read(blob, self._sizes), self._now()
            after = _read(blob, self._sizes)
            with gate.lock:
                leaving = self._leaves(gate, after, now)
                allowed, until, taken = self._settled(gate, after, leaving, now)
            if after.text() != before.text():
                try:
                    self._store.save(self._key, after.text(), version, ttl=KEPT)
                except StoreConflict:
                    continue
            with gate.lock:
                self._unused.clear()
                if leaving:
                    again = bool(gate.line)
                    self._keeper = None if not again else self._keeper
                    return POLL if again else None
                self.allowed, self._holds_until = allowed, until
                self._add(taken)
                gate.admit()
                return POLL if self._waits_for_others(gate) else TICK

    def _settled(
        self, gate: Gate, row: "_Row", leaving: bool, now: float
    ) -> tuple[int, float, dict[str, Credit]]:
        """Decide on the row as it is to be: what this worker may then do, until when, and what it has taken more."""
        self._set_aside(row, leaving, now)
        if leaving:
            self.allowed = 0
            row.line = line.without(row.line, self._me, now)
            return 0, 0.0, {}
        waiting = [one.want for one in gate.line]
        need = waiting[0].calls if waiting else 1
        ask = Ask(gate.in_use, need, max(1, gate.in_use + sum(one.calls for one in waiting)))
        row.line, allowed = line.decide(row.line, self._me, ask, self._sizes.concurrent, now)
        self.allowed = min(self.allowed, allowed)
        mine = next(one for one in row.line if one.name == self._me)
        taken = {}
        for name, window in row.windows.items():
            missing = (costs(waiting[0])[name] if waiting else 0) - self._credits[name].amount
            if missing > 0:
                amount = window.take(missing, max(missing, window.size.block), now)
                taken[name] = Credit(window.size.now(now), amount)
        return allowed, mine.until, taken

    def _set_aside(self, row: "_Row", leaving: bool, now: float) -> None:
        """What is left of an earlier slice goes back to the window that it was taken of."""
        for name, credit in self._credits.items():
            if credit.amount and (leaving or credit.number != self._sizes.windows[name].now(now)):
                self._unused.append((name, credit))
                self._credits[name] = Credit()
        for name, credit in self._unused:
            row.windows[name].put_back(credit.number, credit.amount)

    def _add(self, taken: dict[str, Credit]) -> None:
        for name, credit in taken.items():
            self._credits[name] = Credit(credit.number, self._credits[name].amount + credit.amount)

    def _waits_for_others(self, gate: Gate) -> bool:
        need = gate.line[0].want.calls if gate.line else 0
        return need > 1 or (need == 1 and self.allowed == 0)

    def _leaves(self, gate: Gate, row: "_Row", now: float) -> bool:
        if gate.in_use or gate.line:
            return False
        return self._closing or gate.idle() > IDLE or line.crowded(row.line, self._me, now)

    def _failed(self, gate: Gate, error: Exception) -> float | None:
        """The store could not be asked: those who wait are told, and no further call passes on what is left."""
        log.info("the limits of a mailbox could not be shared through the store (%s)", type(error).__name__)
        told = error if isinstance(error, ConnectorError) else _store_failed(error)
        with gate.lock:
            self.allowed = 0
            gate.send_away(told)
            if gate.in_use:
                return IDLE
            self._keeper = None
            return None


def _store_failed(error: Exception) -> ConnectorError:
    return ConnectorError(
        f"The token store could not be read or written ({type(error).__name__}), through which the workers of a "
        "mailbox share its limits.",
        code="storeFailed",
        retryable=True,
    )


@dataclass
class _Row:
    line: list[Worker]
    windows: dict[str, Window]

    def text(self) -> bytes:
        told = {
            "line": [list(asdict(one).values()) for one in self.line],
            "windows": {name: window.pairs() for name, window in self.windows.items()},
        }
        return json.dumps(told, separators=(",", ":")).encode()


def _read(blob: bytes | None, sizes: Sizes) -> _Row:
    """The row; one that another version has written in another form counts as none."""
    try:
        told = json.loads(blob) if blob else {}
        windows = told.get("windows", {})
        return _Row(
            [Worker(*values) for values in told.get("line", [])],
            {name: Window.of(size, windows.get(name, [])) for name, size in sizes.windows.items()},
        )
    except (ValueError, TypeError, AttributeError):
        return _Row([], {name: Window(size) for name, size in sizes.windows.items()})
