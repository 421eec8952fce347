"""``outlook-connector watch --push``: a process that watches, and another one that receives."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from push_watch import pushing, wait_for
from trigger_watch import arrive

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox


def _interruptible() -> None:
    """A shell starts what runs in the background with Ctrl-C ignored, which children inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_the_command_line_watches_by_push(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    config = outlook_sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")
    (tmp_path / "config.json").write_text(json.dumps(config))
    with connect(config) as connector, pushing(outlook_sandbox, connector) as push:
        words = ["watch", "message.received", "--push", f"{push.hook.url}/graph", "--interval", "600"]
        line = [
            sys.executable,
            "-m",
            "outlook_connector.hosts.cli",
            *words,
            "--config",
            f"{tmp_path}/config.json",
        ]
        with subprocess.Popen(
            line,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=_interruptible if os.name == "posix" else None,  # noqa: PLW1509 - it only sets a signal
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                assert b"by push" in process.stderr.readline()
                wait_for(lambda: push.subscriptions, 20)
                arrive(outlook_sandbox, "told at once")
                assert json.loads(process.stdout.readline())["message"]["subject"] == "told at once"
                process.send_signal(signal.SIGINT)
                assert process.wait(20) == 0
            finally:
                process.kill()
