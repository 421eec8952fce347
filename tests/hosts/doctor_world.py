"""What ``doctor`` says, check by check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli_world import Result, config_file, run

from outlook_connector.sandbox import Sandbox


def states(result: Result) -> dict[str, str]:
    return {one["check"]: one["state"] for one in result.json["checks"]}


def one(result: Result, check: str) -> dict[str, Any]:
    return next(found for found in result.json["checks"] if found["check"] == check)


def told_of_the_credential(
    sandbox: Sandbox, directory: Path, **changes: Any
) -> tuple[Result, dict[str, Any]]:
    """What doctor says with those changes while the access token of before is good for an hour."""
    store = f"sqlite:///{directory}/tokens.sqlite3"
    assert run("doctor", "--config", config_file(directory, sandbox.config(tokenStore=store))).code == 0
    changed = config_file(directory, sandbox.config(tokenStore=store, **changes), "changed.json")
    result = run("doctor", "--config", changed)
    return result, one(result, "credential")
