"""``doctor``: its report, and the checks of configuration, clock, permissions and mailbox, with what each is worth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_world import JWT, config_file, on_terminal, run
from doctor_world import one, states

from outlook_connector.hosts.cli.checks import SKEW, clock
from outlook_connector.hosts.cli.findings import Patient
from outlook_connector.hosts.cli.options import connection
from outlook_connector.sandbox import Sandbox

ORDER = [
    *("configuration", "token store", "credential", "sign-in", "access token", "clock"),
    *("permissions", "Microsoft Graph", "mailbox"),
]


def test_a_sound_connection_is_healthy_in_every_check(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3"))
    result = run("doctor", "--config", config)
    assert list(states(result)) == ORDER
    assert set(states(result).values()) == {"ok"}
    assert (result.code, result.json["healthy"]) == (0, True)


def test_a_person_gets_a_line_for_each_check(sandbox: Sandbox, config: str) -> None:
    shown = on_terminal("doctor", "--config", config).out
    assert all(name in shown for name in ORDER)
    assert "✓" in shown and "! token store" in shown


def test_an_application_is_judged_by_its_roles(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(auth="application"))
    result = run("doctor", "--config", config)
    assert "not needed" in one(result, "sign-in")["found"]
    assert "Mail.ReadWrite" in one(result, "permissions")["found"]
    assert states(result)["mailbox"] == "ok"


def test_without_a_sign_in_the_rest_is_not_looked_at(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(refreshToken=None))
    result = run("doctor", "--config", config)
    found = states(result)
    assert (found["sign-in"], found["mailbox"], found["clock"]) == ("fail", "skip", "ok")
    assert "login" in one(result, "sign-in")["do"]
    assert (result.code, result.json["healthy"]) == (3, False)


def test_a_configuration_that_is_wrong_is_the_first_finding(tmp_path: Path) -> None:
    config = config_file(tmp_path, {"clientId": "x y", "auth": "delegated"})
    result = run("doctor", "--config", config)
    assert states(result) == {name: "fail" if name == "configuration" else "skip" for name in ORDER}
    assert result.code == 2


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"operations": {"allow": ["messages.*", "mesages.*"]}}, "operations.allow has mesages.*"),
        ({"operations": {"allow": ["messages.*", "graph.*"]}}, "operations.allow has graph.*"),
        (
            {"operations": {"deny": ["messages.send", "Rules.forward", "nothing"]}},
            "operations.deny has nothing",
        ),
        ({"files": {"allow": ["/nowhere/at/all"]}}, "files.allow has /nowhere/at/all"),
    ],
)
def test_a_rule_that_does_nothing_is_warned_about(
    rules: dict[str, Any], says: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    result = run("doctor", "--config", config_file(tmp_path, sandbox.config(**rules)))
    told = one(result, "configuration")
    assert (told["state"], result.code) == ("warn", 0)
    assert told["found"].count(" has ") == 1
    assert says in told["found"]


def test_in_another_persons_mailbox_only_shared_permissions_count(sandbox: Sandbox, tmp_path: Path) -> None:
    made = sandbox.config(mailbox="kim@contoso.example", operations={"allow": ["messages.list"]})
    result = run("doctor", "--config", config_file(tmp_path, made))
    assert one(result, "permissions")["found"] == "Mail.Read.Shared"
    told = one(result, "mailbox")
    assert (told["state"], result.code) == ("fail", 4)
    assert told["found"].startswith("kim@contoso.example is not shared with the account that is signed in")
    assert told["do"].startswith("Have it shared with that account")


@pytest.mark.parametrize("auth", ["delegated", "application"])
def test_a_mailbox_that_is_not_there_is_told_as_such(auth: str, sandbox: Sandbox, tmp_path: Path) -> None:
    made = sandbox.config(auth=auth, mailbox="nobody@contoso.example")
    result = run("doctor", "--config", config_file(tmp_path, made))
    told = one(result, "mailbox")
    assert (told["state"], result.code) == ("fail", 4)
    assert told["found"].startswith("The tenant knows no mailbox nobody@contoso.example")
    assert told["do"].startswith("Mend mailbox")


def test_a_mailbox_that_an_application_may_not_reach_is_told_as_such(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.fault(match="GET /users/kim@contoso.example/mailFolders/inbox", status=403, times=9)
    made = sandbox.config(auth="application", mailbox="kim@contoso.example")
    told = one(run("doctor", "--config", config_file(tmp_path, made)), "mailbox")
    assert told["found"].startswith("kim@contoso.example is not among the mailboxes")
    assert "application-rbac" in told["do"]


def test_a_token_store_that_is_no_text_is_told_under_the_configuration(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    result = run("doctor", "--config", config_file(tmp_path, sandbox.config(tokenStore=1)))
    assert "tokenStore must be text" in one(result, "configuration")["found"]


def test_on_a_narrow_terminal_every_line_fits(sandbox: Sandbox, config: str) -> None:
    shown = on_terminal("doctor", "--config", config, extra={"COLUMNS": "60"}).out
    assert all(len(line) <= 60 for line in shown.splitlines())
    assert shown.index("✓ access token\n    good until") > 0


def test_permissions_that_are_missing_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    token = narrow_token(sandbox, "Mail.Read")
    config = config_file(tmp_path, sandbox.config(**token, auth="hostToken"))
    told = one(run("doctor", "--config", config), "permissions")
    assert told["state"] == "fail"
    missing = told["found"].partition("missing: ")[2].partition(";")[0].split(", ")
    assert {"Mail.ReadWrite", "Mail.Send", "User.Read"} <= set(missing)


@pytest.mark.parametrize(
    ("scope", "allowed", "says"),
    [
        ("Mail.Read Mail.Send User.Read", ["messages.list"], "more than needed: Mail.Send, User.Read"),
        ("Mail.ReadWrite", ["messages.list"], "more than needed: Mail.ReadWrite (Mail.Read would do)"),
        ("Mail.ReadWrite Mail.Send", ["messages.send"], ""),
    ],
)
def test_permissions_beyond_need_are_named(
    scope: str, allowed: list[str], says: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    token = narrow_token(sandbox, scope)
    made = sandbox.config(**token, auth="hostToken", operations={"allow": allowed})
    told = one(run("doctor", "--config", config_file(tmp_path, made)), "permissions")
    assert told["state"] == ("warn" if says else "ok")
    assert says in told["found"]


@pytest.mark.parametrize(("ahead", "state"), [(0, "ok"), (SKEW + 60, "warn"), (-SKEW - 60, "warn")])
def test_a_clock_that_goes_wrong_is_noticed(ahead: float, state: str, config: str) -> None:
    with connection(config) as parts:
        now = datetime.now(UTC).timestamp() + ahead
        assert clock(Patient(parts, clock=lambda: now))[0] == state


def test_no_token_is_shown(config: str) -> None:
    result = run("doctor", "--config", config, "--debug")
    assert not JWT.search(result.out + result.err)


def narrow_token(sandbox: Sandbox, scope: str) -> dict[str, Any]:
    """A host's access token with these permissions only."""
    import requests

    config = sandbox.config()
    session = requests.Session()
    session.trust_env, session.verify = False, sandbox.ca_file
    answer = session.post(
        f"{sandbox.authority}/oauth2/v2.0/token",
        data={
            "grant_type": "refresh_token",
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "refresh_token": config["refreshToken"],
            "scope": scope,
        },
        timeout=10,
    )
    taken_out = dict.fromkeys(("refreshToken", "clientSecret", "redirectUri"))
    return {**taken_out, "accessToken": answer.json()["access_token"]}
