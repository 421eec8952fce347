"""The limits of a mailbox: the line of workers, the windows, the gate of a process, and the retry budget."""

import os
import random
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import pytest

from outlook_connector.config import Config, Limits
from outlook_connector.errors import ConnectorError
from outlook_connector.graph import limits as limiting
from outlook_connector.graph.budget import RESERVE, Budget
from outlook_connector.graph.gate import Gate, Want
from outlook_connector.graph.line import LEASE, TURN, Ask, Worker, decide, shares
from outlook_connector.graph.permits import LocalSupply, Sizes
from outlook_connector.graph.window import Size, Window
from outlook_connector.store import Lease, MemoryStore, Store

GREEDY = Ask(in_use=0, need=1, demand=4)
BATCH = Ask(in_use=0, need=4, demand=4)


@dataclass
class Now:
    """A clock that a test sets."""

    seconds: float = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


def config(**limits: Any) -> Config:
    """A connection's configuration, as far as limits look at it."""
    address = "https://login.example/tenant"
    return Config(
        "delegated", "tenant", "client", "global", address, address, address, limits=Limits(**limits)
    )


def join(line: list[Worker], name: str, ask: Ask, now: float) -> tuple[list[Worker], int]:
    return decide(line, name, ask, 4, now)


def test_one_worker_has_all_calls_and_two_have_half_each() -> None:
    line, alone = join([], "a", GREEDY, 0)
    line, second = join(line, "b", GREEDY, 0)
    assert (alone, second) == (4, 0), "a has not given any back yet"
    line, first = join(line, "a", replace(GREEDY, in_use=2), 0)
    line, second = join(line, "b", GREEDY, 0)
    assert (first, second) == (2, 2)


def test_what_one_does_not_want_is_the_others() -> None:
    assert shares([Worker("a", demand=1), Worker("b", demand=4)], 4) == {"a": 1, "b": 3}


def test_a_batch_at_the_front_has_the_mailbox_alone_when_the_others_calls_are_over() -> None:
    line, _ = join([], "batch", BATCH, 0)
    line = [replace(line[0], held=0, since=None), Worker("other", held=1, until=LEASE)]
    line, allowed = join(line, "batch", BATCH, 0)
    assert allowed == 3
    line, _ = join(line, "other", replace(GREEDY, in_use=0), 0)
    assert join(line, "batch", BATCH, 0)[1] == 4


def test_whoever_has_no_call_gets_one_when_the_first_ones_turn_is_over() -> None:
    line: list[Worker] = []
    for name in "abcde":
        line, allowed = join(line, name, Ask(0, 1, 1), 0)
    assert allowed == 0
    line, _ = join(line, "a", Ask(0, 1, 1), TURN)
    line, allowed = join(line, "e", Ask(0, 1, 1), TURN)
    assert allowed == 1
    assert [one.name for one in line] == ["b", "c", "d", "e", "a"]


def test_a_dead_workers_calls_are_free_when_its_lease_is_over() -> None:
    line, _ = join([], "dead", replace(GREEDY, in_use=4), 0)
    line, before = join(line, "b", GREEDY, LEASE - 0.1)
    line, after = join(line, "b", GREEDY, LEASE + 0.1)
    assert (before, after) == (0, 4)


def test_workers_that_decide_in_any_order_never_hold_more_than_there_is() -> None:
    dice = random.Random(11)
    line: list[Worker] = []
    in_use = dict.fromkeys("abcdef", 0)
    served = dict.fromkeys("abcdef", 0)
    for step in range(5000):
        name = dice.choice("abcdef")
        in_use[name] -= dice.randint(0, in_use[name])
        need = 4 if name == "f" else 1
        line, allowed = join(line, name, Ask(in_use[name], need, 4), step * 0.05)
        if allowed - in_use[name] >= need:
            in_use[name] += need
            served[name] += 1
        assert sum(in_use.values()) <= 4
        assert sum(one.held for one in line) <= 4
    assert min(served.values()) > 40, "the batch too, which takes all four"


def test_a_window_gives_what_is_left_and_opens_when_the_oldest_slice_is_over() -> None:
    window = Window(Size(10, 100.0))
    assert window.take(4, 8, 0.0) == 8
    assert window.take(3, 3, 50.0) == 0
    assert window.take(1, 8, 50.0) == 2
    opens = window.opens_in(3, 50.0)
    assert 50 <= opens <= 60
    assert not window.has(3, 50.0 + opens - 0.1)
    assert window.has(3, 50.0 + opens)


def test_what_was_not_used_goes_back_to_its_slice() -> None:
    window = Window.of(Size(10, 100.0), [[0, 6]])
    window.put_back(0, 4)
    window.put_back(3, 4)
    assert window.left(1.0) == 8


def test_a_large_upload_passes_while_anything_is_left_and_then_nothing_does() -> None:
    window = Window(Size(150, 300.0, overshoot=True))
    assert window.take(1, 1, 0.0) == 1
    assert window.take(150, 150, 0.0) == 150
    assert window.take(1, 1, 0.0) == 0


def gate(now: Now | None = None, **limits: Any) -> Gate:
    return Gate(LocalSupply(Sizes.of(Limits(**limits)), now or Now()))


def soon() -> float:
    return time.monotonic() + 5


def test_threads_pass_in_the_order_in_which_they_came() -> None:
    mailbox, passed = gate(concurrent=1), []
    mailbox.enter(Want(), soon())

    def work(number: int) -> None:
        mailbox.enter(Want(), soon())
        passed.append(number)
        mailbox.leave(Want())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while len(mailbox.line) < number:
            time.sleep(0.001)
    mailbox.leave(Want())
    for thread in threads:
        thread.join()
    assert passed == list(range(8))


def test_who_waits_too_long_is_told_for_what() -> None:
    mailbox = gate()
    mailbox.enter(Want(calls=2), soon())
    with pytest.raises(ConnectorError, match=r"limits\.concurrent") as caught:
        mailbox.enter(Want(calls=4), time.monotonic() + 0.05)
    assert (caught.value.code, caught.value.retryable) == ("limitReached", True)
    assert caught.value.details["rule"] == "limits.concurrent"
    assert caught.value.details["waited"] >= 0.05
    assert mailbox.enter(Want(calls=2), soon()) == 0, "nobody waits for who has gone"


def test_ten_minutes_hold_no_more_calls_than_the_limit() -> None:
    now = Now()
    mailbox = gate(now, requests=20)
    for _ in range(20):
        mailbox.enter(Want(), soon())
        mailbox.leave(Want())
    with pytest.raises(ConnectorError, match=r"limits\.requests"):
        mailbox.enter(Want(), time.monotonic() + 0.02)
    now.seconds += 631
    assert mailbox.enter(Want(), soon()) < 1


class OwnStore:
    """A host's own store, with the three methods and nothing else."""

    def __init__(self) -> None:
        self._beneath = MemoryStore()
        self.keys: set[str] = set()

    def load(self, key: str) -> tuple[bytes | None, int]:
        self.keys.add(key)
        return self._beneath.load(key)

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        return self._beneath.save(key, blob, version, ttl=ttl)

    def lease(self, key: str, ttl: float) -> Lease | None:
        return self._beneath.lease(key, ttl)


@dataclass
class Traffic:
    """How many calls are under way, and how many were at most."""

    now: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def step(self, calls: int) -> None:
        with self._lock:
            self.now += calls
            self.most = max(self.most, self.now)


def pass_often(worker: limiting.Limits, traffic: Traffic, done: list[int], want: Want) -> None:
    for _ in range(25):
        with worker.passing("mailbox", want, time.monotonic() + 20):
            traffic.step(want.calls)
            time.sleep(0.001)
            traffic.step(-want.calls)
        done.append(want.calls)


@pytest.mark.parametrize("store", [MemoryStore(), OwnStore()], ids=["memory", "own"])
def test_workers_on_one_store_never_call_more_than_four_at_once(store: Store) -> None:
    workers = [limiting.Limits(config(), store) for _ in range(3)]
    traffic = Traffic()
    done: list[int] = []
    wants = [Want(calls=4, requests=20), Want(), Want(), Want()]
    threads = [
        threading.Thread(target=pass_often, args=(worker, traffic, done, want))
        for worker in workers
        for want in wants
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.close()
    assert (traffic.most, traffic.now) == (4, 0)
    assert len(done) == 3 * 4 * 25


class BrokenStore(OwnStore):
    """A store whose disk has failed."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def load(self, key: str) -> tuple[bytes | None, int]:
        raise self._error


@pytest.mark.parametrize(
    "error", [ConnectorError("The disk has failed.", code="storeFailed", retryable=True), OSError("disk")]
)
def test_a_store_that_fails_is_told_to_who_waits(error: Exception) -> None:
    worker = limiting.Limits(config(), BrokenStore(error))
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(ConnectorError) as caught, worker.passing("mailbox", Want(), soon()):
            pass
        assert (caught.value.code, caught.value.retryable) == ("storeFailed", True)
        assert time.monotonic() - began < 4, "nobody waits for his deadline"


def test_a_row_that_nobody_can_read_counts_as_none() -> None:
    store = OwnStore()
    worker = limiting.Limits(config(), store)
    with worker.passing("mailbox", Want(), soon()):
        (name,) = [key for key in store.keys if key.startswith("limits/")]
    worker.close()
    store.save(name, b"[1", store.load(name)[1])
    with limiting.Limits(config(), store).passing("mailbox", Want(), soon()):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("store", [MemoryStore(), OwnStore()], ids=["memory", "own"])
def test_a_child_after_a_fork_is_a_worker_of_its_own(store: Store) -> None:
    worker = limiting.Limits(config(), store)
    with worker.passing("mailbox", Want(calls=2), soon()):
        child = os.fork()
        if child == 0:
            with worker.passing("mailbox", Want(calls=2), soon()):
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    worker.close()


def test_a_dead_service_gets_a_tenth_more_than_the_calls_and_the_reserve() -> None:
    now = Now()
    budget = Budget(now)
    for _ in range(3000):
        now.seconds += 0.02
        budget.earn()
    repeated = 0
    for _ in range(3000):
        now.seconds += 0.02
        repeated += budget.spend()
    assert RESERVE < repeated <= 300


def test_the_reserve_comes_back() -> None:
    now = Now()
    budget = Budget(now)
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]
    now.seconds += 601
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]
