"""One process of a scenario: a JSON order comes on its first line of input, figures go out as JSON lines."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from outlook_connector.auth import Auth
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.errors import ConnectorError
from outlook_connector.graph.session import Sessions
from outlook_connector.schema import Schemas
from outlook_connector.store import Clock, Lease, Store, open_store

SCOPES = ("Mail.Read", "User.Read")
ROW = "faults/row"


class DiesBeforeSaving:
    """A store whose process is killed when it would save a token row; its leases are short."""

    def __init__(self, store: Store, ttl: float) -> None:
        self._store = store
        self._ttl = ttl

    def load(self, key: str) -> tuple[bytes | None, int]:
        return self._store.load(key)

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        if key.startswith("token/"):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._store.save(key, blob, version, ttl=ttl)

    def lease(self, key: str, ttl: float) -> Lease | None:
        return self._store.lease(key, min(ttl, self._ttl))


class Waits:
    """The real clock, and the seconds slept by it: what somebody waited for others, however busy the machine is."""

    def __init__(self) -> None:
        self.slept = 0.0

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float, /) -> None:
        self.slept += seconds
        time.sleep(seconds)


def auth_of(order: Mapping[str, Any], store: Store, config: Mapping[str, Any], clock: Clock = time) -> Auth:
    settings = build(read(config, {}), Schemas())
    return Auth(settings, store, Sessions(settings, {}), SCOPES, clock=clock)


def say(**figures: Any) -> None:
    print(json.dumps(figures), flush=True)


def calls(order: Mapping[str, Any], store: Store) -> None:
    """Asks for a token again and again, ``pause`` seconds apart, all workers from the same moment on."""
    auth = auth_of(order, store, order["config"])
    say(ready=True)
    sys.stdin.readline()
    failures: list[str] = []
    for _ in range(order["calls"]):
        try:
            auth.token()
        except ConnectorError as error:
            failures.append(error.code)
        time.sleep(order["pause"])
    say(calls=order["calls"], failures=failures)


def writes(order: Mapping[str, Any], store: Store) -> None:
    """Writes one row for as long as it lives, and acknowledges each write."""
    number = 0
    while True:
        version = store.load(ROW)[1]
        number += 1
        store.save(ROW, json.dumps({"number": number, "filling": "x" * 4000}).encode(), version)
        print(number, flush=True)


def holds(order: Mapping[str, Any], store: Store) -> None:
    """Takes a lease and hangs."""
    say(held=store.lease(order["key"], order["ttl"]) is not None)
    time.sleep(3600)


def dies(order: Mapping[str, Any], store: Store) -> None:
    """Refreshes, and is killed between the answer and the save."""
    auth_of(order, DiesBeforeSaving(store, order["ttl"]), order["config"]).refresh()


def refreshes(order: Mapping[str, Any], store: Store) -> None:
    """Refreshes once."""
    auth_of(order, store, order["config"]).refresh()
    say(done=True)


def accounts(order: Mapping[str, Any], store: Store) -> None:
    """Gets a token for each account, and tells how long each took, how long of it was slept, and how many failed."""
    clocks = [Waits() for _ in order["configs"]]
    auths = [auth_of(order, store, *each) for each in zip(order["configs"], clocks, strict=True)]
    say(ready=True)
    sys.stdin.readline()
    seconds, failed = [], 0
    for auth in auths:
        began = time.perf_counter()
        try:
            auth.token()
        except ConnectorError:
            failed += 1
        seconds.append(time.perf_counter() - began)
    say(seconds=seconds, slept=[clock.slept for clock in clocks], failed=failed)


TASKS: Mapping[str, Callable[[Mapping[str, Any], Store], None]] = {
    "calls": calls,
    "writes": writes,
    "holds": holds,
    "dies": dies,
    "refreshes": refreshes,
    "accounts": accounts,
}


def main() -> None:
    from . import calling, sending  # late, as they use what is here

    order = json.loads(sys.stdin.readline())
    tasks = {**TASKS, "calls_mailbox": calling.calls_mailbox, "sends": sending.sends}
    tasks[order["task"]](order, open_store(order["url"], order["key_text"], environment={}))


if __name__ == "__main__":
    main()
