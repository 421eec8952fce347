"""``login`` for more permissions, and for an administrator's consent; the browser is a request without pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from cli_world import Result, config_file, run, started

from outlook_connector.sandbox import Sandbox

ADELE, ADMIN = "adele@contoso.example", "nestor@contoso.example"
ADDRESS = r"(?m)^https://127\S+/(authorize|adminconsent)\S+"


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> str:
    made = sandbox.config(refreshToken=None, tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3")
    sandbox.directory.grants.clear()
    return config_file(tmp_path, made)


def login(sandbox: Sandbox, config: str, *options: str, user: str = ADELE) -> Result:
    """Runs it, and follows the browser's way in and back."""
    session = requests.Session()
    session.trust_env, session.verify = False, sandbox.ca_file
    with started("login", "--no-browser", "--config", config, *options) as running:
        address = running.said(ADDRESS)
        there = session.get(address, headers={"x-sandbox-user": user}, allow_redirects=False, timeout=10)
        page = requests.get(there.headers["Location"], timeout=10)
        return replace(running.result(), page=page.text)


def invoke(config: str, name: str, given: dict[str, Any] | None = None) -> Result:
    return run("invoke", name, json.dumps(given or {}), "--config", config, "--json")


def test_a_permission_that_a_call_misses_is_added_to_those_granted(sandbox: Sandbox, config: str) -> None:
    assert login(sandbox, config, "--scope", "Mail.Read").json["scopes"] == ["Mail.Read"]
    mail = {"to": ["a@b.example"], "subject": "Order 4711", "body": "Please confirm."}
    refused = invoke(config, "messages.send", mail)
    error = refused.json["error"]
    assert (error["error"], error["details"]["missing"], refused.code) == (
        "ConsentRequired",
        ["Mail.Send"],
        3,
    )
    assert "login --scope Mail.Send" in error["message"]
    assert login(sandbox, config, "--scope", "Mail.Send").json["scopes"] == ["Mail.Read", "Mail.Send"]
    assert invoke(config, "messages.send", mail).json["status"] == "accepted"


def test_an_administrator_consents_for_the_tenant(sandbox: Sandbox, config: str) -> None:
    done = login(sandbox, config, "--admin-consent", "--scope", "Mail.Send", user=ADMIN)
    assert done.code == 0
    assert done.json == {
        "account": "default",
        "adminConsent": True,
        "tenantId": sandbox.tenant_id,
        "scopes": ["Mail.Send"],
    }
    assert invoke(config, "auth.status").json["signedIn"] is False


def test_an_applications_administrator_needs_no_store_for_it(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(auth="application"))
    given = login(sandbox, config, "--admin-consent", user=ADMIN).json
    assert given == {"account": "default", "adminConsent": True, "tenantId": sandbox.tenant_id}


def test_who_is_no_administrator_ends_the_wait_for_one_at_once(sandbox: Sandbox, config: str) -> None:
    done = login(sandbox, config, "--admin-consent", "--json")
    error = done.json["error"]
    assert (error["error"], error["details"]["aadsts"], done.code) == ("ConsentRequired", 90094, 3)
    assert "no administrator who may consent" in error["message"]
    assert ">No consent<" in done.page and "Not signed in" not in done.page
    assert "Sign in there as an administrator" in error["details"]["advice"]


def test_waiting_in_vain_for_an_administrator_speaks_of_administrators(config: str) -> None:
    result = run("login", "--admin-consent", "--no-browser", "--timeout", "0.2", "--config", config)
    assert "No consent came back" in result.err
    assert "AADSTS90094" in result.err


def test_personal_accounts_have_no_administrator_to_consent(sandbox: Sandbox, tmp_path: Path) -> None:
    personal = f"{sandbox.authority.rpartition('/')[0]}/consumers"
    config = config_file(tmp_path, sandbox.config(authority=personal, tenantId="consumers"))
    result = run("login", "--admin-consent", "--no-browser", "--config", config)
    assert result.code == 2
    assert "have no administrator" in result.err
    assert "adminConsentUrl" not in invoke(config, "auth.status").json


def test_a_permission_that_graph_does_not_know_is_named(sandbox: Sandbox, config: str) -> None:
    error = login(sandbox, config, "--scope", "Mail.Reed", "--json").json["error"]
    assert (error["details"]["aadsts"], error["details"]["scope"]) == (650053, "Mail.Reed")
    assert "no permission Mail.Reed" in error["message"]
    assert "--scope" in error["details"]["advice"]


def test_a_redirect_uri_that_login_cannot_use_is_said_to_be_left(sandbox: Sandbox, tmp_path: Path) -> None:
    made = sandbox.config(
        redirectUri="https://host.example/back", tokenStore=f"sqlite:///{tmp_path}/t.sqlite3"
    )
    told = run("login", "--no-browser", "--timeout", "0.2", "--config", config_file(tmp_path, made)).err
    assert "login does not use redirectUri https://host.example/back" in told
    assert "needs: http://localhost" in told


def test_a_permission_asked_for_besides_is_not_told_to_be_removed(sandbox: Sandbox, tmp_path: Path) -> None:
    made = sandbox.config(
        refreshToken=None,
        tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3",
        operations={"allow": ["messages.list"]},
    )
    config = config_file(tmp_path, made)
    assert login(sandbox, config, "--scope", "Mail.Read", "--scope", "Mail.Send").code == 0
    told = next(
        one for one in run("doctor", "--config", config).json["checks"] if one["check"] == "permissions"
    )
    assert told["state"] == "ok"
    assert "asked for besides what is needed: Mail.Send" in told["found"]


def test_what_the_operations_needed_before_they_were_narrowed_is_more_than_needed(
    sandbox: Sandbox, config: str, tmp_path: Path
) -> None:
    assert login(sandbox, config).code == 0
    made = json.loads(Path(config).read_text(encoding="utf-8"))
    narrowed = config_file(tmp_path, {**made, "operations": {"allow": ["messages.list"]}}, "narrowed.json")
    told = next(
        one for one in run("doctor", "--config", narrowed).json["checks"] if one["check"] == "permissions"
    )
    assert told["state"] == "warn"
    assert "more than needed: Mail.ReadWrite, Mail.Send" in told["found"]


@pytest.mark.parametrize("other", [["--device"], ["--hint", ADELE]])
def test_what_makes_no_sense_with_an_administrators_consent_is_refused(other: list[str], config: str) -> None:
    result = run("login", *other, "--admin-consent", "--config", config)
    assert result.code == 2
    assert f"leave {other[0]} out" in result.err


def test_help_and_waiting_in_vain_say_the_same_of_ports(config: str) -> None:
    told = run("login", "--no-browser", "--timeout", "0.2", "--config", config).err
    assert "ignores the port" in told
    assert "ignores the port" in " ".join(run("login", "--help").out.split())
