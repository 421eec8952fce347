"""What a Celery worker may do again, decided without a broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from outlook_connector import ConnectorError, OutcomeUnknown, TransportError
from outlook_connector.hosts.tasks.repeating import MOST, keyed, marked
from outlook_connector.manifest import load
from outlook_connector.sent import KEPT
from outlook_connector.store import MemoryStore, SqliteStore, open_store


@pytest.mark.parametrize(
    ("name", "given", "key", "repeatable"),
    [
        ("messages.send", {"to": ["a@b.example"]}, "task-1", True),
        ("messages.send", {"idempotencyKey": "mine"}, "mine", True),
        ("messages.send", {"delivery": "direct"}, None, False),
        ("messages.send", {"saveToSentItems": False}, None, False),
        ("drafts.create", {}, None, False),
        ("messages.list", {}, None, True),
        ("messages.markRead", {}, None, True),
        ("graph.request", {"path": "/me"}, None, True),
        ("graph.request", {"path": "/me", "method": "POST"}, None, False),
        ("messages.nope", {}, None, True),
    ],
)
def test_a_send_has_its_tasks_id_for_its_key_and_what_has_none_is_not_repeated(
    name: str, given: dict[str, Any], key: str | None, repeatable: bool
) -> None:
    found, again = keyed(load(), name, given, "task-1")
    assert found == {**given, **({"idempotencyKey": key} if key else {})}
    assert again is repeatable


def test_an_input_that_is_no_object_is_left_to_the_operation_to_refuse() -> None:
    assert keyed(load(), "messages.send", [1], "task-1") == ([1], True)
    assert keyed(load(), ["messages.send"], {}, "task-1") == ({}, True)


def test_what_cannot_be_repeated_is_done_once_whoever_gets_it_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store")
    done = []
    with marked(store, "task-1", repeatable=False, redelivered=True):
        done.append("it was delivered to a worker that had not begun it")
    assert done
    with (
        pytest.raises(OutcomeUnknown),
        marked(store, "task-1", repeatable=False, redelivered=True),
    ):
        pytest.fail("it was done again")


def test_what_cannot_be_repeated_is_remembered_for_as_long_as_a_sent_key() -> None:
    now = [0.0]
    store = MemoryStore(lambda: now[0])
    with marked(store, "task-1", repeatable=False, redelivered=False):
        pass
    now[0] = KEPT - 1
    with (
        pytest.raises(OutcomeUnknown),
        marked(store, "task-1", repeatable=False, redelivered=False),
    ):
        pytest.fail("it was done again")


def test_a_store_that_ends_with_its_process_cannot_say_that_nothing_was_begun() -> None:
    with (
        pytest.raises(OutcomeUnknown),
        marked(open_store("memory:"), "task-1", repeatable=False, redelivered=True),
    ):
        pytest.fail("it was done, perhaps for the second time")


def test_what_has_failed_for_certain_may_be_done_again() -> None:
    store = open_store("memory:")
    with pytest.raises(TransportError), marked(store, "task-1", repeatable=False, redelivered=False):
        raise TransportError("down", retryable=True)
    done = []
    with marked(store, "task-1", repeatable=False, redelivered=False):
        done.append(1)
    assert done


def test_what_ends_its_worker_each_time_is_given_up() -> None:
    store = open_store("memory:")
    for _ in range(MOST):
        block = marked(store, "task-1", repeatable=True, redelivered=True)
        block.__enter__()  # and never left: the worker was lost
    with (
        pytest.raises(ConnectorError) as caught,
        marked(store, "task-1", repeatable=True, redelivered=True),
    ):
        pytest.fail("it was begun again")
    assert caught.value.code == "workerLost"
