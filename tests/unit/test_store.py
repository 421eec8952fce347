"""Every store keeps the same contract: versions that never go back, compare-and-swap, leases."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from store_redis import MISSING, available, redis_server

from outlook_connector.errors import ConnectorError
from outlook_connector.store import HostStore, MemoryStore, SqliteStore, Store, StoreConflict, held
from outlook_connector.store.redis_store import RedisStore
from outlook_connector.store.sealed import SealedStore


class Clock:
    """A clock that moves only when told to, or slept on."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.pauses: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    if not available():
        pytest.skip(MISSING)
    with redis_server() as url:
        yield url


@pytest.fixture(params=["memory", "host's", "sqlite", "sealed", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(clock.time)
        return
    if request.param == "host's":
        yield HostStore(MemoryStore(clock.time))
        return
    if request.param == "redis":
        shared = RedisStore(request.getfixturevalue("redis_url"), clock.time)
        shared._client.flushall()
        yield shared
        shared.close()
        return
    plain = SqliteStore(tmp_path / "store.sqlite3", clock.time)
    yield (
        SealedStore(plain, [Fernet.generate_key().decode()], "a test") if request.param == "sealed" else plain
    )
    plain.close()


def test_an_absent_key_has_no_blob_and_a_version_to_write_with(store: Store) -> None:
    blob, version = store.load("a")
    assert blob is None
    store.save("a", b"one", version)
    assert store.load("a")[0] == b"one"


def test_a_write_returns_the_version_that_the_next_load_shows(store: Store) -> None:
    version = store.save("a", b"one", store.load("a")[1])
    assert store.load("a") == (b"one", version)


def test_a_write_with_an_outdated_version_is_refused_and_changes_nothing(store: Store) -> None:
    before = store.load("a")[1]
    store.save("a", b"first", before)
    with pytest.raises(StoreConflict):
        store.save("a", b"second", before)
    assert store.load("a")[0] == b"first"


def test_of_two_that_create_the_same_key_one_wins(store: Store) -> None:
    first, second = store.load("a")[1], store.load("a")[1]
    store.save("a", b"first", first)
    with pytest.raises(StoreConflict):
        store.save("a", b"second", second)


def test_a_version_never_goes_back_over_a_deletion(store: Store) -> None:
    absent = store.load("a")[1]
    version = store.save("a", b"one", absent)
    deleted = store.save("a", None, version)
    assert store.load("a") == (None, deleted)
    assert absent < version < deleted
    with pytest.raises(StoreConflict):
        store.save("a", b"late", absent)


def test_a_version_never_goes_back_when_old_rows_are_swept_away(store: Store, clock: Clock) -> None:
    version = store.save("a", b"one", store.load("a")[1])
    deleted = store.save("a", None, version)
    clock.now += 10 * 86_400
    for number in range(200):
        store.save("b", b"%d" % number, store.load("b")[1])
    assert store.load("a") == (None, store.load("never written")[1])
    assert store.load("a")[1] >= deleted
    with pytest.raises(StoreConflict):
        store.save("a", b"late", version)


def test_a_row_with_a_ttl_counts_as_absent_afterwards(store: Store, clock: Clock) -> None:
    version = store.save("a", b"one", store.load("a")[1], ttl=600)
    clock.now += 599
    assert store.load("a") == (b"one", version)
    clock.now += 2
    assert store.load("a") == (None, version)
    store.save("a", b"two", version)
    assert store.load("a")[0] == b"two"


def test_a_row_without_a_ttl_stays(store: Store, clock: Clock) -> None:
    store.save("a", b"one", store.load("a")[1])
    clock.now += 400 * 86_400
    for number in range(200):
        store.save("b", b"%d" % number, store.load("b")[1])
    assert store.load("a")[0] == b"one"


def test_a_lease_has_one_holder_until_it_is_released(store: Store) -> None:
    first = store.lease("a", 30)
    assert first is not None
    assert store.lease("a", 30) is None
    assert store.lease("b", 30) is not None
    first.release()
    assert store.lease("a", 30) is not None


def test_a_lease_ends_by_its_time_and_the_next_one_has_a_higher_fence(store: Store, clock: Clock) -> None:
    first = store.lease("a", 30)
    clock.now += 31
    second = store.lease("a", 30)
    assert first is not None
    assert second is not None
    assert second.fence > first.fence


def test_a_holder_that_comes_late_cannot_release_its_successors_lease(store: Store, clock: Clock) -> None:
    first = store.lease("a", 30)
    clock.now += 31
    assert store.lease("a", 30) is not None
    assert first is not None
    first.release()
    assert store.lease("a", 30) is None


def test_waiting_for_a_dead_holder_ends_with_its_lease(store: Store, clock: Clock) -> None:
    assert store.lease("a", 5) is not None
    began = clock.now
    with held(store, "a", ttl=30, timeout=20, clock=clock):
        assert 5 <= clock.now - began < 6
        assert store.lease("a", 1) is None
    assert store.lease("a", 1) is not None


def test_waiting_gives_up_after_its_timeout_with_an_error_that_may_be_retried(
    store: Store, clock: Clock
) -> None:
    assert store.lease("a", 60) is not None
    with pytest.raises(ConnectorError) as refused, held(store, "a", ttl=30, timeout=2, clock=clock):
        pytest.fail("the lease was held twice")
    assert (refused.value.code, refused.value.retryable) == ("storeBusy", True)
    assert len(set(clock.pauses)) > 5


def test_a_clock_set_back_leaves_a_dead_holders_lease_no_longer_than_it_was(
    store: Store, clock: Clock
) -> None:
    assert store.lease("a", 45) is not None
    clock.now -= 3600
    assert store.lease("a", 45) is not None


def test_a_small_step_back_of_the_clock_ends_no_lease(store: Store, clock: Clock) -> None:
    assert store.lease("a", 45) is not None
    clock.now -= 2
    assert store.lease("a", 45) is None


def test_a_failure_inside_the_block_releases_the_lease(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), held(store, "a", ttl=30, timeout=1):
        raise ZeroDivisionError
    assert store.lease("a", 1) is not None


def test_sixteen_threads_that_count_under_compare_and_swap_lose_no_step(store: Store) -> None:
    def count() -> None:
        for _ in range(20):
            while True:
                blob, version = store.load("n")
                try:
                    store.save("n", b"%d" % (int(blob or b"0") + 1), version)
                    break
                except StoreConflict:
                    continue

    threads = [threading.Thread(target=count) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load("n")[0] == b"320"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_store_works_on_both_sides_of_a_fork(store: Store) -> None:
    store.save("a", b"before", store.load("a")[1])
    child = os.fork()
    if child == 0:
        try:
            seen = store.load("a")[0] == b"before"
            store.save("child", b"was here", store.load("child")[1])
            os._exit(0 if seen else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store.save("a", b"after", store.load("a")[1])
    assert store.load("a")[0] == b"after"
