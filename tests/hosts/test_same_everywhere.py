"""The same twenty calls through Python and through each host give the same JSON, errors included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from anyio.from_thread import start_blocking_portal
from cli_world import config_file, run
from http_running import KEY, serving
from http_world import Client
from mcp import Client as Session
from mcp.shared.exceptions import MCPError
from mcp_world import error_of, process
from same_calls import MAIL, POLICY, STEPS, Caller, Json, turn
from worker_world import NEEDED as BROKER

from outlook_connector import ConnectorError, connect
from outlook_connector.hosts.mcp.offering import ALLOWABLE, tool_name
from outlook_connector.sandbox import Sandbox

Host = Callable[[Sandbox, Path], AbstractContextManager[Caller]]


@contextmanager
def python(sandbox: Sandbox, directory: Path) -> Iterator[Caller]:
    def call(operation: str, given: Json) -> Json:
        try:
            return connector.invoke(operation, given)
        except ConnectorError as error:
            return {"error": error.to_dict()}

    with connect(sandbox.config(**POLICY)) as connector:
        yield call


@contextmanager
def command_line(sandbox: Sandbox, directory: Path) -> Iterator[Caller]:
    """A process for each call."""
    options = ["--json", "--config", config_file(directory, sandbox.config(**POLICY))]
    yield lambda operation, given: run("invoke", operation, json.dumps(given), *options).json


@contextmanager
def http(sandbox: Sandbox, directory: Path) -> Iterator[Caller]:
    with serving(config_file(directory, sandbox.config(**POLICY))) as url:
        client = Client(url, **{"X-API-Key": KEY})
        with client.session:
            yield lambda operation, given: client.invoke(operation, given).json()


@contextmanager
def mcp(sandbox: Sandbox, directory: Path) -> Iterator[Caller]:
    """One session over stdin and stdout. A name that is no tool is the protocol's own error."""
    config = config_file(directory, sandbox.config(**POLICY))
    server = process(config, *(word for effect in ALLOWABLE for word in ("--allow", effect)))

    def call(operation: str, given: Json) -> Json:
        try:
            result = portal.call(client.call_tool, tool_name(operation), given)
        except MCPError as error:
            return dict(error.error.data)
        return {"error": error_of(result)} if result.is_error else dict(result.structured_content)

    session = Session(server, read_timeout_seconds=60)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(session) as client:
        yield call


@contextmanager
def celery(sandbox: Sandbox, directory: Path) -> Iterator[Caller]:
    from outlook_connector.hosts.tasks import answer_of, submit
    from tests.faults.celery_workers import celery_world, servers

    config = sandbox.config(**POLICY)
    with servers() as (broker, store), celery_world(broker, store, sandbox, config, longestWait=60) as found:
        found.worker("--concurrency", "1")
        yield lambda operation, given: answer_of(submit(found.app, operation, given), 60)


@pytest.fixture(scope="module")
def in_python(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    server.reset()
    with python(server, tmp_path_factory.mktemp("python")) as call:
        return turn(server, call)


def test_each_of_the_twenty_calls_ends_as_it_is_meant_to(in_python: list[Json]) -> None:
    codes = [answer.get("error", {}).get("code") for answer in in_python]
    assert codes == [step.code for step in STEPS]
    assert len(codes) == 20


@pytest.mark.parametrize("host", [command_line, http, mcp, pytest.param(celery, marks=BROKER)])
def test_a_host_gives_the_same_json_as_python(
    sandbox: Sandbox, in_python: list[Json], host: Host, tmp_path: Path
) -> None:
    with host(sandbox, tmp_path) as call:
        answers = turn(sandbox, call)
    for step, answer, expected in zip(STEPS, answers, in_python, strict=True):
        assert answer == expected, step
    assert [one["subject"] for one in sandbox.ledger["submissions"]] == [MAIL["subject"]]
