"""What drives a watch by push, with a worker that stood still for so long that another one went on."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from outlook_connector.errors import ConnectorError, InvalidInput
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers import pushed, watches
from outlook_connector.triggers.bell import Bell
from outlook_connector.triggers.polling import Answer
from outlook_connector.triggers.push import Pace, Subscribed
from outlook_connector.triggers.pushed import Means, Settings
from outlook_connector.triggers.source import Subject
from outlook_connector.triggers.subscribing import Address, Subscribing
from outlook_connector.triggers.watches import Watch

URL = "https://flows.example.com/outlook"
NAME = "n" * 32
EVENT = {"id": "e1"}


class Lapsing(MemoryStore):
    """A store in which holds run out while ``lapsing`` is true, as they do for a process that stands still."""

    lapsing = False

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        if self.lapsing and key.startswith("hold/"):
            raise ConnectorError("it stands still", code="storeFailed", retryable=True)
        return super().save(key, blob, version, ttl=ttl)


class Graph:
    """Answers polls: the first with ``refusal``, after standing still for as long as it ``stalls``."""

    def __init__(self, store: Lapsing, stalls: float) -> None:
        self.store, self.stalls, self.polls = store, stalls, 0

    def poll(self, given: Mapping[str, Any], ids: tuple[str, ...]) -> Answer:
        self.polls += 1
        if self.polls == 1:
            self.store.lapsing = self.stalls > 0
            time.sleep(self.stalls)
            self.store.lapsing = False
            raise InvalidInput("The cursor names a state that is kept no more.", code="cursorLost")
        return Answer({"value": [EVENT], "cursor": "c", "more": False}, True, Subject(None, ("created",)))

    def watch(self) -> Any:
        def call(operation: str, values: dict[str, Any]) -> dict[str, Any]:
            raise AssertionError(f"{operation} has no part in this")

        means = Means(self.store, self.poll, call, time.time, Bell())
        return pushed.watch(means, Settings(NAME, {}, Address(URL, URL), Pace(30, 300), take_over=0.5))


def test_a_worker_that_was_taken_over_learns_it_before_it_tells_of_a_lost_cursor() -> None:
    graph = Graph(Lapsing(), stalls=0.8)
    assert next(graph.watch()) == EVENT
    assert graph.polls == 2


def test_a_cursor_that_is_lost_is_told_by_the_worker_that_holds_the_watch() -> None:
    with pytest.raises(InvalidInput, match="kept no more"):
        next(Graph(Lapsing(), stalls=0).watch())


LOST = "lost"
ANEW = [{"since": "2026-01-01T00:00:00Z"}, {"cursor": "another"}]


def beginning(
    store: MemoryStore, given: dict[str, str], problems: list[ConnectorError]
) -> Iterator[dict[str, Any]]:
    """A watch whose kept place is lost, begun with what the host gives now."""

    def poll(asked: Mapping[str, Any], ids: tuple[str, ...]) -> Answer:
        if asked.get("cursor") == LOST:
            raise InvalidInput.of([("/cursor", "is kept no more")])
        assert asked == given
        return Answer({"value": [EVENT], "cursor": "c", "more": False}, True, Subject(None, ("created",)))

    if watches.load_watch(store, NAME)[0] is None:
        watches.save_watch(store, NAME, Watch("s", LOST), 0)
    means = Means(store, poll, lambda operation, values: {}, time.time, Bell())
    settings = Settings(NAME, given, Address(URL, URL), Pace(30, 300), 0.5, on_problem=problems.append)
    return pushed.watch(means, settings)


@pytest.mark.parametrize("given", ANEW, ids=["since", "cursor"])
def test_a_watch_whose_place_is_lost_begins_anew_where_the_host_says_and_tells_so(
    given: dict[str, str],
) -> None:
    problems: list[ConnectorError] = []
    assert next(beginning(MemoryStore(), given, problems)) == EVENT
    (problem,) = problems
    assert problem.code == "cursorLost"
    assert f"with the {next(iter(given))} that" in problem.message


def test_a_place_that_is_lost_stays_so_until_there_is_another() -> None:
    store, problems = MemoryStore(), list[ConnectorError]()
    for given in ({}, {"cursor": LOST}, {}):
        with pytest.raises(InvalidInput, match="is kept no more"):
            next(beginning(store, given, problems))


@pytest.mark.parametrize(("told", "minutes"), [("11:30", 30), ("10:30", 60), ("13:00", 60), ("never", 60)])
def test_a_subscription_ends_when_graph_says_unless_the_clocks_differ_by_its_life(
    told: str, minutes: int
) -> None:
    now = datetime(2026, 1, 1, 11, tzinfo=UTC).timestamp()
    answer = {"id": "s1", "expirationDateTime": f"2026-01-01T{told}:00Z"}
    graph = Subscribing(lambda operation, values: answer, Address(URL, URL, 60), "state", lambda: now)
    assert graph.renew("s1") == Subscribed("s1", now + minutes * 60)
