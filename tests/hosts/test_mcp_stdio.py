"""The MCP host as a process that somebody starts and ends, line by line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cli_world import COMMAND, environment, run

from outlook_connector.sandbox import Sandbox

HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "raw", "version": "1"},
}
MAIL = {"to": ["kim@contoso.example"], "subject": "Once", "body": "Hello"}


class Raw:
    """A client that writes lines and reads lines, and has said hello."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.say({"id": 0, "method": "initialize", "params": HELLO})
        self.hello = self.hear()
        self.say({"method": "notifications/initialized"})

    def say(self, message: dict[str, Any] | str) -> None:
        text = message if isinstance(message, str) else json.dumps({"jsonrpc": "2.0", **message})
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        return dict(json.loads(self.process.stdout.readline()))


@contextmanager
def talking(config: str, *arguments: str) -> Iterator[Raw]:
    with subprocess.Popen(
        [*COMMAND, "mcp", "--config", config, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        giving_up = threading.Timer(40, process.kill)
        giving_up.start()
        try:
            yield Raw(process)
        finally:
            giving_up.cancel()
            process.kill()


def ended(raw: Raw) -> tuple[int, str, str]:
    code = raw.process.wait(20)
    return code, raw.process.stdout.read(), raw.process.stderr.read()


def test_without_a_connection_it_says_so_on_stderr_and_nothing_on_stdout() -> None:
    result = run("mcp")
    assert (result.code, result.out) == (2, "")
    assert "No connection is configured" in result.err


def test_without_the_library_it_names_what_to_install(config: str) -> None:
    program = "import sys; sys.modules['mcp'] = None; from outlook_connector.hosts.cli import main; main()"
    command = [sys.executable, "-c", program, "mcp", "--config", config]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install "outlook-connector[mcp]"' in done.stderr


def test_it_ends_when_its_client_goes(config: str) -> None:
    with talking(config) as raw:
        assert raw.hello["result"]["serverInfo"]["name"] == "outlook-connector"
        raw.process.stdin.close()
        assert ended(raw) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_though_nobody_writes(config: str, number: signal.Signals) -> None:
    with talking(config) as raw:
        raw.process.send_signal(number)
        assert ended(raw) == (0, "", "")


@pytest.mark.parametrize("end", ["stdin", "SIGTERM"])
def test_a_mail_that_is_on_its_way_is_sent_before_it_ends(sandbox: Sandbox, config: str, end: str) -> None:
    sandbox.fault(match="POST /me/sendMail", delay=1.0)
    with talking(config, "--allow", "send") as raw:
        raw.say({"id": 1, "method": "tools/call", "params": {"name": "messages_send", "arguments": MAIL}})
        while not sends(sandbox):
            time.sleep(0.02)
        if end == "stdin":
            raw.process.stdin.close()
        else:
            raw.process.send_signal(signal.SIGTERM)
        code, _, told = ended(raw)
    assert (code, told) == (0, "")
    assert sends(sandbox) == [202]


def sends(sandbox: Sandbox) -> list[int | None]:
    return [one.status for one in sandbox.requests if one.path.lower().endswith("/sendmail")]


def test_what_is_no_message_ends_no_session(config: str) -> None:
    with talking(config) as raw:
        raw.say("this is no JSON")
        raw.say({"id": 2, "method": "tools/call", "params": {"arguments": 7}})
        assert raw.hear()["error"]["code"] == -32602
        deep = "[" * 120 + "]" * 120
        call = '{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "messages_search", "arguments": '
        raw.say(f'{call}{{"query": {deep}}}}}}}')
        assert "invalidInput" in str(raw.hear())
        raw.say({"id": 4, "method": "ping"})
        assert raw.hear()["result"] == {}
        raw.process.stdin.close()
        code, _, told = ended(raw)
    assert code == 0
    assert "Traceback" not in told
