"""``doctor`` where something is wrong: its state, and what it says to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_world import Result, config_file, on_terminal, run
from cryptography.fernet import Fernet

from outlook_connector.sandbox import Sandbox

KEY = Fernet.generate_key().decode()


def one(result: Result, check: str) -> dict[str, Any]:
    return next(found for found in result.json["checks"] if found["check"] == check)


def test_what_an_application_lacks_beside_others_is_a_failure(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.directory.app.application &= {"Mail.Read"}
    config = config_file(tmp_path, sandbox.config(auth="application"))
    result = run("doctor", "--config", config)
    told = one(result, "permissions")
    assert (told["state"], result.code, result.json["healthy"]) == ("fail", 3, False)
    assert told["found"].startswith("missing: Mail.ReadWrite, Mail.Send")
    assert "login --admin-consent): https://" in told["do"]


def test_an_application_without_permissions_is_told_both_reasons(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.directory.app.application &= {"User.Read.All", "MailboxSettings.Read"}
    config = config_file(tmp_path, sandbox.config(auth="application"))
    result = run("doctor", "--config", config)
    told, mailbox = one(result, "permissions"), one(result, "mailbox")
    assert (told["state"], mailbox["state"]) == ("warn", "fail")
    assert "cannot be told from here" in told["found"] and "Mail.Send" in told["found"]
    for one_of_them in (told, mailbox):
        assert "login --admin-consent): https://" in one_of_them["do"]
        assert "application-rbac" in one_of_them["do"]


def test_a_token_of_a_session_that_is_revoked_is_not_called_good(sandbox: Sandbox, tmp_path: Path) -> None:
    config = config_file(tmp_path, sandbox.config(tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3"))
    assert run("doctor", "--config", config).code == 0
    sandbox.entra.revoke("adele@contoso.example")
    result = run("doctor", "--config", config)
    told = one(result, "access token")
    assert (told["state"], told["error"]["error"], result.code) == ("fail", "SignInRequired", 3)
    assert "outlook-connector login" in told["do"]
    assert one(result, "Microsoft Graph")["state"] == "skip"


@pytest.mark.parametrize(
    ("changes", "check", "do"),
    [
        ({"clientId": "x y"}, "configuration", "Mend clientId: the README"),
        ({"http": {"timeout": -1}}, "configuration", "Mend http.timeout: the README"),
        ({"tokenStore": "redis://127.0.0.1:1/0", "storeKey": KEY}, "token store", "Check the server"),
        ({"tokenStore": "sqlite:////proc/none/tokens.sqlite3"}, "token store", "Name a file in a directory"),
        (
            {"clientSecret": None, "certificate": {"path": "/nowhere.pem"}},
            "credential",
            "Set certificate.path",
        ),
    ],
)
def test_a_failure_says_what_to_do(
    changes: dict[str, Any], check: str, do: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    told = one(run("doctor", "--config", config_file(tmp_path, sandbox.config(**changes))), check)
    assert told["state"] == "fail"
    assert told["do"].startswith(do)
    assert told["do"] not in told["found"]


@pytest.mark.parametrize("content", ["", "no certificates here\n", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_bundle_without_certificates_is_told_as_such(
    content: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(content, encoding="utf-8")
    result = run("doctor", "--config", config_file(tmp_path, sandbox.config(http={"caBundle": str(bundle)})))
    told = one(result, "configuration")
    assert (told["state"], result.code) == ("fail", 2)
    assert "which holds no certificates in PEM form" in told["found"]
    assert told["do"].startswith("Set it to a PEM file")


def test_a_colon_that_yaml_takes_for_its_own_is_pointed_out(tmp_path: Path) -> None:
    file = tmp_path / "outlook.yaml"
    file.write_text("clientId: 11111111-2222-3333-4444-555555555555\ntokenStore: memory:\n", encoding="utf-8")
    told = one(run("doctor", "--config", str(file)), "configuration")
    assert "at line 2" in told["found"]
    assert 'needs quotes, such as "memory:"' in told["found"]


@pytest.mark.parametrize(
    ("changes", "redirect"),
    [
        ({}, "http://localhost (Authentication, Web)"),
        (
            {"redirectUri": "http://localhost:8400/back"},
            "http://localhost:8400/back (Authentication, Web)",
        ),
        ({"auth": "application"}, ""),
    ],
)
def test_what_cannot_be_checked_is_listed(
    changes: dict[str, Any], redirect: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    config = config_file(tmp_path, sandbox.config(**changes))
    listed = run("doctor", "--config", config).json["notChecked"]
    about = [one_of_them for one_of_them in listed if "redirect URI" in one_of_them]
    assert bool(about) is bool(redirect)
    assert all(f"{redirect}: whether it is registered" in one_of_them for one_of_them in about)
    shown = on_terminal("doctor", "--config", config).out
    assert shown.count("- not checked") == len(listed) >= 3
