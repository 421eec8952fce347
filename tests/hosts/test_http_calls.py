"""Operations and triggers over HTTP give what Python gives, errors included."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from http_world import Client, error, serving

from outlook_connector import ConnectorError, connect, manifest
from outlook_connector.hosts.http.streaming import batch
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed.anchors import QUARTERLY_REPORT

CATALOGUE = manifest.load()
MISSING = QUARTERLY_REPORT[:-8] + "AAAAAAA="


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"default": sandbox.config()}) as client:
        yield client


def test_an_operation_answers_with_what_python_gives(host: Client, sandbox: Sandbox) -> None:
    given = {"folder": "inbox", "limit": 3}
    answer = host.invoke("messages.list", given)
    with connect(sandbox.config()) as connector:
        expected = connector.invoke("messages.list", given)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["value"] == expected["value"]


def test_an_empty_body_is_an_empty_input(host: Client) -> None:
    assert host.invoke("profile.get").json()["userPrincipalName"] == "adele@contoso.example"


def test_an_operation_without_a_result_answers_with_an_empty_object(host: Client) -> None:
    given = {"to": ["kim@contoso.example"], "subject": "Over HTTP"}
    assert host.invoke("messages.send", given).status_code == 200


def test_letters_of_every_language_arrive_and_come_back(host: Client) -> None:
    subject = "Grüße, 你好, 👋"
    made = host.invoke("drafts.create", {"to": ["kim@contoso.example"], "subject": subject}).json()
    assert host.invoke("messages.get", {"messageId": made["id"]}).json()["subject"] == subject


@pytest.mark.parametrize(
    ("name", "given", "status", "code"),
    [
        ("messages.lst", {}, 404, "unknownOperation"),
        ("message.received", {}, 404, "unknownOperation"),
        ("messages.list", {"limit": "many"}, 400, "invalidInput"),
        ("messages.list", {"folder": "No such folder"}, 400, "invalidInput"),
        ("messages.get", {"messageId": MISSING}, 404, "notFound"),
        ("messages.get", {"messageId": "AAAA"}, 422, "badRequest"),
        ("graph.request", {"method": "GET", "path": "/me/messages"}, 403, "operationDenied"),
    ],
)
def test_an_error_has_its_status_and_pythons_form(
    name: str, given: dict[str, object], status: int, code: str, host: Client
) -> None:
    answer = host.invoke(name, given)
    assert (answer.status_code, error(answer)["code"]) == (status, code)


def test_what_graph_asks_to_wait_is_asked_of_the_caller(host: Client, sandbox: Sandbox) -> None:
    sandbox.fault("GET /me", status=429, retry_after=600, times=None)
    answer = host.invoke("profile.get")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
    assert error(answer)["retryable"] is True


def test_an_outcome_that_is_unknown_has_no_status_that_gateways_repeat(
    host: Client, sandbox: Sandbox
) -> None:
    sandbox.fault("POST /me/sendMail", drop="after")
    answer = host.invoke("messages.send", {"to": ["kim@contoso.example"], "subject": "Once"})
    assert (answer.status_code, error(answer)["code"]) == (424, "outcomeUnknown")


def test_a_person_who_has_to_sign_in_is_told_so(sandbox: Sandbox, tmp_path: Path) -> None:
    with serving(tmp_path, {"default": sandbox.config(refreshToken=None)}) as client:
        answer = client.invoke("messages.list")
    assert (answer.status_code, error(answer)["code"]) == (401, "signInRequired")
    assert answer.headers["www-authenticate"]


def test_a_collection_streams_one_item_a_line(host: Client, sandbox: Sandbox) -> None:
    answer = host.invoke("messages.list", {"folder": "inbox", "pageSize": 10}, Accept="application/x-ndjson")
    with connect(sandbox.config()) as connector:
        expected = [one["id"] for one in connector.iterate("messages.list", {"folder": "inbox"})]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == expected
    assert len(expected) > 50


def test_an_error_before_the_first_line_has_its_own_status(host: Client) -> None:
    answer = host.invoke("attachments.list", {"messageId": MISSING}, Accept="application/x-ndjson")
    assert (answer.status_code, error(answer)["code"]) == (404, "notFound")


def test_an_error_in_a_stream_is_its_last_line(host: Client, sandbox: Sandbox) -> None:
    sandbox.fault("GET /me/messages*", delay=0.01)  # the first page comes, and no other
    sandbox.fault("GET /me/messages*", status=403, times=None)
    with host.session.post(
        f"{host.url}/operations/messages.list",
        json={"pageSize": 100},
        headers={"Accept": "application/x-ndjson"},
        stream=True,
    ) as answer:
        *items, last = map(json.loads, answer.iter_lines())
    assert len(items) == 100
    assert all("id" in one for one in items)
    assert last["error"]["code"] == "forbidden"


def test_what_came_before_an_error_is_not_lost() -> None:
    def failing() -> Iterator[dict[str, object]]:
        yield {"id": "1"}
        yield {"id": "2"}
        raise ConnectorError("no more")

    found = batch(failing())
    assert (found.items, found.more) == ([{"id": "1"}, {"id": "2"}], False)
    assert found.error is not None and found.error.message == "no more"


def test_slow_items_are_sent_as_they_come() -> None:
    now = iter(range(100))
    found = batch(iter([{"id": "1"}, {"id": "2"}]), lambda: float(next(now)))
    assert (found.items, found.more) == ([{"id": "1"}], True)


def test_what_is_there_does_not_wait_for_what_is_slow(host: Client, sandbox: Sandbox) -> None:
    sandbox.fault("GET *messages*", delay=0.01)
    sandbox.fault("GET *messages*", delay=3.0)
    begun = time.monotonic()
    answer = host.post(
        "/operations/messages.list", {"pageSize": 2}, headers={"Accept": "application/x-ndjson"}, stream=True
    )
    lines = answer.iter_lines()
    assert [bool(json.loads(next(lines))["id"]) for _ in range(2)] == [True, True]
    first = time.monotonic() - begun
    assert len(list(lines)) > 1
    assert first + 1.5 < time.monotonic() - begun
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )


def test_what_is_no_collection_does_not_stream(host: Client) -> None:
    answer = host.invoke("profile.get", Accept="application/x-ndjson")
    assert (answer.status_code, error(answer)["code"]) == (400, "notACollection")


def test_a_trigger_is_polled_with_the_cursor_of_before(host: Client, sandbox: Sandbox) -> None:
    first = host.post("/triggers/message.received/poll", {}).json()
    sandbox.deliver("adele@contoso.example", {"subject": "News"})
    second = host.post("/triggers/message.received/poll", {"cursor": first["cursor"]}).json()
    assert first["value"] == []
    assert [event["message"]["subject"] for event in second["value"]] == ["News"]


def test_an_unknown_trigger_is_told(host: Client) -> None:
    answer = host.post("/triggers/message.recieved/poll", {})
    assert (answer.status_code, error(answer)["code"]) == (404, "unknownOperation")
    assert "message.received" in error(answer)["details"]["similar"]


def test_the_catalogue_lists_what_the_connection_may_do(sandbox: Sandbox, tmp_path: Path) -> None:
    with serving(tmp_path, {"default": sandbox.config(readOnly=True)}) as client:
        listed = client.get("/operations").json()
    effects = {one["name"]: one["effect"] for one in listed["operations"]}
    assert effects["messages.list"] == "read"
    assert "messages.send" not in effects
    assert {one["name"] for one in listed["triggers"]} == set(CATALOGUE.triggers)


@pytest.mark.parametrize("name", ["messages.list", "messages.send", "graph.request"])
def test_an_entry_has_schemas_that_stand_by_themselves(name: str, host: Client) -> None:
    found = host.get(f"/operations/{name}").json()
    for example in found["examples"]:
        jsonschema.Draft202012Validator(found["inputSchema"]).validate(example)
    jsonschema.Draft202012Validator.check_schema(found["outputSchema"])
    assert '"common/' not in json.dumps(found)


def test_a_triggers_entry_has_its_event(host: Client) -> None:
    found = host.get("/triggers/message.received").json()
    assert "messageId" in json.dumps(found["outputSchema"])
    assert host.get("/triggers/messages.list").status_code == 404
