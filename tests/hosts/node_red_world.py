"""A real Node-RED, from npm, with the exported package in it; a process of its own with a directory of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

HERE = Path(__file__).parent / "node_red"
TOOLS = HERE / "node_modules"
BIN = Path(__file__).resolve().parents[2] / ".venv-clients" / "javascript" / "bin"
PACKAGE = "node-red-contrib-outlook-connector"

SETTINGS = """\
module.exports = {
    uiHost: "127.0.0.1",
    userDir: __dirname,
    flowFile: "flows.json",
    credentialSecret: "of the tests",
    externalModules: { palette: { allowInstall: false } },
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, header: { title: "Node-RED" } },
    logging: { console: { level: "info" } },
};
"""


def path() -> str:
    """Where Node is looked for: first the one that belongs to the tools."""
    return f"{BIN}{os.pathsep}{os.environ['PATH']}"


def needs_node_red() -> None:
    """Skips where the tools are missing; fails where NODE_RED_REQUIRED says that they must be there."""
    node = shutil.which("node", path=path())
    missing = "Node" if node is None else "" if (TOOLS / "node-red").is_dir() else "Node-RED"
    if missing and os.environ.get("NODE_RED_REQUIRED"):
        pytest.fail(f"{missing} is not installed: make test-node-red", pytrace=False)
    if missing:
        pytest.skip(f"{missing} is not installed: make test-node-red")


def tool(*arguments: str, cwd: Path = HERE, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """A program of the tools, run to its end."""
    return subprocess.run(
        ["node", *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": path()},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


class NodeRed:
    """A running Node-RED and its admin API."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self.log = url, log

    def deploy(self, flow: list[dict[str, Any]]) -> None:
        """Replaces what runs by this flow."""
        answer = requests.post(
            f"{self.url}/flows", json=flow, headers={"Node-RED-Deployment-Type": "full"}, timeout=30
        )
        assert answer.status_code == 204, answer.text

    def get(self, where: str, accept: str = "application/json") -> requests.Response:
        """What the admin API has at a path."""
        return requests.get(f"{self.url}{where}", headers={"Accept": accept}, timeout=30)

    def said(self) -> str:
        """What it has logged so far."""
        return self.log.read_text(encoding="utf-8")


@contextmanager
def running(place: Path, package: Path) -> Iterator[NodeRed]:
    """Node-RED with ``place`` as its user directory and the exported ``package`` installed."""
    modules = place / "node_modules"
    modules.mkdir(parents=True)
    shutil.copytree(package, modules / PACKAGE)
    (place / "package.json").write_text(json.dumps({"name": "flows", "dependencies": {PACKAGE: "*"}}))
    (place / "settings.js").write_text(SETTINGS)
    port, log = _free_port(), place / "log.txt"
    command = ["node", str(TOOLS / "node-red" / "red.js"), "--settings", str(place / "settings.js")]
    with (
        log.open("w") as out,
        subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=out,
            stderr=out,
            env={**os.environ, "PATH": path()},
            start_new_session=True,
        ) as process,
    ):
        try:
            red = NodeRed(f"http://127.0.0.1:{port}", log)
            awaited(lambda: "Started flows" in red.said(), 60)
            yield red
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # node may be a child of what was started
            process.wait(20)


def awaited(look: Callable[[], Any], timeout: float = 30) -> Any:
    """What ``look`` finds, as soon as it finds something."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come in time")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
