"""Operations as tasks: the same answers as everywhere, each mail once, and nothing of it in a log."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("celery")

from cli_world import JWT
from worker_world import ADELE, KIM, NEEDED, Results, config_of, eventually, world

from outlook_connector import ConnectorError, connect
from outlook_connector.hosts.tasks import answer_of, submit
from outlook_connector.sandbox.seed.anchors import LUNCH_CONVERSATION, NEWSLETTER, QUARTERLY_REPORT

pytestmark = NEEDED

CALLS: tuple[tuple[str, Any], ...] = (
    ("messages.list", {"limit": 3, "select": ["subject"]}),
    ("messages.list", {"folder": "inbox", "unread": True, "limit": 2}),
    ("messages.get", {"messageId": QUARTERLY_REPORT, "bodyFormat": "text"}),
    ("messages.search", {"query": "report", "limit": 5}),
    ("messages.count", {"folder": "inbox"}),
    ("messages.getHeaders", {"messageId": QUARTERLY_REPORT}),
    ("messages.markRead", {"messageId": NEWSLETTER}),
    ("messages.flag", {"messageId": NEWSLETTER, "status": "complete"}),
    ("attachments.list", {"messageId": QUARTERLY_REPORT}),
    ("folders.list", {"limit": 4}),
    ("conversations.get", {"conversationId": LUNCH_CONVERSATION}),
    ("categories.list", {}),
    ("settings.get", {}),
    ("profile.get", {}),
    ("messages.get", {"messageId": "nope"}),
    ("messages.nope", {}),
    ("messages.list", {"limit": "three", "foldr": "inbox"}),
    ("messages.list", [1]),
    ("messages.move", {"messageId": NEWSLETTER, "destinationFolder": "Inbox/Nowhere"}),
    ("messages.send", {"to": [], "subject": "To nobody"}),
)


@contextmanager
def results_server() -> Iterator[Results]:
    results = Results()
    try:
        yield results
    finally:
        results.stop()


@pytest.fixture(scope="module")
def celery() -> Iterator[Any]:
    """One worker with one process, which logs all that there is to log."""
    with results_server() as results, world(results=results.url, longestWait=60) as found:
        found.results = results
        worker = found.worker("--concurrency", "1", "--debug")
        eventually(lambda: "ready." in worker.told(), 180)
        told(found, "profile.get")
        yield found


def told(celery: Any, operation: Any, given: Any = None, **more: Any) -> dict[str, Any]:
    return answer_of(submit(celery.app, operation, given, **more), 60)


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what is another one for each request, or after each change."""
    answer.get("error", {}).get("details", {}).pop("requestId", None)
    return {name: value for name, value in answer.items() if name not in ("changeKey", "@odata.etag")}


def test_twenty_calls_give_the_same_json_as_in_python_errors_included(celery: Any) -> None:
    assert len(CALLS) == 20
    with connect(config_of(celery)) as connector:
        for operation, given in CALLS:
            result = celery.app.send_task("outlook.invoke", kwargs={"operation": operation, "input": given})
            try:
                here = connector.invoke(operation, given)
            except ConnectorError as error:
                here = {"error": error.to_dict()}
            assert plain(answer_of(result, 60)) == plain(here), operation


def test_a_caller_without_this_package_reads_an_error_from_the_results_json(celery: Any) -> None:
    result = submit(celery.app, "messages.nope")
    answer_of(result, 60)
    kept = celery.app.backend.get_task_meta(result.id, cache=False)
    raw = celery.app.backend.decode(celery.app.backend.get(celery.app.backend.get_key_for_task(result.id)))
    assert kept["status"] == raw["status"] == "FAILURE"
    assert raw["result"]["exc_type"] == "OperationFailed"
    assert raw["result"]["exc_message"][0]["error"]["code"] == "unknownOperation"
    assert "args" not in raw and "kwargs" not in raw
    assert celery.app.backend.client.ttl(celery.app.backend.get_key_for_task(result.id)) > 0


def test_a_caller_in_another_language_writes_and_reads_json(celery: Any) -> None:
    from redis import Redis

    body = [[], {"operation": "messages.count", "input": {"folder": "inbox"}, "connection": "adele"}, {}]
    with celery.app.connection_for_write() as broker:
        broker.Producer().publish(
            json.dumps(body),
            routing_key="outlook",
            content_type="application/json",
            content_encoding="utf-8",
            headers={"task": "outlook.invoke", "id": "foreign-7", "lang": "js"},
        )
    with Redis.from_url(celery.results.url) as redis:
        told = json.loads(eventually(lambda: redis.get("celery-task-meta-foreign-7")))
    assert told["status"] == "SUCCESS"
    assert told["result"]["count"] > 0


def test_one_task_sends_one_mail_however_often_it_comes(celery: Any) -> None:
    mail = {"to": [KIM], "subject": "Only once", "body": "Please confirm."}
    first = told(celery, "messages.send", mail, task_id="once-1")
    celery.app.backend.forget("once-1")
    again = told(celery, "messages.send", mail, task_id="once-1")
    assert (first["deduplicated"], again["deduplicated"]) == (False, True)
    assert again["messageId"] == first["messageId"]
    assert [one["subject"] for one in celery.sandbox.ledger["submissions"]].count("Only once") == 1


def test_what_the_task_does_not_take_is_refused_in_the_one_form(celery: Any) -> None:
    for given in (
        {"operation": "messages.list", "inputs": {}},
        {"operation": "messages.list", "connection": "x"},
    ):
        result = celery.app.send_task("outlook.invoke", kwargs=given)
        assert answer_of(result, 60)["error"]["error"] == "InvalidInput"


def test_an_error_that_passes_is_tried_again_when_the_service_says_and_holds_nobody_up(celery: Any) -> None:
    celery.sandbox.fault(match="GET /me/mailFolders/archive/messages", status=429, retry_after=7, times=1)
    began = time.monotonic()
    refused = submit(celery.app, "messages.list", {"folder": "archive", "limit": 1})
    eventually(lambda: refused.state == "RETRY")
    assert "value" in told(celery, "messages.list", {"limit": 1}), "the one process is free meanwhile"
    assert time.monotonic() - began < 6
    assert "value" in answer_of(refused, 60)
    assert time.monotonic() - began >= 7


def test_a_service_that_wants_more_time_than_a_task_waits_is_told_at_once(celery: Any) -> None:
    celery.sandbox.fault(match="GET /me/mailFolders/archive/messages", status=429, retry_after=3600, times=1)
    error = told(celery, "messages.list", {"folder": "archive", "limit": 1})["error"]
    assert (error["code"], error["details"]["retryAfter"]) == ("throttled", 600)


def test_an_answer_waits_for_a_results_server_that_is_away(celery: Any) -> None:
    celery.sandbox.fault(match="GET /me/mailFolders", delay=1, times=1)
    before = len(celery.sandbox.requests)
    result = submit(celery.app, "folders.list", {"limit": 1})
    eventually(lambda: len(celery.sandbox.requests) > before)
    celery.results.stop()
    eventually(lambda: celery.workers[0].told().count("Failed operation _store_result") > 2)
    celery.results.start()
    assert "value" in answer_of(result, 60)


def children(worker: Any) -> list[int]:
    """The worker's processes, by what Linux says of each process's parent."""
    facts = {
        int(one.parent.name): one.read_text() for one in Path("/proc").glob("[0-9]*/stat") if one.exists()
    }
    parents = {pid: int(text.rpartition(")")[2].split()[1]) for pid, text in facts.items()}
    return [pid for pid, parent in parents.items() if parent == worker.process.pid]


@pytest.mark.parametrize(
    ("operation", "given", "match"),
    [
        ("folders.list", {"limit": 1}, "GET /me/mailFolders"),
        ("drafts.create", {"to": [ADELE], "subject": "Half done"}, "POST /me/messages"),
    ],
)
def test_a_lost_process_has_its_task_done_by_the_next_one_unless_it_must_not_be_repeated(
    celery: Any, operation: str, given: dict[str, Any], match: str
) -> None:
    worker, [process] = celery.workers[0], children(celery.workers[0])
    celery.sandbox.fault(match=match, delay=3, times=1)
    before = len(celery.sandbox.requests)
    result = submit(celery.app, operation, given)
    eventually(lambda: len(celery.sandbox.requests) > before)
    os.kill(process, signal.SIGKILL)
    answer = answer_of(result, 60)
    assert children(worker) != [process]
    if operation == "folders.list":
        assert "value" in answer
    else:
        assert answer["error"]["code"] == "outcomeUnknown"
        assert answer["error"]["details"]["check"]


def test_nothing_of_a_mail_and_no_secret_is_in_any_log(celery: Any) -> None:
    secret = "Wombat 4711"
    told(celery, "messages.send", {"to": [KIM], "subject": secret, "body": secret}, task_id="quiet-1")
    told(celery, "messages.search", {"query": secret})
    told(celery, "messages.list", {"limit": 1, "foldr": secret})
    for name, kwargs in (("outlook.nope", {"a": secret}), ("outlook.poll", {"a": secret})):
        celery.app.send_task(name, kwargs=kwargs)
    _publish(celery, secret.encode(), "application/x-python-serialize")
    _publish(celery, f'["{secret}', "application/json")
    told(celery, "messages.list", {"limit": 1})
    log = celery.workers[0].told()
    assert "quiet-1" in log and "DEBUG" in log
    for word in ("Wombat", celery.settings["connections"]["adele"]["clientSecret"], "guest:guest"):
        assert word not in log
    assert not JWT.search(log)


def _publish(celery: Any, body: Any, content_type: str) -> None:
    with celery.app.connection_for_write() as broker:
        producer = broker.Producer()
        producer.publish(
            body,
            routing_key="outlook",
            content_type=content_type,
            content_encoding="binary" if isinstance(body, bytes) else "utf-8",
            headers={"id": "foreign-1", "task": "outlook.invoke"},
        )


def test_pickles_are_refused(celery: Any, tmp_path: Any) -> None:
    import pickle

    mark = tmp_path / "made"
    _publish(
        celery, pickle.dumps(((), {"operation": _Opens(str(mark))}, {})), "application/x-python-serialize"
    )
    told(celery, "messages.list", {"limit": 1})
    assert not mark.exists()


class _Opens:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (self.path, "w")


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(celery: Any) -> None:
    worker = celery.worker("--concurrency", "1")
    eventually(lambda: "ready." in worker.told())
    celery.workers[0].stop()
    celery.sandbox.fault(match="GET /me/mailFolders", delay=2, times=1)
    before = len(celery.sandbox.requests)
    result = submit(celery.app, "folders.list", {"limit": 1})
    eventually(lambda: len(celery.sandbox.requests) > before)
    assert worker.stop() == 0
    assert result.state == "SUCCESS"
