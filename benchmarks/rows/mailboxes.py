"""The first page of 5,000 mailboxes, 50 ms latency, in one process."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import median
from time import perf_counter, process_time
from typing import Any

import orjson
import requests
import urllib3

from outlook_connector import connect
from outlook_connector.graph.session import POOL_SIZE

from ..measures import Spread
from ..place import TOKEN, Place
from ..row import Figure, Row
from ..running import Samples
from . import Stage

LATENCY, MAILBOXES, ALONE = 50, 5_000, 20


def run(stage: Stage) -> Row:
    place = replace(stage.place, delay=LATENCY)
    amount = stage.times(MAILBOXES, 1_000)
    names = [f"person{number}@contoso.example" for number in range(amount)]
    session = requests.Session()
    session.trust_env, session.verify = False, place.authority_file
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=POOL_SIZE))
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    pooled = urllib3.PoolManager(
        ca_certs=place.authority_file, maxsize=POOL_SIZE, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with connect(place.config()) as connector, ThreadPoolExecutor(POOL_SIZE) as pool:
        works: dict[str, Callable[[str], Any]] = {
            "urllib3_alone": lambda name: orjson.loads(pooled.request("GET", _address(place, name)).data),
            "tuned": lambda name: orjson.loads(session.get(_address(place, name)).content),
            "connector": lambda name: connector.invoke("messages.list", {"mailbox": name, "limit": 10}),
        }
        samples: Samples = {name: [] for name in works}
        allowed: Samples = {name: [] for name in works}
        spent: Samples = {name: [] for name in works}
        for _ in range(stage.times(2, 1)):
            for name, work in works.items():
                work(names[0])
                alone = []
                for one in names[:ALONE]:
                    begun = perf_counter()
                    work(one)
                    alone.append(perf_counter() - begun)
                begun, worked = perf_counter(), process_time()
                list(pool.map(_take_turns, [work] * POOL_SIZE, [deque(names)] * POOL_SIZE))
                samples[name].append(perf_counter() - begun)
                spent[name].append((process_time() - worked) / amount)
                allowed[name].append(median(alone) * amount / POOL_SIZE / samples[name][-1])
                stage.tell(
                    f"mailboxes: {name} {samples[name][-1]:.2f} s, {allowed[name][-1]:.2f} of the pool"
                )
    share = allowed["connector"]
    value = Spread(median(share), min(share), max(share), len(share))
    figures = [Figure("of what the connection pool allows", value, 0.9, at_most=False)]
    facts = {
        "connections": f"{POOL_SIZE}, so that {LATENCY} ms alone allow {POOL_SIZE * 1000 // LATENCY} calls a second",
        "share of others": f"{median(allowed['urllib3_alone']):.2f} of what the pool allows for bare urllib3, "
        f"{median(allowed['tuned']):.2f} for tuned requests",
        "CPU of a call": f"{1000 * min(spent['connector']):.2f} ms, of tuned requests "
        f"{1000 * min(spent['tuned']):.2f} ms; one process has one core's worth of it, which all connections share",
    }
    title = f"{amount:,} mailboxes' first page of 10, 50 ms latency, one process"
    return Row("mailboxes", title, "s", samples, figures, facts, compared_with="tuned")


def _address(place: Place, name: str) -> str:
    return f"{place.graph}/users/{name}/messages?$top=10"


def _take_turns(work: Callable[[str], Any], left: deque[str]) -> None:
    """One thread's part: a task of an executor for each mailbox would cost a fifth of a call."""
    while True:
        try:
            name = left.popleft()
        except IndexError:
            return
        work(name)
