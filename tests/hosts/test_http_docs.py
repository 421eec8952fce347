"""docs/http.md is true: its calls run, and its tables are whole."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from http_world import serving

from outlook_connector import errors
from outlook_connector.hosts.cli.serve import serve
from outlook_connector.hosts.http.refusals import CODES, OWN, TABLE
from outlook_connector.sandbox import Sandbox

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "http.md").read_text(encoding="utf-8")
CALLS = re.findall(r"^\$ (curl .*)$", TEXT, re.MULTILINE)
KEY = "k-6f1f0c1d2f"


@pytest.fixture
def port(sandbox: Sandbox, tmp_path: Path) -> int:
    configs = {name: sandbox.config(account=name) for name in ("default", "support")}
    with serving(tmp_path, configs, keys=(KEY,)) as client:
        yield client.port


@pytest.mark.parametrize("call", CALLS)
def test_each_call_answers(call: str, port: int, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    words = shlex.split(call.replace("8080", str(port)).replace("$OUTLOOK_KEY", KEY))
    options = ["--fail", "--silent", "--noproxy", "*", "-H", f"X-API-Key: {KEY}"]
    done = subprocess.run([words[0], *options, *words[1:]], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(b"{")


def test_every_error_stands_in_the_table_with_its_status() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (.*) \|$", TEXT, re.MULTILINE)
    table = {status: text for statuses, text in rows for status in statuses.split(", ")}
    for kind, status in TABLE:
        assert f"`{kind.__name__}`" in table[str(status)], kind
    for code, status in {**OWN, **CODES}.items():
        assert f"`{code}`" in table[str(status)] or code in ("badRequest", "connectionNotNamed"), code
    kinds = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.ConnectorError)
    }
    told = {kind for kind, _ in TABLE}
    assert {one.__name__ for one in kinds if not told & set(one.__mro__)} == {
        *("ConnectorError", "ManifestError"),
    }


def test_every_option_is_told() -> None:
    options = {name for one in serve.params for name in one.opts if name.startswith("--")}
    told = {name for name in options if name in TEXT}
    assert options - told == {"--debug"}


@pytest.mark.parametrize("told", re.findall(r"`((?:GET|POST) /[^` ]+)`", TEXT))
def test_every_path_that_is_told_is_there(told: str, sandbox: Sandbox, tmp_path: Path) -> None:
    method, path = told.split(" ")
    for variable, value in PLACES.items():
        path = path.replace(variable, value)
    with serving(tmp_path, {"default": sandbox.config()}) as client:
        answer = client.session.request(method, client.url + path, allow_redirects=False, timeout=20)
    assert answer.status_code not in (404, 405, 500)


PLACES = {
    "triggers/{name}": "triggers/message.received",
    "operations/{name}": "operations/profile.get",
    "{connection}": "default",
}
