"""``doctor`` on the credential: every kind is tried at the sign-in service, and what it says is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_world import config_file, run
from doctor_world import one, states, told_of_the_credential

from outlook_connector.sandbox import Sandbox


def test_an_expired_secret_is_told_with_what_to_do(sandbox: Sandbox, config: str) -> None:
    sandbox.directory.app.secrets[0].expires = datetime.now(UTC) - timedelta(days=1)
    result = run("doctor", "--config", config)
    told = one(result, "credential")
    assert told["state"] == "fail"
    assert "clientSecret" in told["do"]
    assert told["error"]["error"] == "CredentialExpired"


PUBLIC_AT_HEART = {"clientSecret": None, "auth": "delegated"}


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


def test_a_certificate_that_ends_soon_is_warned_about(sandbox: Sandbox, tmp_path: Path) -> None:
    certificate = {"path": sandbox.certificate_file(lifetime=5 * 86400)}
    found = sandbox.config(auth="application", clientSecret=None, certificate=certificate)
    told = one(run("doctor", "--config", config_file(tmp_path, found)), "credential")
    assert told["state"] == "warn"
    assert "certificate, good until" in told["found"]
    assert "new certificate" in told["do"]
