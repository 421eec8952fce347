"""One mailbox under many workers, measured: ``python -m tests.faults.limits --full`` (or ``--small``).

The figures are the server's: how many requests were under way at once, by when each began and ended there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.graph.budget import RESERVE, SHARE
from outlook_connector.sandbox import Sandbox

from .processes import Shared, Worker, shared_store
from .running import Scenario, kinds, main
from .scenarios import Outcome, none, outcome

Json = dict[str, Any]

READ: Json = {
    "operation": "messages.list",
    "input": {"folder": "inbox", "limit": 1, "select": ["id"]},
}
LATENCY = 0.03
ENOUGH = 500
"""Calls of which a tenth is far more than a connection's reserve of repetitions."""


def at_once(spans: Iterable[tuple[float, float]]) -> int:
    """The largest number of spans that overlap; one that ends as another begins does not."""
    moments = sorted([(end, -1) for _, end in spans] + [(begin, 1) for begin, _ in spans])
    most = now = 0
    for _, step in moments:
        now += step
        most = max(most, now)
    return most


def spans_of(sandbox: Sandbox) -> list[tuple[float, float]]:
    return [
        (one.began, one.ended or time.monotonic())
        for one in sandbox.requests
        if one.service == "graph" and one.path.startswith("/v1.0/")
    ]


def started(sandbox: Sandbox, store: Shared, orders: Sequence[Json]) -> list[Worker]:
    """Workers of the mailbox that have their token and wait for ``go``."""
    workers = [Worker(store, "calls_mailbox", config=sandbox.config(), **order) for order in orders]
    for worker in workers:
        worker.hear()
    sandbox.graph.switches.service_seconds = LATENCY
    return workers


def figures_of(sandbox: Sandbox, told: Sequence[Json]) -> Json:
    """What the workers say, and what the server has counted."""
    calls = [one.get("calls", 0) for one in told]
    return {
        "calls": sum(calls),
        "at once": max(one["mostAtOnce"] for one in sandbox.usage),
        "refused by the server": sum(one["refused"] for one in sandbox.usage),
        "failed": sum(len(one.get("failures", ["died"])) for one in told),
        "the least that a thread did": min(one.get("least", 0) for one in told),
        "the longest call": max(one.get("longest", 999) for one in told),
    }


MUST: Mapping[str, Callable[[Any], bool]] = {
    "at once": lambda n: n == 4,
    "refused by the server": none,
    "failed": none,
    "the least that a thread did": lambda n: n > 0,
}


def heard(workers: Sequence[Worker]) -> list[Json]:
    for worker in workers:
        worker.go()
    return [worker.hear() for worker in workers]


def many_threads(kind: str, *, processes: int, threads: int, seconds: float) -> Outcome:
    """All of them at once, all the time: nobody gets through too often, and nobody is left out."""
    with Sandbox(throttling=True) as sandbox, shared_store(kind) as store:
        orders = [{**READ, "threads": threads, "seconds": seconds}] * processes
        told = heard(started(sandbox, store, orders))
        figures = figures_of(sandbox, told)
    least = min(one.get("calls", 0) for one in told)
    share = "the worker with least, of an equal share"
    figures[share] = round(least * processes / max(1, figures["calls"]), 2)
    fair = processes * threads * seconds / max(1, figures["calls"])
    must = {**MUST, "the longest call": lambda n: n < 5 * fair + 2, share: lambda part: part > 0.6}
    return outcome(f"{processes} processes x {threads} threads, one mailbox, {kind}", figures, **must)


def batches_beside_calls(kind: str, *, seconds: float) -> Outcome:
    """A worker that sends batches of 20, which take the mailbox alone, and one that reads."""
    with Sandbox(throttling=True) as sandbox, shared_store(kind) as store:
        with connect(sandbox.config(tokenStore="memory:")) as connector:
            found = connector.invoke("messages.list", {"folder": "inbox", "limit": 20, "select": ["id"]})
        many = {"messageIds": [one["id"] for one in found["value"]], "select": ["id"]}
        batch = {"operation": "messages.getMany", "input": many, "threads": 4, "seconds": seconds}
        orders = [batch, {**READ, "threads": 8, "seconds": seconds}]
        told = heard(started(sandbox, store, orders))
        figures = figures_of(sandbox, told)
    return outcome(f"batches beside calls, one mailbox, {kind}", figures, **MUST)


def a_killed_worker(kind: str, *, seconds: float) -> Outcome:
    """Its calls are taken for ended after ten seconds, and the other goes on."""
    from outlook_connector.graph.line import LEASE

    with Sandbox() as sandbox, shared_store(kind) as store:
        victim, other = started(sandbox, store, [{**READ, "threads": 4, "seconds": seconds}] * 2)
        victim.go()
        other.go()
        time.sleep(0.5)
        victim.kill()
        killed = time.monotonic()
        told = other.hear()
        late = [one for one in spans_of(sandbox) if one[0] > killed + LEASE + 1]
        figures = {
            "calls": told.get("calls", 0),
            "failed": len(told.get("failures", ["died"])),
            "at once": at_once(spans_of(sandbox)),
            "at once, eleven seconds later": at_once(late),
        }
    must = {
        "failed": none,
        "at once": lambda n: n == 4,
        "at once, eleven seconds later": lambda n: n == 4,
    }
    return outcome(f"kill -9 of one of two workers, {kind}", figures, **must)


def a_dead_service(*, seconds: float, threads: int = 8) -> Outcome:
    """503 to everything for a while: hardly more requests than calls, and all is well when the service is."""
    with Sandbox() as sandbox, connect(sandbox.config(tokenStore="memory:")) as connector:
        earned = _call_for(connector, 0.5, threads)[0] * SHARE
        earlier = len(spans_of(sandbox))
        sandbox.fault(match="GET /me/*", status=503, delay=LATENCY, times=None)
        calls, failed = _call_for(connector, seconds, threads)
        requests = len(spans_of(sandbox)) - earlier
        sandbox.clear_faults()
        healed = time.monotonic()
        while _call_for(connector, 0.2, threads)[1]:
            continue
        figures = {
            "calls": calls,
            "failed": failed,
            "requests": requests,
            "requests for a call": round(requests / calls, 3),
            "repetitions": requests - calls,
            "seconds until all is well": round(time.monotonic() - healed, 1),
        }
    must = {
        "failed": lambda n: n == calls,
        "requests for a call": lambda share: share <= 1.1 or calls < ENOUGH,
        "repetitions": lambda n: n <= earned + RESERVE + 2,
        "seconds until all is well": lambda waited: waited < 5,
    }
    return outcome(f"503 to everything for {seconds:.0f} s, {threads} threads", figures, **must)


def _call_for(connector: Connector, seconds: float, threads: int) -> tuple[int, int]:
    """Calls that threads made in that time, and how many of them failed."""
    until = time.monotonic() + seconds

    def work(_: int) -> tuple[int, int]:
        made = failed = 0
        while time.monotonic() < until:
            made += 1
            try:
                connector.invoke(READ["operation"], READ["input"])
            except ConnectorError:
                failed += 1
        return made, failed

    with ThreadPoolExecutor(threads) as pool:
        told = list(pool.map(work, range(threads)))
    return sum(made for made, _ in told), sum(failed for _, failed in told)


def plan(*, full: bool) -> dict[str, Scenario]:
    """Each scenario by its name."""
    found: dict[str, Scenario] = {"dead": partial(a_dead_service, seconds=60.0 if full else 5.0)}
    seconds = 20.0 if full else 3.0
    for kind in kinds():
        found[f"threads/{kind}"] = partial(many_threads, kind, processes=2, threads=16, seconds=seconds)
        found[f"batches/{kind}"] = partial(batches_beside_calls, kind, seconds=seconds)
        if full:
            found[f"turns/{kind}"] = partial(many_threads, kind, processes=7, threads=4, seconds=seconds)
            found[f"killed/{kind}"] = partial(a_killed_worker, kind, seconds=15)
    return found


if __name__ == "__main__":
    main("limits", __doc__, plan)
