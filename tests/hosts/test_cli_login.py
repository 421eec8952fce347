"""``login`` for more permissions, and for an administrator's consent; the browser is a request without pages."""

from __future__ import annotations

import json
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
        requests.get(there.headers["Location"], timeout=10)
        return running.result()


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
    assert login(sandbox, config, "--admin-consent", user=ADMIN).json["adminConsent"] is True


@pytest.mark.parametrize("other", [["--device"], ["--hint", ADELE]])
def test_what_makes_no_sense_with_an_administrators_consent_is_refused(other: list[str], config: str) -> None:
    result = run("login", *other, "--admin-consent", "--config", config)
    assert result.code == 2
    assert f"leave {other[0]} out" in result.err


def test_help_and_waiting_in_vain_say_the_same_of_ports(config: str) -> None:
    told = run("login", "--no-browser", "--timeout", "0.2", "--config", config).err
    assert "ignores the port" in told
    assert "ignores the port" in " ".join(run("login", "--help").out.split())
