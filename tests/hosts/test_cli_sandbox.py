"""``sandbox`` as a process of its own, and ``login`` into it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import Running, config_file, environment, run, started

from outlook_connector.sandbox import Sandbox


def first_line(running: Running) -> dict[str, object]:
    return json.loads(running.process.stdout.readline())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_line_when_ready_and_ends_when_told(stop: signal.Signals) -> None:
    with started("sandbox", "--port", "0", "--json") as running:
        facts = first_line(running)
        assert {"graphUrl", "authority", "caFile", "tenantId", "clientId", "clientSecret"} <= set(facts)
        assert {"redirectUri", "users", "adminUrl", "config"} <= set(facts)
        running.process.send_signal(stop)
        result = running.result()
    assert (result.code, result.out, result.err) == (0, "", "")
    assert not Path(str(facts["caFile"])).exists()


def test_its_configuration_connects(tmp_path: Path) -> None:
    with started("sandbox") as running:
        config = config_file(tmp_path, first_line(running)["config"])
        assert run("invoke", "messages.list", '{"limit": 2}', "--config", config).json["value"]


def test_it_can_start_empty(tmp_path: Path) -> None:
    with started("sandbox", "--seed", "empty") as running:
        config = config_file(tmp_path, first_line(running)["config"])
        assert run("invoke", "messages.list", "--config", config).json["value"] == []


def test_a_port_that_is_taken_is_told() -> None:
    with started("sandbox") as running:
        port = str(first_line(running)["graphUrl"]).split(":")[2].partition("/")[0]
        result = run("sandbox", "--port", port)
    assert result.code == 1
    message = (
        f"Error: Port {port} of this machine cannot be listened on. Choose another, or 0 for a free one.\n"
    )
    assert result.err == message


def test_login_into_a_store_that_forgets_is_refused(config: str) -> None:
    result = run("login", "--no-browser", "--config", config)
    assert result.code == 2
    assert "tokenStore" in result.err


@pytest.mark.parametrize(
    ("changed", "platform"),
    [
        ({}, "Web"),
        ({"clientSecret": None}, "Mobile and desktop applications"),
        ({"redirectUri": None}, "Web"),
    ],
)
def test_login_names_the_redirect_uri_to_register(
    changed: dict[str, None], platform: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/tokens.sqlite3"
    config = config_file(tmp_path, sandbox.config(**{"refreshToken": None, "tokenStore": store, **changed}))
    result = run("login", "--no-browser", "--timeout", "0.2", "--config", config)
    assert result.code == 3
    assert f"http://localhost (Authentication, {platform})" in result.err


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_without_its_libraries_it_says_what_to_install(command: str) -> None:
    without = "import sys; sys.modules['uvicorn'] = None; from outlook_connector.hosts.cli import main; "
    arguments = [sys.executable, "-c", f"{without}main(['{command}'])"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'Error: The sandbox needs uvicorn: pip install "outlook-connector[sandbox]".\n'


def test_a_person_signs_in_on_another_device(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.entra.device_interval = 1
    store = f"sqlite:///{tmp_path}/store.db"
    config = config_file(tmp_path, sandbox.config(refreshToken=None, tokenStore=store))
    with started("login", "--device", "--config", config) as running:
        code = running.said(r"enter the code \S+").rsplit(" ", 1)[-1]
        sandbox.entra.approve_device(code, "kim@contoso.example")
        assert running.process.wait(20) == 0
    assert run("invoke", "profile.get", "--config", config).json["mail"] == "kim@contoso.example"
