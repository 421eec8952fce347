"""What a person sees can be copied, and says what it means."""

import json
import re
from pathlib import Path

from cli_world import config_file, on_terminal, run

NARROW = {"COLUMNS": "30", "TZ": "Europe/Vienna"}


def test_json_on_a_narrow_terminal_has_no_line_ends_of_its_own(config: str) -> None:
    given = '{"folder": "inbox"}'
    shown = on_terminal("invoke", "folders.get", given, "--config", config, extra=NARROW).out
    assert json.loads(shown)["displayName"] == "Inbox"
    assert max(map(len, shown.splitlines())) > 60


def test_a_long_error_on_a_narrow_terminal_is_one_line(config: str) -> None:
    shown = on_terminal(
        "invoke", "messages.get", '{"messageId": "AAMkxyz"}', "--config", config, extra=NARROW
    )
    assert shown.code == 4
    assert len(shown.out.strip().splitlines()) == 1


def test_times_of_a_table_tell_their_zone(config: str) -> None:
    given = '{"folder": "inbox", "limit": 2}'
    shown = on_terminal("invoke", "messages.list", given, "--config", config, extra={"TZ": "Asia/Tokyo"}).out
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d\+09:00", shown)


def test_a_table_can_be_read_on_a_narrow_terminal(config: str) -> None:
    given = '{"folder": "inbox", "subject": "Quarterly report Q3", "limit": 5}'
    shown = on_terminal("invoke", "messages.list", given, "--config", config, extra={"COLUMNS": "60"}).out
    assert "Quarterly report Q3" in shown
    assert re.search(r"(?m)^\d{4}-\d\d-\d\d ", shown)


def test_one_fault_is_one_problem(tmp_path: Path) -> None:
    result = run("invoke", "profile.get", "--json", "--config", config_file(tmp_path, {"clientId": ""}))
    problems = result.json["error"]["details"]["problems"]
    assert problems == [{"pointer": "/clientId", "message": "must not be empty"}]


def test_all_beside_an_operation_with_one_answer_is_refused(config: str) -> None:
    result = run("invoke", "folders.get", '{"folder": "inbox"}', "--all", "--config", config)
    assert (result.code, result.out) == (2, "")
    assert "folders.get has one answer: leave --all out." in result.err
    changes = run("invoke", "messages.changes", '{"folder": "inbox"}', "--all", "--config", config)
    assert "call it again with the cursor" in changes.err


def test_a_question_ends_with_its_own_mark(tmp_path: Path) -> None:
    wrong = config_file(tmp_path, {"clientId": "x", "mailbx": "me"})
    result = run("invoke", "profile.get", "--config", wrong)
    assert result.code == 2
    assert result.err.endswith("did you mean mailbox?\n")


def test_no_command_of_the_help_is_cut_off() -> None:
    listed = run("--help", extra={"COLUMNS": "80"}).out.partition("Commands:")[2].partition("Exit codes")[0]
    lines = [line.strip() for line in listed.splitlines() if line.strip()]
    assert lines
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)
