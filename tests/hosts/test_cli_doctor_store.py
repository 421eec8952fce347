"""``doctor`` on the token store: whether it opens, keeps what it is given, and has its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_world import config_file, run
from cryptography.fernet import Fernet
from doctor_world import one, states, told_of_the_credential
from store_redis import MISSING, available, redis_server

from outlook_connector.hosts.cli.checks import place
from outlook_connector.sandbox import Sandbox


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


def test_another_store_key_is_told_under_the_token_store(sandbox: Sandbox, tmp_path: Path) -> None:
    result, told = told_of_the_credential(sandbox, tmp_path, storeKey=Fernet.generate_key().decode())
    assert told["state"] == "skip"
    told = one(result, "token store")
    assert (told["state"], told["error"]["code"], result.code) == ("fail", "storeKeyWrong", 2)
    assert told["do"].startswith("Put the old key back")


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
