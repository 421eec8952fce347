"""A hold on a watch: one worker's, for as long as its process lives, and anybody's soon after."""

import json
import time

import pytest

from outlook_connector.errors import ConnectorError
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers.holding import Hold

KEY, TTL = "hold/watch", 0.6


class Breaking(MemoryStore):
    """A store that cannot be written from some moment on."""

    broken = False

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        if self.broken:
            raise ConnectorError("no", code="storeFailed", retryable=True)
        return super().save(key, blob, version, ttl=ttl)


@pytest.fixture
def store() -> Breaking:
    return Breaking()


def taken(store: MemoryStore) -> Hold:
    hold = Hold(store, KEY, TTL)
    assert hold.take()
    return hold


def test_it_is_one_workers_until_that_one_ends(store: Breaking) -> None:
    with taken(store) as mine:
        assert mine.ours
        assert not Hold(store, KEY, TTL).take()
    assert not mine.ours
    assert Hold(store, KEY, TTL).take()


def test_it_is_kept_up_for_as_long_as_its_process_lives(store: Breaking) -> None:
    with taken(store) as mine:
        time.sleep(TTL * 3)
        assert mine.ours
        assert not Hold(store, KEY, TTL).take()


def test_of_a_worker_that_was_killed_it_is_free_after_its_time(store: Breaking) -> None:
    killed = taken(store)
    assert not Hold(store, KEY, TTL).take()
    time.sleep(TTL + 0.05)
    assert not killed.ours
    assert Hold(store, KEY, TTL).take()


def test_whoever_was_taken_over_knows_it_soon_and_does_not_give_it_back_for_the_other(
    store: Breaking,
) -> None:
    with taken(store) as mine:
        _, version = store.load(KEY)
        store.save(KEY, None, version)
        other = taken(store)
        time.sleep(TTL * 0.8)
        assert not mine.ours
    assert other.ours
    assert not Hold(store, KEY, TTL).take()


def test_it_runs_out_where_the_store_cannot_be_written(store: Breaking) -> None:
    with taken(store) as mine:
        store.broken = True
        time.sleep(TTL * 0.6)
        assert mine.ours, "what fails for a moment is borne"
        time.sleep(TTL)
        assert not mine.ours


def test_a_clock_set_back_keeps_no_dead_workers_hold(store: Breaking) -> None:
    store.save(KEY, json.dumps({"since": time.time() + 3600}).encode(), store.load(KEY)[1], ttl=3600)
    assert Hold(store, KEY, TTL).take()
