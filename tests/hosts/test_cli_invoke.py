"""``invoke``: what goes in, what comes out, and where; and what each end of the program is worth."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from cli_world import COMMAND, config_file, environment, on_terminal, run, started

from outlook_connector import errors
from outlook_connector.hosts.cli.exits import Exit, exit_code
from outlook_connector.hosts.cli.progress import PATIENCE
from outlook_connector.sandbox import Sandbox

MAIL = '{"to": ["kim@contoso.example"], "subject": "Hello", "body": "Hello Kim"}'


def tree(root: type[errors.ConnectorError]) -> list[type[errors.ConnectorError]]:
    return [root, *(one for child in root.__subclasses__() for one in tree(child))]


def test_a_result_is_one_json_value_on_stdout_and_nothing_on_stderr(config: str) -> None:
    result = run("invoke", "messages.list", '{"limit": 3}', "--config", config)
    assert len(result.json["value"]) == 3
    assert (result.code, result.err) == (0, "")


def test_the_input_may_be_left_out(config: str) -> None:
    assert run("invoke", "profile.get", "--config", config).json["mail"] == "adele@contoso.example"


def test_the_input_may_come_from_a_file_or_from_stdin(config: str, tmp_path: Path) -> None:
    given = tmp_path / "input.json"
    given.write_text('{"folder": "inbox"}', encoding="utf-8")
    from_file = run("invoke", "folders.get", f"@{given}", "--config", config).json
    from_stdin = run("invoke", "folders.get", "-", "--config", config, stdin='{"folder": "inbox"}').json
    assert from_file["displayName"] == from_stdin["displayName"] == "Inbox"


def test_the_connection_may_come_from_the_environment(config: str) -> None:
    result = run("invoke", "profile.get", extra={"OUTLOOK_CONNECTOR_CONFIG": config})
    assert result.code == 0


def test_pick_gives_one_value_without_quotes(config: str) -> None:
    picked = run("invoke", "folders.get", '{"folder": "inbox"}', "--pick", "/displayName", "--config", config)
    assert picked.out == "Inbox\n"
    missing = run("invoke", "folders.get", '{"folder": "inbox"}', "--pick", "/x/0", "--config", config)
    assert (missing.code, missing.out) == (2, "")


def test_all_gives_every_item_on_a_line_of_its_own(config: str) -> None:
    result = run("invoke", "messages.list", '{"folder": "inbox"}', "--all", "--config", config)
    folder = run("invoke", "folders.get", '{"folder": "inbox"}', "--config", config).json
    ids = [json.loads(line)["id"] for line in result.out.splitlines()]
    assert len(ids) == len(set(ids)) == folder["totalItemCount"]


def test_a_collection_is_a_table_on_a_terminal(config: str) -> None:
    shown = on_terminal("invoke", "messages.list", '{"folder": "inbox", "limit": 5}', "--config", config).out
    assert "received" in shown and "Kim Akers" in shown
    assert "@odata" not in shown
    assert "There is more" in shown


def test_json_is_had_on_a_terminal_too(config: str) -> None:
    shown = on_terminal("invoke", "folders.list", "--config", config, "--json").out
    assert json.loads(shown)["value"]


def test_text_of_any_script_comes_through(config: str) -> None:
    drafted = run("invoke", "drafts.create", '{"subject": "日本語 עברית 🎉"}', "--config", config)
    assert drafted.json["subject"] == "日本語 עברית 🎉"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ('{"limit": ', "not JSON"),
        ("[1]", "must be a JSON object"),
        ("@/does/not/exist", "cannot be read"),
        ('{"limit": 0, "folderr": "inbox"}', "/folderr"),
    ],
)
def test_wrong_input_is_refused_before_any_request(
    given: str, says: str, sandbox: Sandbox, config: str
) -> None:
    result = run("invoke", "messages.list", given, "--config", config)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("arguments", "class_name", "code"),
    [
        (("invoke", "messages.lisst"), "UnknownOperation", 2),
        (("invoke", "messages.delete", '{"messageId": "x"}'), "OperationDenied", 2),
        (("invoke", "messages.list", '{"unread": 1}'), "InvalidInput", 2),
        (("invoke", "folders.get", '{"folder": "Inbox/Nowhere"}'), "", None),
        (("invoke", "messages.list", "--frobnicate"), "UsageError", 2),
        (("frobnicate",), "UsageError", 2),
    ],
)
def test_programs_get_errors_as_json_and_an_exit_code(
    arguments: tuple[str, ...], class_name: str, code: int | None, sandbox: Sandbox, tmp_path: Path
) -> None:
    config = config_file(tmp_path, sandbox.config(operations={"deny": ["messages.delete"]}))
    where = ("--config", config) if arguments[0] == "invoke" else ()
    result = run(*arguments, *where, "--json")
    error = result.json["error"]
    assert set(error) == {"error", "code", "message", "retryable", "details"}
    assert result.err == ""
    if code is not None:
        assert (error["error"], result.code) == (class_name, code)
    else:
        assert result.code in (2, 4)


def test_a_refusal_by_graph_ends_with_4_and_its_request_id(sandbox: Sandbox, config: str) -> None:
    sandbox.fault("GET /me/mailFolders/inbox", status=403, error="ErrorAccessDenied")
    result = run("invoke", "folders.get", '{"folder": "inbox"}', "--config", config)
    assert (result.code, result.out) == (4, "")
    assert "request id" in result.err


def test_an_outcome_that_nobody_knows_ends_with_5(sandbox: Sandbox, config: str) -> None:
    sandbox.fault("POST /me/sendMail", drop="after")
    result = run("invoke", "messages.send", MAIL, "--config", config)
    assert (result.code, result.out) == (5, "")
    assert "Look before" in result.err and "Where to look: Sent Items and Drafts" in result.err


def test_no_connection_at_all_says_how_to_make_one() -> None:
    result = run("invoke", "messages.list")
    assert result.code == 2
    assert "--config" in result.err and "demo" in result.err


def test_a_wrong_configuration_names_the_key_and_no_secret(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(clientSecret=["canary-secret"]))
    result = run("invoke", "messages.list", "--config", config, "--debug")
    assert result.code == 2
    assert "clientSecret" in result.err
    assert "canary" not in result.err


def test_every_error_of_the_tree_has_an_exit_code() -> None:
    expected = {
        **dict.fromkeys(("InvalidInput", "UnknownOperation", "ConfigError", "OperationDenied"), 2),
        **dict.fromkeys(("AuthError", "SignInRequired", "ConsentRequired", "CredentialExpired"), 3),
        **{one.__name__: 4 for one in tree(errors.GraphError)},
        "OutcomeUnknown": 5,
    }
    for kind in tree(errors.ConnectorError):
        known: dict[str, Any] = {"status": 500} if issubclass(kind, errors.GraphError) else {}
        code = exit_code(kind("x", **known))
        base = next(one.__name__ for one in kind.__mro__ if one.__name__ in expected or one is Exception)
        assert code == expected.get(base, Exit.OTHER), kind


def test_a_reader_that_goes_away_ends_it_quietly(config: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "invoke", "messages.list", '{"pageSize": 5}', "--all", "--config", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_an_interrupt_ends_it_with_130_and_no_traceback(sandbox: Sandbox, config: str) -> None:
    sandbox.fault("GET /me/*", delay=5)
    with started("invoke", "messages.list", "--config", config) as running:
        deadline = time.monotonic() + 20
        while not any(one.path.endswith("/token") for one in sandbox.requests):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)
        running.process.send_signal(signal.SIGINT)
        result = running.result()
    assert (result.code, result.out) == (130, "")
    assert "Traceback" not in result.err


def test_what_takes_long_is_told_meanwhile(sandbox: Sandbox, config: str) -> None:
    sandbox.fault("GET /me/mailFolders", delay=1.6)
    shown = on_terminal("invoke", "folders.list", "--config", config, extra={"TERM": "xterm"}).out
    assert "folders.list …" in shown
    began = time.monotonic()
    quick = on_terminal("invoke", "folders.list", "--config", config, extra={"TERM": "xterm"}).out
    assert "folders.list …" not in quick or time.monotonic() - began > PATIENCE, (
        "a slow machine is told of as well"
    )


def test_debug_tells_neither_an_uploads_token_nor_what_was_searched(
    sandbox: Sandbox, config: str, tmp_path: Path
) -> None:
    content = base64.b64encode(bytes(4_000_000)).decode()
    mail: dict[str, Any] = {"to": ["kim@contoso.example"], "subject": "Large", "body": "canary in the body"}
    mail["attachments"] = [{"name": "large.bin", "contentBytes": content}]
    given = tmp_path / "mail.json"
    given.write_text(json.dumps(mail), encoding="utf-8")
    sent = run("invoke", "messages.send", f"@{given}", "--config", config, "--debug")
    searched = run("invoke", "messages.search", '{"query": "canary"}', "--config", config, "--debug")
    assert (sent.code, searched.code) == (0, 0)
    assert "PUT /" in sent.err and "GET /" in searched.err
    assert "authtoken" not in sent.err.lower()
    assert "canary" not in sent.err + searched.err


def test_a_terminal_without_the_letters_shows_marks_instead(config: str) -> None:
    drafted = run("invoke", "drafts.create", '{"subject": "日本語"}', "--config", config)
    assert drafted.code == 0
    listing = ("invoke", "messages.list", '{"folder": "drafts", "limit": 1}', "--config", config)
    shown = on_terminal(*listing, extra={"PYTHONIOENCODING": "ascii"})
    assert (shown.code, "???" in shown.out) == (0, True)


def test_a_mail_cannot_steer_the_terminal(sandbox: Sandbox, config: str) -> None:
    subject = "\x1b]0;taken\x07 \x9b2J \u202etxt.exe"
    sandbox.deliver("adele@contoso.example", {"subject": subject})
    given = '{"folder": "inbox", "limit": 1}'
    picked = run("invoke", "messages.list", given, "--pick", "/value/0/id", "--config", config).out.strip()
    one = json.dumps({"messageId": picked})
    for shown in (
        on_terminal("invoke", "messages.list", given, "--config", config).out,
        on_terminal("invoke", "messages.get", one, "--config", config).out,
        on_terminal("invoke", "messages.get", one, "--pick", "", "--config", config).out,
        on_terminal("invoke", "messages.get", one, "--pick", "/subject", "--config", config).out,
        on_terminal("invoke", "messages.list", given, "--json", "--config", config).out,
        run("invoke", "messages.list", given, "--all", "--config", config).out,
    ):
        assert "taken" in shown
        assert not {"\x1b]", "\x9b", "\u202e", "\x07"} & {
            shown[i : i + n] for i in range(len(shown)) for n in (1, 2)
        }
    piped = run("invoke", "messages.list", given, "--config", config)
    assert "\u202etxt.exe" in piped.json["value"][0]["subject"], "nothing is lost to a program"
    program = run("invoke", "messages.get", one, "--pick", "/subject", "--config", config)
    assert program.out == subject + "\n"
