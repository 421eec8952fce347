"""Workers in line for one mailbox: who may make how many calls at once. Pure; every worker decides the same way from
the same row.

The workers that want to call share the calls equally. Where there are more workers than calls, or one wants all of
them for a batch, they take turns of ``TURN`` seconds in the order in which they came. A worker that is silent for
``LEASE`` seconds is taken for dead, and its calls for ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

LEASE = 10.0
"""Seconds for which a worker's place holds; a living one renews it when half is over."""
TURN = 0.25


@dataclass(frozen=True)
class Worker:
    """One worker's place: ``need`` calls at once for its next step and ``demand`` in all, ``held`` calls that the
    others leave to it, ``since`` when its turn at the front began, ``until`` when the place ends (epoch seconds)."""

    name: str
    need: int = 1
    demand: int = 1
    held: int = 0
    since: float | None = None
    until: float = 0.0


@dataclass(frozen=True)
class Ask:
    """What a worker needs now: calls in use, calls for the one that waits first, and calls for all."""

    in_use: int
    need: int
    demand: int


Line = Sequence[Worker]


def decide(line: Line, me: str, ask: Ask, capacity: int, now: float) -> tuple[list[Worker], int]:
    """The line as it is to be written, and how many calls ``me`` may then have under way."""
    line = _with(line, me, ask, capacity, now)
    line = _turned(line, capacity, now)
    mine = next(one for one in line if one.name == me)
    left = capacity - sum(one.held for one in line if one.name != me)
    allowed = max(0, min(shares(line, capacity)[me], left))
    begins = line[0].name == me and mine.since is None and allowed >= mine.need
    mine = replace(mine, held=max(ask.in_use, allowed), since=now if begins else mine.since)
    return [mine if one.name == me else one for one in line], allowed


def shares(line: Line, capacity: int) -> dict[str, int]:
    """How many calls are each worker's: all of them where the first one needs many, else one after the other."""
    given = {one.name: 0 for one in line}
    if line and line[0].need > 1:
        return {**given, line[0].name: capacity}
    left = capacity
    open_ = [one for one in line if one.need == 1]
    while left and open_:
        for one in open_[:left]:
            given[one.name] += 1
        left -= len(open_[:left])
        open_ = [one for one in open_ if given[one.name] < one.demand]
    return given


def crowded(line: Line, me: str, now: float) -> bool:
    """Whether another living worker has less than it wants."""
    return any(one.held < one.demand for one in line if one.name != me and one.until > now)


def without(line: Line, me: str, now: float) -> list[Worker]:
    """The line after ``me`` has left it."""
    return [one for one in line if one.name != me and one.until > now]


def _with(line: Line, me: str, ask: Ask, capacity: int, now: float) -> list[Worker]:
    """The living ones, and ``me`` in its place or at the end. What it wants is lowered only where that helps others:
    a row that stays as it is costs no write."""
    found = next((one for one in line if one.name == me and one.until > now), Worker(me, demand=0))
    wanted = min(ask.demand, capacity)
    demand = wanted if crowded(line, me, now) else max(wanted, min(found.demand, capacity))
    until = found.until if found.until > now + LEASE / 2 else now + LEASE
    mine = replace(found, need=min(ask.need, capacity), demand=demand, until=until)
    living = [one for one in line if one.until > now]
    if any(one.name == me for one in living):
        return [mine if one.name == me else one for one in living]
    return [*living, mine]


def _turned(line: list[Worker], capacity: int, now: float) -> list[Worker]:
    """The first one goes to the end when its turn is over and somebody has no call at all."""
    first = line[0]
    over = first.since is not None and now - first.since >= TURN
    if over and 0 in shares(line, capacity).values():
        return [*line[1:], replace(first, since=None)]
    return line
