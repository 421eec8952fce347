"""``doctor``: each check, what it finds, and what it is worth to a program."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_world import JWT, Result, config_file, on_terminal, run
from cryptography.fernet import Fernet
from store_redis import MISSING, available, redis_server

from outlook_connector.hosts.cli.checks import SKEW, clock, place
from outlook_connector.hosts.cli.findings import Patient
from outlook_connector.hosts.cli.options import connection
from outlook_connector.sandbox import Sandbox

ORDER = [
    *("configuration", "token store", "credential", "sign-in", "access token", "clock"),
    *("permissions", "Microsoft Graph", "mailbox"),
]


def states(result: Result) -> dict[str, str]:
    return {one["check"]: one["state"] for one in result.json["checks"]}


def one(result: Result, check: str) -> dict[str, Any]:
    return next(found for found in result.json["checks"] if found["check"] == check)


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


@pytest.mark.skipif(not available(), reason=MISSING)
@pytest.mark.parametrize(
    ("options", "state", "says"),
    [
        ((), "ok", "evicts nothing and logs each write"),
        (("--appendonly", "no"), "warn", "appendonly no"),
        (("--maxmemory", "50mb", "--maxmemory-policy", "volatile-ttl"), "warn", "(volatile-ttl)"),
        (("--rename-command", "INFO", ""), "warn", "does not tell this user"),
    ],
)
def test_a_redis_server_that_would_drop_tokens_is_warned_about(
    options: tuple[str, ...], state: str, says: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    with redis_server("--dir", str(tmp_path), "--appendonly", "yes", *options) as url:
        made = sandbox.config(tokenStore=url, storeKey=Fernet.generate_key().decode())
        result = run("doctor", "--config", config_file(tmp_path, made))
    told = one(result, "token store")
    assert (told["state"], result.code) == (state, 0)
    assert says in told["found"]
    assert bool(told.get("do")) is (state == "warn")
    assert ("appendonly set to yes" in told.get("do", "")) is ("appendonly" in told["found"])


def test_a_store_that_cannot_be_opened_is_told_as_such(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    config = config_file(tmp_path, sandbox.config(tokenStore=f"sqlite:///{tmp_path}/file/tokens.sqlite3"))
    result = run("doctor", "--config", config)
    assert (states(result)["configuration"], states(result)["token store"]) == ("ok", "fail")
    assert result.code == 2


def test_a_lost_key_file_is_told_under_the_token_store(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3"))
    assert run("doctor", "--config", config).code == 0
    (tmp_path / "tokens.sqlite3.key").unlink()
    result = run("doctor", "--config", config)
    told = one(result, "token store")
    assert (told["state"], told["error"]["code"], result.code) == ("fail", "storeKeyMissing", 2)
    assert "tokens.sqlite3.key is missing" in told["found"]
    assert told["do"].startswith("Restore it")
    assert not (tmp_path / "tokens.sqlite3.key").exists()


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


def test_an_expired_secret_is_told_with_what_to_do(sandbox: Sandbox, config: str) -> None:
    sandbox.directory.app.secrets[0].expires = datetime.now(UTC) - timedelta(days=1)
    result = run("doctor", "--config", config)
    told = one(result, "credential")
    assert told["state"] == "fail"
    assert "clientSecret" in told["do"]
    assert told["error"]["error"] == "CredentialExpired"


PUBLIC_AT_HEART = {"clientSecret": None, "auth": "delegated"}


def told_of_the_credential(
    sandbox: Sandbox, directory: Path, **changes: Any
) -> tuple[Result, dict[str, Any]]:
    """What doctor says with those changes while the access token of before is good for an hour."""
    store = f"sqlite:///{directory}/tokens.sqlite3"
    assert run("doctor", "--config", config_file(directory, sandbox.config(tokenStore=store))).code == 0
    changed = config_file(directory, sandbox.config(tokenStore=store, **changes), "changed.json")
    result = run("doctor", "--config", changed)
    return result, one(result, "credential")


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"clientSecret": "wrong"}, 7000215),
        (PUBLIC_AT_HEART, 7000218),
        ({"certificate": "foreign"}, 700027),
        ({"federatedTokenFile": "foreign"}, 700213),
    ],
)
def test_a_credential_that_is_refused_fails_although_the_token_of_before_is_good(
    changes: dict[str, Any], number: int, sandbox: Sandbox, tmp_path: Path
) -> None:
    result, told = told_of_the_credential(sandbox, tmp_path, **foreign(changes, sandbox))
    assert (told["state"], told["error"]["details"]["aadsts"]) == ("fail", number)
    assert (result.code, result.json["healthy"]) == (3, False)
    assert states(result)["access token"] == "skip"


def foreign(changes: dict[str, Any], sandbox: Sandbox) -> dict[str, Any]:
    """A certificate that is not registered, and a token with a subject that is not trusted."""
    file = sandbox.certificate_file()
    sandbox.directory.app.certificates.clear()
    made: dict[str, dict[str, Any]] = {
        "certificate": {"certificate": {"path": file}},
        "federatedTokenFile": {"federatedTokenFile": sandbox.federated_token_file(subject="somebody-else")},
    }
    found = next((made[name] for name in changes if name in made), None)
    return {"clientSecret": None, **found} if found else changes


@pytest.mark.parametrize("kind", ["certificate", "federatedTokenFile"])
@pytest.mark.parametrize("auth", ["delegated", "application"])
def test_a_credential_of_every_kind_is_tried(auth: str, kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "certificate": {"path": sandbox.certificate_file()},
        "federatedTokenFile": sandbox.federated_token_file(),
    }
    made = sandbox.config(auth=auth, clientSecret=None, **{kind: given[kind]})
    result = run("doctor", "--config", config_file(tmp_path, made))
    assert one(result, "credential")["found"].endswith("; Microsoft Entra takes it")
    assert result.code == 0


def test_a_managed_identity_is_asked_of_the_machine(sandbox: Sandbox, tmp_path: Path) -> None:
    taken_out = dict.fromkeys(("clientId", "clientSecret", "redirectUri", "refreshToken"))
    made = {**sandbox.config(), **taken_out, "auth": "managedIdentity", "mailbox": "adele@contoso.example"}
    config = config_file(tmp_path, {key: value for key, value in made.items() if value is not None})
    result = run("doctor", "--config", config, extra=sandbox.managed_identity_environment())
    assert (states(result)["credential"], states(result)["mailbox"]) == ("ok", "ok")
    nowhere = run(
        "doctor", "--config", config, extra={"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:9"}
    )
    assert one(nowhere, "credential")["state"] == "fail"


def test_an_outage_that_the_token_outlasts_is_no_fault_of_the_credential(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    made = sandbox.config(tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3")
    config = config_file(tmp_path, made)
    assert run("doctor", "--config", config).code == 0
    sandbox.fault(match="POST /*/oauth2/v2.0/token", status=503, times=None)
    result = run("doctor", "--config", config)
    told = one(result, "credential")
    assert (told["state"], states(result)["mailbox"], result.code) == ("warn", "ok", 0)
    assert "not tried: The sign-in service" in told["found"]
    (tmp_path / "tokens.sqlite3").unlink()
    result = run("doctor", "--config", config)
    assert (one(result, "credential")["state"], states(result)["mailbox"], result.code) == ("fail", "skip", 1)


def test_trying_the_credential_spends_no_refresh_token(tmp_path: Path) -> None:
    with Sandbox(single_use_refresh_tokens=True) as sandbox:
        for changes in ({}, PUBLIC_AT_HEART):
            told_of_the_credential(sandbox, tmp_path, **changes)
        renewed = run("invoke", "auth.refresh", "--config", str(tmp_path / "connection.json"))
        assert renewed.json["username"] == "adele@contoso.example"
        assert sandbox.entra.spent_refresh_tokens == 0


def test_where_no_tenant_is_known_the_credential_is_said_not_to_have_been_tried(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    personal = f"{sandbox.authority.rpartition('/')[0]}/consumers"
    result = run(
        "doctor", "--config", config_file(tmp_path, sandbox.config(authority=personal, tenantId="consumers"))
    )
    told = one(result, "credential")
    assert told["state"] == "warn"
    assert "not tried" in told["found"]
    assert "auth.refresh" in told["do"]


def test_another_store_key_is_told_under_the_token_store(sandbox: Sandbox, tmp_path: Path) -> None:
    result, told = told_of_the_credential(sandbox, tmp_path, storeKey=Fernet.generate_key().decode())
    assert told["state"] == "skip"
    told = one(result, "token store")
    assert (told["state"], told["error"]["code"], result.code) == ("fail", "storeKeyWrong", 2)
    assert told["do"].startswith("Put the old key back")


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


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, "the file in your data directory"),
        ("memory:", "memory:"),
        ("sqlite:////var/lib/outlook/tokens.sqlite3", "sqlite:////var/lib/outlook/tokens.sqlite3"),
        ("rediss://user:pass@word@cache.example:6380/2?password=canary", "rediss://cache.example:6380/2"),
    ],
)
def test_a_store_is_named_without_its_password(url: str | None, shown: str) -> None:
    assert place(url) == shown


def test_a_certificate_that_ends_soon_is_warned_about(sandbox: Sandbox, tmp_path: Path) -> None:
    certificate = {"path": sandbox.certificate_file(lifetime=5 * 86400)}
    found = sandbox.config(auth="application", clientSecret=None, certificate=certificate)
    told = one(run("doctor", "--config", config_file(tmp_path, found)), "credential")
    assert told["state"] == "warn"
    assert "certificate, good until" in told["found"]
    assert "new certificate" in told["do"]
