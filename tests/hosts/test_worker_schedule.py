"""A schedule polls triggers and publishes their events: none is lost, and no two polls of one trigger meet."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("celery")

from worker_world import ADELE, NEEDED, eventually, world

from tests.faults.limits import at_once

pytestmark = NEEDED

DOCS = Path(__file__).resolve().parents[2] / "docs" / "celery.md"
ANSWERED = """
try:
    print(task.get(timeout=60))
except Exception as failed:
    print(type(failed).__name__, failed.args[0])
"""
TAKEN = "Task outlook.poll["
POLLED = "message.received: done"
SCHEDULE = {"inbox": {"trigger": "message.received", "input": {"folder": "inbox"}, "every": 1}}


@pytest.fixture(scope="module")
def celery() -> Iterator[Any]:
    """Two workers, each with the schedule, that have polled for the first time. Answers go by the broker."""
    with world(schedule=SCHEDULE, results="rpc://") as found:
        for _ in range(2):
            found.worker("--concurrency", "1", "--beat")
        eventually(lambda: any(POLLED in one.told() for one in found.workers), 180)
        yield found


class Queue:
    """A queue of the exchange, and what came into it."""

    def __init__(self, celery: Any, name: str, binding: str) -> None:
        self._connection = celery.app.connection_for_read()
        channel = self._connection.default_channel
        channel.queue_declare(name, durable=True, auto_delete=False)
        channel.queue_bind(name, "outlook.events", binding)
        self._name, self._channel = name, channel
        self.messages: list[Any] = []

    def taken(self) -> list[dict[str, Any]]:
        """The events so far."""
        while (message := self._channel.basic_get(self._name, no_ack=True)) is not None:
            self.messages.append(message)
        return [json.loads(one.body) for one in self.messages]

    def close(self) -> None:
        self._connection.close()


def test_events_wait_until_a_queue_takes_them_and_come_as_cloud_events(celery: Any) -> None:
    message = celery.sandbox.deliver(ADELE, {"subject": "For the queue"})
    eventually(lambda: any("eventsNotPublished" in one.told() for one in celery.workers))
    queue = Queue(celery, "all", "#")
    [event] = eventually(queue.taken)
    assert event["specversion"] == "1.0"
    assert event["type"] == "outlook.message.received"
    assert event["source"] == "/outlook/adele/me"
    assert event["subject"] == event["data"]["messageId"] == message
    assert event["id"] == event["data"]["id"]
    assert event["data"]["message"]["subject"] == "For the queue"
    [raw] = queue.messages
    assert raw.properties["content_type"] == "application/cloudevents+json"
    assert raw.properties["delivery_mode"] == 2
    assert raw.properties["message_id"] == event["id"]
    assert raw.delivery_info["routing_key"] == "adele.message.received"
    queue.close()


def taken(worker: Any, count: int) -> None:
    """Waits until the worker has taken so many more polls."""
    before = worker.told().count(TAKEN)
    eventually(lambda: worker.told().count(TAKEN) >= before + count, 150)


def test_two_schedules_and_two_workers_never_poll_one_trigger_at_once_and_lose_nothing(celery: Any) -> None:
    queue = Queue(celery, "second", "adele.message.*")
    delivered = [celery.sandbox.deliver(ADELE, {"subject": f"Number {number}"}) for number in range(4)]
    taken(celery.workers[1], 1)
    celery.workers[0].kill(whole=True)
    celery.workers[0].start()
    celery.sandbox.graph.switches.service_seconds = 1.2  # longer than there is between two polls
    for worker in celery.workers:
        delivered.append(celery.sandbox.deliver(ADELE, {"subject": "Another one"}))
        taken(worker, 4)
    eventually(lambda: {one["subject"] for one in queue.taken()} >= set(delivered), 150)
    celery.sandbox.graph.switches.service_seconds = 0.0
    seen = {(one["subject"], one["id"]) for one in queue.taken()}
    assert len(seen) == len(delivered), "each message has one event, by its id"
    polls = [
        one for one in celery.sandbox.requests if one.service == "graph" and "/messages/delta" in one.path
    ]
    assert at_once([(one.began, one.ended) for one in polls if one.ended]) == 1
    assert not any("cannot be polled" in one.told() for one in celery.workers)
    queue.close()


def test_the_schedule_outlives_a_broker_that_restarts(celery: Any) -> None:
    before = celery.sandbox.deliver(ADELE, {"subject": "Before"})
    celery.broker.restart()
    after = celery.sandbox.deliver(ADELE, {"subject": "After"})
    queue = Queue(celery, "second", "adele.message.*")
    eventually(lambda: {one["subject"] for one in queue.taken()} >= {before, after}, 90)
    queue.close()


def test_the_callers_example_of_the_docs_runs(celery: Any, tmp_path: Path) -> None:
    [first, _] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    program = first.replace("amqp://localhost", celery.broker.url).replace('"sales"', '"adele"')
    program = program.replace("print(task.get(timeout=60))", ANSWERED)
    wrong = program.replace('"limit": 5', '"limit": 0')
    for text, told in ((program, "nextCursor"), (wrong, "invalidInput")):
        words = [sys.executable, "-c", text]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
        assert told in done.stdout, done.stderr
