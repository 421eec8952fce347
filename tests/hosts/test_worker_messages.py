"""Messages that are no tasks: a worker throws each away, tells nothing of it, and goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("celery")

from worker_world import NEEDED, eventually, world

from outlook_connector.hosts.tasks import answer_of, submit

pytestmark = NEEDED

SECRET = "Wombat 4711"
CALL = {"operation": "profile.get"}
HEADERS = {"task": "outlook.invoke", "id": "poison-1", "lang": "js"}


def body(*parts: Any) -> str:
    return json.dumps(parts)


POISON: tuple[tuple[str, Any], ...] = (
    (body([], CALL), HEADERS),
    (body([], CALL, {}, {}), HEADERS),
    (body(CALL, [], {}), HEADERS),
    (body([], CALL, SECRET), HEADERS),
    (body([], CALL, {"callbacks": SECRET}), HEADERS),
    (json.dumps({SECRET: 1}), HEADERS),
    (json.dumps({"task": "outlook.invoke", "id": "old", "args": [], "kwargs": CALL}), {}),
    ("null", HEADERS),
    (f'["{SECRET}', HEADERS),
    ("[" * 100_000, HEADERS),
    (body([], CALL, {}), {**HEADERS, "id": {SECRET: 1}}),
    (body([], CALL, {}), {**HEADERS, "id": "ü" * 200}),
    (body([], CALL, {}), {**HEADERS, "task": {SECRET: 1}}),
    (body([], CALL, {}), {**HEADERS, "task": "outlook.nope", "id": {SECRET: 1}}),
    (body([], CALL, {}), {**HEADERS, "timelimit": SECRET}),
    (body([], CALL, {}), {**HEADERS, "timelimit": [SECRET, None]}),
    (body([], CALL, {}), {**HEADERS, "expires": "0001-01-01T00:00:00+14:00"}),
    (body([], CALL, {}), {"task": "outlook.invoke"}),
    (body([], CALL, {}), None),
)


@pytest.fixture(scope="module")
def celery() -> Iterator[Any]:
    """One worker with one process, which logs all that there is to log."""
    with world() as found:
        worker = found.worker("--concurrency", "1", "--debug")
        eventually(lambda: "ready." in worker.told(), 180)
        yield found


@pytest.mark.parametrize(("text", "headers"), POISON)
def test_a_message_that_is_no_task_is_thrown_away_and_the_next_task_is_done(
    celery: Any, text: str, headers: Any
) -> None:
    with celery.app.connection_for_write() as broker:
        broker.Producer().publish(
            text,
            routing_key="outlook",
            content_type="application/json",
            content_encoding="utf-8",
            headers=headers,
        )
    assert "displayName" in answer_of(submit(celery.app, "profile.get"), 30)
    assert celery.workers[0].process.poll() is None
    assert "Wombat" not in celery.workers[0].told()
    with celery.app.connection_for_read() as broker:
        assert broker.default_channel.queue_declare("outlook", passive=True).message_count == 0
