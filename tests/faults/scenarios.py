"""The scenarios of one account under many workers. Each gives figures, and what they must be."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signin_world import PatientClock, World, ask_together

from outlook_connector.errors import SignInRequired
from outlook_connector.sandbox import Sandbox
from outlook_connector.store import Store, held

from .processes import Shared, Worker, shared_store
from .worker import ROW

TOKEN = "POST */oauth2/v2.0/token"
SPARE = 0.8
"""The part of its life after which a token is due: the last fifth is for being on its way."""


@dataclass(frozen=True)
class Outcome:
    """``figures`` as measured; ``wrong`` names those that are not as they must be."""

    name: str
    figures: Mapping[str, Any]
    wrong: tuple[str, ...] = ()


def outcome(name: str, figures: Mapping[str, Any], **must: Callable[[Any], bool]) -> Outcome:
    return Outcome(name, figures, tuple(key for key, holds in must.items() if not holds(figures[key])))


def none(value: Any) -> bool:
    return not value


def yes(value: Any) -> bool:
    return bool(value)


def workers_on_one_account(
    kind: str, *, single_use: bool, processes: int, calls: int, life: int = 1, pause: float = 0.02
) -> Outcome:
    """Many processes whose one token ends about every second."""
    with (
        Sandbox(token_lifetime=life, single_use_refresh_tokens=single_use) as sandbox,
        shared_store(kind) as store,
    ):
        config = sandbox.config()
        workers = [Worker(store, "calls", config=config, calls=calls, pause=pause) for _ in range(processes)]
        for worker in workers:
            worker.hear()
        before, began = World(sandbox).posts(), time.monotonic()
        for worker in workers:
            worker.go()
        heard = [worker.hear() for worker in workers]
        seconds = time.monotonic() - began
        posts = World(sandbox).posts() - before
        figures = {
            "calls": sum(one.get("calls", 0) for one in heard),
            "failed": sum(len(one.get("failures", ["died"])) for one in heard),
            "spent tokens posted": sandbox.entra.spent_refresh_tokens,
            "refresh posts": posts,
            "refreshes due": int(seconds / (life * SPARE)) + 1,
            "seconds": round(seconds, 1),
        }
    flavour = "single-use" if single_use else "reusable"
    name = f"{processes} processes x {calls} calls, {kind}, {flavour} refresh tokens"
    due = figures["refreshes due"]
    return outcome(
        name,
        figures,
        **{"failed": none, "spent tokens posted": none, "refresh posts": lambda n: 1 <= n <= due},
    )


def threads_on_one_token(*, threads: int) -> Outcome:
    """One process whose token has just ended."""
    with Sandbox(single_use_refresh_tokens=True) as sandbox:
        world = World(sandbox)
        auth = world.auth()
        auth.token()
        world.pass_time(3600)
        before = world.posts()
        answers = ask_together(threads, auth.token)
        figures = {"different answers": len(set(map(str, answers))), "refresh posts": world.posts() - before}
    return outcome(
        f"{threads} threads, one expired token",
        figures,
        **{"different answers": lambda n: n == 1, "refresh posts": lambda n: n == 1},
    )


def kills_during_writes(kind: str, *, kills: int) -> Outcome:
    """A writer killed at any moment: the row stays readable, and what was acknowledged is there."""
    unreadable = lost = acknowledged = 0
    dice = random.Random(7)
    with shared_store(kind) as store:
        for _ in range(kills):
            last = _killed_writer(store, dice.uniform(0.0, 0.05))
            acknowledged += last
            try:
                found = _number(store.open())
            except Exception:  # noqa: BLE001 - whatever it is, the row is not readable
                unreadable += 1
                continue
            lost += found < last
    figures = {"kills": kills, "writes acknowledged": acknowledged, "unreadable": unreadable, "lost": lost}
    return outcome(f"{kills} kill -9 during writes, {kind}", figures, unreadable=none, lost=none)


def _killed_writer(store: Shared, seconds: float) -> int:
    """The last number that a writer acknowledged before it was killed."""
    writer = Worker(store, "writes")
    last = int(writer.line() or 0)
    time.sleep(seconds)
    writer.kill()
    assert writer.process.stdout is not None
    rest = [line for line in writer.process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return int(rest[-1]) if rest else last


def _number(store: Store) -> int:
    blob, _ = store.load(ROW)
    return int(json.loads(blob or b"{}").get("number", 0))


def kill_of_a_lease_holder(kind: str, *, ttl: float) -> Outcome:
    """The next caller waits for the dead holder's lease, and no longer."""
    with shared_store(kind) as store:
        holder = Worker(store, "holds", key="lease/x", ttl=ttl)
        assert holder.hear() == {"held": True}
        began = time.monotonic()
        holder.kill()
        with held(store.open(), "lease/x", ttl=5, timeout=ttl + 10):
            waited = time.monotonic() - began
    figures = {"ttl": ttl, "waited": round(waited, 2)}
    return outcome(f"kill -9 of the lease holder, {kind}", figures, waited=lambda seconds: seconds < ttl + 1)


def kill_during_an_exchange(kind: str) -> Outcome:
    """The same in earnest: a worker killed while Microsoft Entra is answering it, with the real lease."""
    from outlook_connector.auth.asking import LEASE

    with Sandbox(single_use_refresh_tokens=True) as sandbox, shared_store(kind) as store:
        world = World(sandbox)
        config = sandbox.config()
        sandbox.fault(TOKEN, delay=2.0, status=503)
        victim = Worker(store, "refreshes", config=config)
        _until(lambda: world.posts() == 1)
        victim.kill()
        began = time.monotonic()
        other = Worker(store, "refreshes", config=config)
        done = other.hear()
        waited = time.monotonic() - began
    figures = {"ttl": LEASE, "waited": round(waited, 1), "went on": done.get("done", False)}
    must = {"waited": lambda seconds: seconds < LEASE + 1, "went on": yes}
    return outcome(f"kill -9 during an exchange, {kind}", figures, **must)


def kill_between_answer_and_save(kind: str, *, single_use: bool, ttl: float = 1.0) -> Outcome:
    """The new tokens are lost with the worker: the old one serves again, or a person is asked to sign in."""
    with Sandbox(single_use_refresh_tokens=single_use) as sandbox, shared_store(kind) as store:
        world = World(sandbox, PatientClock())
        world.store = store.open()
        world.sign_in(world.nobody())
        config = sandbox.config(refreshToken=None)
        victim = Worker(store, "dies", config=config, ttl=ttl)
        died = victim.end() == -9
        auth = world.nobody()
        recovered, clear = _goes_on(world, auth)
        figures = {
            "died": died,
            "recovered": recovered,
            "clear SignInRequired": clear,
            "account there": auth.status()["username"] == "adele@contoso.example",
        }
    flavour = "single-use" if single_use else "reusable"
    must = {"died": yes, "account there": yes, ("clear SignInRequired" if single_use else "recovered"): yes}
    return outcome(f"kill -9 between answer and save, {kind}, {flavour}", figures, **must)


def _goes_on(world: World, auth: Any) -> tuple[bool, bool]:
    try:
        auth.refresh()
    except SignInRequired as error:
        return False, "Sign in" in error.message
    return world.me(auth.token()).status_code == 200, False


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
