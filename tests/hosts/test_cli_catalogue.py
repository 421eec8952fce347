"""``operations``, ``describe``, ``scopes``, ``completion``: what there is, without a connection."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import jsonschema
import pytest
from cli_world import COMMAND, Result, config_file, environment, on_terminal, run

from outlook_connector import __version__, manifest
from outlook_connector.exporters.bundling import bundled
from outlook_connector.hosts.cli.examples import example_of
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import Schemas

CATALOGUE = manifest.load()
SCHEMAS = Schemas()
NAMES = (*CATALOGUE.names, *CATALOGUE.triggers)


def test_version() -> None:
    assert __version__ in run("--version").out


def test_help_and_listings_load_neither_an_http_library_nor_msal() -> None:
    listing = "import sys; from outlook_connector.hosts.cli.program import run; run(['operations', '--json'])"
    loaded = f"{listing}; print([m for m in ('requests', 'msal', 'jsonschema', 'rich') if m in sys.modules])"
    done = subprocess.run([COMMAND[0], "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_operations_are_a_json_list_when_piped() -> None:
    listed = run("operations").json
    assert [one["name"] for one in listed] == list(NAMES)
    assert set(listed[0]) == {"name", "title", "description", "effect"}


def test_operations_are_a_table_on_a_terminal() -> None:
    shown = on_terminal("operations").out
    assert all(name in shown for name in NAMES)
    assert "{" not in shown


def test_operations_can_be_searched() -> None:
    assert [one["name"] for one in run("operations", "markread").json] == ["messages.markRead"]
    assert run("operations", "nothing-like-that").json == []


@pytest.mark.parametrize("name", NAMES)
def test_a_described_schema_is_complete_in_itself(name: str) -> None:
    for file in (f"{name}.input.json", f"{name}.output.json"):
        schema = bundled(SCHEMAS, file)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert '"common/' not in json.dumps(schema)
    for example in SCHEMAS.document(f"{name}.input.json")["examples"]:
        jsonschema.validate(example, bundled(SCHEMAS, f"{name}.input.json"))


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_example_is_a_command_with_a_valid_input(name: str) -> None:
    entry = CATALOGUE.operations.get(name) or CATALOGUE.triggers[name]
    *lookups, command = example_of(entry, SCHEMAS).lines
    for lookup in lookups:
        variable, _, _ = lookup.partition("=")
        command = command.replace(f"${variable}", "an-id")
    words = shlex.split(command)
    assert words[:3] == ["outlook-connector", "watch" if name in CATALOGUE.triggers else "invoke", name]
    given = json.loads(words[3]) if len(words) > 3 else {}
    assert SCHEMAS.problems(f"{name}.input.json", given) == []


@pytest.mark.parametrize("name", ["messages.send", "attachments.download", "drafts.send", "messages.reply"])
def test_the_printed_example_runs_as_it_is_printed(name: str, sandbox: Sandbox, config: str) -> None:
    shown = on_terminal("describe", name, extra={"COLUMNS": "300"}).out
    lines = [line.strip() for line in shown.splitlines() if "outlook-connector invoke" in line]
    program = f'outlook-connector() {{ {shlex.join(COMMAND)} "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-euc", program + "\n".join(lines)],
        env=environment({"OUTLOOK_CONNECTOR_CONFIG": config}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert SCHEMAS.problems(f"{name}.output.json", json.loads(done.stdout)) == []


def test_describe_shows_a_person_all_that_is_needed() -> None:
    shown = on_terminal("describe", "messages.send").out
    for words in (
        "list of recipient",
        'Default: "auto"',
        "Mail.Send",
        "and for tracked",
        "effect: send",
        "internetMessageId",
        "https://learn.microsoft.com/graph/api/user-sendmail",
    ):
        assert words in shown
    told = on_terminal("describe", "messages.get").out
    assert "messageId *" in told
    assert "* must be given" in told


def test_a_trigger_is_described_with_its_event() -> None:
    shown = on_terminal("describe", "attachment.received").out
    for words in ("Event", "fileName", "attachmentId", "outlook-connector watch attachment.received"):
        assert words in shown
    assert run("describe", "message.sent").json["output"]["required"][0] == "id"


def test_describe_gives_programs_the_whole_entry() -> None:
    entry = run("describe", "messages.markRead").json
    assert entry["permissions"] == {"delegated": ["Mail.ReadWrite"], "application": ["Mail.ReadWrite"]}
    assert entry["request"]["method"] == "PATCH"
    assert entry["input"]["required"] == ["messageId"]


def test_an_unknown_operation_is_wrong_input_with_a_hint() -> None:
    result = run("describe", "message.list")
    assert (result.code, result.out) == (2, "")
    assert "messages.list" in result.err


def test_scopes_are_the_least_that_the_operations_need() -> None:
    found = run("scopes").json
    assert found["delegated"] == [
        "Mail.Read",
        "Mail.ReadWrite",
        "Mail.Send",
        "MailboxSettings.ReadWrite",
        "User.Read",
    ]
    assert found["application"] == [
        "Mail.Read",
        "Mail.ReadWrite",
        "Mail.Send",
        "MailboxSettings.ReadWrite",
        "User.Read.All",
    ]


def test_scopes_follow_what_the_configuration_allows(sandbox: Sandbox, tmp_path: Path) -> None:
    allowed = {"allow": ["messages.send", "auth.status"]}
    config = config_file(tmp_path, sandbox.config(operations=allowed))
    found = run("scopes", "--config", config).json
    assert found["delegated"] == ["Mail.Send"]
    assert found["extras"] == [
        {
            "operation": "messages.send",
            "use": "tracked",
            "delegated": ["Mail.ReadWrite"],
            "application": ["Mail.ReadWrite"],
        }
    ]
    counted = run("scopes", "--for", "tracked", "--config", config).json
    assert (counted["delegated"], counted["extras"]) == (["Mail.ReadWrite", "Mail.Send"], [])


def test_scopes_count_what_a_recipients_allow_list_needs(sandbox: Sandbox, tmp_path: Path) -> None:
    allowed = {"operations": {"allow": ["messages.reply", "auth.status"]}}
    plain = config_file(tmp_path, sandbox.config(**allowed))
    assert run("scopes", "--config", plain).json["delegated"] == ["Mail.Send"]
    limited = sandbox.config(**allowed, recipients={"allow": ["contoso.example"]})
    found = run("scopes", "--config", config_file(tmp_path, limited)).json
    assert found["delegated"] == ["Mail.ReadWrite", "Mail.Send"]
    assert found["application"] == ["Mail.ReadWrite", "Mail.Send"]


def test_an_unknown_use_is_refused_with_those_that_there_are() -> None:
    result = run("scopes", "--for", "magic")
    assert result.code == 2
    assert "tracked" in result.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    assert "_OUTLOOK_CONNECTOR_COMPLETE" in run("completion", shell).out


def test_operation_names_are_completed() -> None:
    words = {"COMP_WORDS": "outlook-connector invoke messages.mark", "COMP_CWORD": "2"}
    result = run(extra={"_OUTLOOK_CONNECTOR_COMPLETE": "bash_complete", **words})
    assert completions(result) == ["messages.markRead", "messages.markUnread"]


def completions(result: Result) -> list[str]:
    return [line.partition(",")[2] for line in result.out.splitlines()]
