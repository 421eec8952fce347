"""The MCP host over HTTP: who may speak to it, what it takes, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import requests
from cli_world import config_file, run, started, with_few_files
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_world import serving, speak

from outlook_connector import ConfigError, connect
from outlook_connector.hosts.mcp import http
from outlook_connector.sandbox import Sandbox

KEYS = ("first-key-0123456789", "second-key-0123456789")
PING = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}}  # fmt: skip
PLAIN = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def open_url(server: Sandbox) -> Iterator[str]:
    with connect(server.config()) as connector, serving(connector) as url:
        yield url


@pytest.fixture(scope="module")
def guarded_url(server: Sandbox) -> Iterator[str]:
    with connect(server.config()) as connector, serving(connector, keys=KEYS) as url:
        yield url


def post(url: str, body: Any = PING, **headers: str) -> requests.Response:
    return requests.post(url, json=body, headers={**PLAIN, **headers}, timeout=20)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_calls_are_answered_in_both_forms_of_the_protocol(open_url: str, mode: str) -> None:
    result = speak(open_url, lambda client: client.call_tool("folders_list", {"limit": 2}), mode)
    assert len(result.structured_content["value"]) == 2


def test_a_slow_call_keeps_no_other_of_its_session_waiting(server: Sandbox, open_url: str) -> None:
    server.fault(match="GET /me/mailFolders/inbox", delay=2.0)
    answered: list[str] = []
    before = len(server.requests)

    async def ask(client: Client, folder: str) -> None:
        await client.call_tool("folders_get", {"folder": folder})
        answered.append(folder)

    async def session(client: Client) -> None:
        await client.list_tools()
        async with anyio.create_task_group() as group:
            group.start_soon(ask, client, "inbox")
            while not any("mailFolders/inbox" in one.path for one in server.requests[before:]):
                await anyio.sleep(0.02)
            group.start_soon(ask, client, "archive")

    speak(open_url, session)
    assert answered == ["archive", "inbox"]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong-key-0123456789"}, {"X-API-Key": "é"}]
)
def test_without_a_known_key_nothing_is_answered(guarded_url: str, headers: dict[str, str]) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    answer = requests.post(guarded_url, json=PING, headers={**PLAIN, **encoded}, timeout=20)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "wrongKey"


@pytest.mark.parametrize("key", KEYS)
def test_each_key_opens_by_either_header(guarded_url: str, key: str) -> None:
    assert post(guarded_url, Authorization=f"Bearer {key}").status_code == 200
    assert post(guarded_url, **{"X-API-Key": key}).status_code == 200


def test_the_sdk_s_client_brings_its_key(guarded_url: str) -> None:
    async def session() -> Any:
        web = httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEYS[1]}"})
        async with web, Client(streamable_http_client(guarded_url, http_client=web)) as client:
            return await client.call_tool("profile_get", {})

    assert anyio.run(session).structured_content["mail"] == "adele@contoso.example"


def test_a_page_in_a_browser_is_refused(open_url: str, guarded_url: str) -> None:
    assert post(open_url, Origin="https://evil.example").status_code == 403
    assert post(open_url, Host="evil.example").status_code == 421
    refused = post(guarded_url, Origin="https://evil.example", Authorization=f"Bearer {KEYS[0]}")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "foreignOrigin"


def test_others_are_let_in_only_by_a_key(server: Sandbox, config: str) -> None:
    with connect(server.config()) as connector, pytest.raises(ConfigError, match="--api-key-env"):
        http.app(connector, host="0.0.0.0")
    result = run("mcp", "--http", "--host", "0.0.0.0", "--port", "0", "--config", config)
    assert (result.code, result.out) == (2, "")
    assert "--api-key-env" in result.err


def test_a_key_that_is_missing_or_short_is_told(config: str) -> None:
    given = ("mcp", "--http", "--port", "0", "--api-key-env", "MCP_KEY", "--config", config)
    assert run(*given).code == 2
    short = run(*given, extra={"MCP_KEY": "hunter2"})
    assert short.code == 2 and "16 characters" in short.err
    assert "hunter2" not in short.err


def test_a_huge_request_is_refused_and_the_host_stays_up(open_url: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1024 * 1024

    try:
        answer = requests.post(
            open_url, data=pieces(), headers={**PLAIN, "Content-Type": "application/json"}, timeout=60
        )
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the answer was sent, and the connection closed, while the body was still on its way
    assert post(open_url).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"jsonrpc": "2.0"}', b"\xff\xfe"])
def test_what_is_no_message_is_told_so(open_url: str, body: bytes) -> None:
    answer = requests.post(
        open_url, data=body, headers={**PLAIN, "Content-Type": "application/json"}, timeout=20
    )
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_client_that_hangs_keeps_nobody_waiting(open_url: str) -> None:
    host, port = open_url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as hanging:
        hanging.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        b"Content-Length: 500\r\n\r\n{")  # fmt: skip
        assert post(open_url).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_and_finishes_what_runs_when_told_to_stop(
    sandbox: Sandbox, config: str, number: signal.Signals
) -> None:
    sandbox.fault(match="GET /me/mailFolders/inbox", delay=1.0)
    found: list[Any] = []

    async def session(client: Client) -> Any:
        await client.list_tools()
        return await client.call_tool("folders_get", {"folder": "inbox"})

    with started("mcp", "--http", "--port", "0", "--config", config) as running:
        url = json.loads(running.process.stdout.readline())["url"]
        caller = threading.Thread(target=lambda: found.append(speak(url, session)))
        caller.start()
        wait_for(lambda: any("mailFolders/inbox" in one.path for one in sandbox.requests))
        running.process.send_signal(number)
        result = running.result()
        caller.join(20)
    assert found and not found[0].is_error
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files")
def test_idle_connections_without_end_keep_nobody_out(config: str) -> None:
    with with_few_files("mcp", "--http", "--port", "0", "--config", config) as url:
        place = ("127.0.0.1", int(url.rsplit(":", 1)[1].split("/")[0]))
        idle = [socket.create_connection(place, timeout=10) for _ in range(300)]
        assert post(url).status_code == 200
        assert len(idle) == 300


def test_a_port_that_is_taken_is_told(open_url: str, config: str) -> None:
    port = open_url.split(":")[2].partition("/")[0]
    result = run("mcp", "--http", "--port", port, "--config", config)
    assert result.code == 2
    assert f"port {port} cannot be listened on" in result.err


def test_not_even_debugging_logs_what_a_mail_or_a_call_says(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.deliver(
        "adele@contoso.example", {"subject": "canary-subject", "body": {"content": "canary-body"}}
    )
    config = config_file(tmp_path, sandbox.config())
    arguments = ("mcp", "--http", "--port", "0", "--debug", "--config", config)

    async def session(client: Client) -> list[str]:
        given = [
            ("messages_list", {"limit": 1}),
            ("messages_search", {"query": "canary-query"}),
            ("messages_list", {"limit": "canary-wrong"}),
            ("drafts_create", {"subject": "canary-draft"}),
        ]
        return [str(await client.call_tool(tool, one)) for tool, one in given]

    with started(*arguments) as running:
        url = json.loads(running.process.stdout.readline())["url"]
        for mode in ("legacy", "auto"):
            assert "canary-body" in speak(url, session, mode)[0]
        running.process.send_signal(signal.SIGTERM)
        result = running.result()
    assert "GET" in result.err, "debugging logs something"
    assert "canary" not in result.err


def wait_for(condition: Any, timeout: float = 20) -> None:
    ends = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)
