"""``account``: a sign-in moves from one token store to another, and nobody reads it on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_world import config_file, run

from outlook_connector.sandbox import Sandbox

PASSPHRASE = "correct horse battery staple"


def moved(sandbox: Sandbox, directory: Path) -> tuple[str, str, Path]:
    """Two connections with stores of their own, signed in at the first, and the file between them."""
    paths = []
    for name in ("here", "there"):
        place = directory / name
        place.mkdir()
        given = {"tokenStore": f"sqlite:///{place}/tokens.sqlite3"}
        paths.append(
            config_file(place, sandbox.config(**given, **({"refreshToken": None} if name == "there" else {})))
        )
    assert run("invoke", "auth.refresh", "--config", paths[0], "--json").code == 0
    return paths[0], paths[1], directory / "account.json"


def test_an_account_moves_sealed_and_goes_on_there(sandbox: Sandbox, tmp_path: Path) -> None:
    here, there, file = moved(sandbox, tmp_path)
    done = run("account", "export", str(file), "--config", here, "--json", stdin=PASSPHRASE + "\n")
    assert done.code == 0, done.err
    assert file.stat().st_mode & 0o077 == 0
    assert sandbox.config()["refreshToken"] not in file.read_text()
    wrong = run("account", "import", str(file), "--config", there, "--json", stdin="another\n")
    assert wrong.code == 2
    taken = run("account", "import", str(file), "--config", there, "--json", stdin=PASSPHRASE + "\n")
    assert json.loads(taken.out)["username"] == "adele@contoso.example"
    assert run("invoke", "messages.list", '{"limit": 1}', "--config", there, "--json").code == 0


@pytest.mark.parametrize("words", ["{}", "no JSON"])
def test_what_is_no_export_is_refused(sandbox: Sandbox, tmp_path: Path, words: str) -> None:
    _, there, file = moved(sandbox, tmp_path)
    file.write_text(words)
    refused = run("account", "import", str(file), "--config", there, "--json", stdin=PASSPHRASE + "\n")
    assert refused.code == 2
    assert json.loads(refused.out)["error"]["error"] == "InvalidInput"


def test_a_file_that_is_there_is_not_overwritten(sandbox: Sandbox, tmp_path: Path) -> None:
    here, _, file = moved(sandbox, tmp_path)
    file.write_text("precious")
    refused = run("account", "export", str(file), "--config", here, "--json", stdin=PASSPHRASE + "\n")
    assert (refused.code, file.read_text()) == (2, "precious")
