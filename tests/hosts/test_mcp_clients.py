"""Clients that others wrote: the protocol's conformance tool, and the inspector's command line.

Both are npm packages; ``MCP_TOOLS_REQUIRED=1`` makes a test that misses them fail where it would be skipped.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import config_file, environment

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed.anchors import QUARTERLY_REPORT

HERE = Path(__file__).resolve().parent / "mcp_tools"
NODE = HERE.parents[2] / ".venv-clients" / "javascript" / "bin"
PROGRAMS = HERE / "node_modules" / ".bin"

SCENARIOS = {
    "server-initialize": 1,
    "ping": 1,
    "tools-list": 1,
    "tools-call-simple-text": 1,
    "tools-call-error": 1,
    "dns-rebinding-protection": 2,
    "server-sse-multiple-streams": 2,
}
"""Scenarios, and how many checks each makes. They are named in docs/mcp.md."""


@pytest.fixture(scope="module")
def tools() -> None:
    """Skips what needs the npm tools where they are missing."""
    if not (HERE / "node_modules" / ".made").exists() or not (NODE / "node").exists():
        missing = "the npm tools are not installed: make test-mcp"
        if os.environ.get("MCP_TOOLS_REQUIRED"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)


def node(program: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(NODE / "node"), str(PROGRAMS / program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment(), "HOME": str(home), "MCP_INSPECTOR_SECRET_STORE": "memory", "NO_COLOR": "1"},
    )


@pytest.fixture(scope="module")
def url(tools: None, server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = config_file(tmp_path_factory.mktemp("conformance"), server.config())
    with subprocess.Popen(
        [sys.executable, str(HERE / "serve.py"), config],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            assert process.wait(20) == 0


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_conformance_tool_is_content(scenario: str, url: str, tmp_path: Path) -> None:
    done = node("conformance", "server", "--url", url, "--scenario", scenario, home=tmp_path)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert f"Passed: {SCENARIOS[scenario]}/{SCENARIOS[scenario]}, 0 failed, 0 warnings" in told


def test_the_scenarios_are_named_in_the_documentation() -> None:
    page = (HERE.parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == set(SCENARIOS)


@pytest.fixture
def inspect(tools: None, config: str, tmp_path: Path) -> Any:
    """The inspector's command line against ``outlook-connector mcp`` over stdin and stdout."""
    command = [
        sys.executable,
        "-m",
        "outlook_connector.hosts.cli",
        "mcp",
        "--config",
        config,
        "--allow",
        "write",
    ]
    servers = {"mcpServers": {"outlook": {"command": command[0], "args": command[1:]}}}
    session = config_file(tmp_path, servers, "mcp.json")

    def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
        chosen = ("--cli", "--config", session, "--server", "outlook")
        return node("mcp-inspector", *chosen, *arguments, home=tmp_path)

    return asked


def test_the_inspector_finds_no_error_in_the_tools(inspect: Any) -> None:
    done = inspect("--method", "tools/list", "--strict")
    assert done.returncode == 0, done.stderr
    names = {one["name"] for one in json.loads(done.stdout)["tools"]}
    assert {"messages_list", "drafts_create"} <= names
    assert "messages_send" not in names
    assert "Path: inputSchema" not in done.stderr, "nor anything that it finds less portable in an input"


def test_the_inspector_calls_a_tool(inspect: Any) -> None:
    arguments = ("--tool-arg", f"messageId={QUARTERLY_REPORT}", 'select=["subject"]')
    done = inspect("--method", "tools/call", "--tool-name", "messages_get", *arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["structuredContent"]["subject"] == "Quarterly report Q3"


def test_the_inspector_is_refused_a_send(inspect: Any, sandbox: Sandbox) -> None:
    arguments = ("--tool-arg", 'to=["kim@contoso.example"]', "subject=x")
    done = inspect("--method", "tools/call", "--tool-name", "messages_send", *arguments)
    assert done.returncode != 0
    assert not [one for one in sandbox.requests if "send" in one.path.lower()]
