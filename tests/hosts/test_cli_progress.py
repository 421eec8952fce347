"""What a person sees while much is moved, and what a program does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_world import config_file, on_terminal, run

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> str:
    return config_file(tmp_path, sandbox.config(files={"allow": [str(tmp_path)]}))


@pytest.fixture
def order(sandbox: Sandbox, tmp_path: Path) -> str:
    """An export that takes three seconds."""
    sandbox.fault(match="GET /me/messages/*/$value", delay=0.35, times=None)
    return json.dumps({"folder": "archive", "saveTo": str(tmp_path / "export")})


def test_an_export_draws_a_bar_on_a_terminal_and_nothing_of_a_mail(config: str, order: str) -> None:
    shown = on_terminal("invoke", "messages.export", order, "--config", config, extra={"TERM": "xterm"})
    assert shown.code == 0
    assert re.search(r"messages\.export .*\b\d/9 messages", shown.out)
    assert "@" not in shown.out


def test_a_program_gets_the_result_alone(config: str, order: str) -> None:
    result = run("invoke", "messages.export", order, "--config", config)
    assert (result.code, result.err, result.json["written"]) == (0, "", 9)


def test_a_quick_download_draws_no_bar(sandbox: Sandbox, config: str, tmp_path: Path) -> None:
    ids = {"messageId": anchors.QUARTERLY_REPORT, "attachmentId": anchors.QUARTERLY_REPORT_CSV}
    order = json.dumps({**ids, "saveTo": str(tmp_path)})
    shown = on_terminal("invoke", "attachments.download", order, "--config", config, extra={"TERM": "xterm"})
    assert (shown.code, "attachments.download" in shown.out) == (0, False)
