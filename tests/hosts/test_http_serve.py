"""``outlook-connector serve`` as a process: how it starts, whom it knows, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme
from cli_world import Running, config_file, run, started, with_few_files
from http_world import Client, error

from outlook_connector import ConfigError
from outlook_connector.hosts.http.connections import opened
from outlook_connector.hosts.tasks.settings import read_settings
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed.anchors import QUARTERLY_REPORT


@contextmanager
def served(*options: str, extra: dict[str, str] | None = None) -> Iterator[tuple[Client, Running]]:
    with started("serve", "--port", "0", "--json", *options, extra=extra) as running:
        client = Client(json.loads(running.process.stdout.readline())["url"])
        try:
            yield client, running
        finally:
            client.session.close()


def test_it_serves_the_environments_connection_and_says_where(config: str) -> None:
    with served(extra={"OUTLOOK_CONNECTOR_CONFIG": config}) as (client, _):
        assert client.invoke("profile.get").status_code == 200


def test_several_connections_are_told_apart_by_name(sandbox: Sandbox, tmp_path: Path) -> None:
    options: list[str] = []
    for name in ("adele", "kim"):
        file = config_file(tmp_path, sandbox.config(f"{name}@contoso.example", account=name), f"{name}.json")
        options += ["--connection", f"{name}={file}"]
    with served(*options) as (client, _):
        answers = {name: client.invoke("profile.get", **{"X-Connection": name}) for name in ("adele", "kim")}
        unnamed = client.invoke("profile.get")
        unknown = client.invoke("profile.get", **{"X-Connection": "lynne"})
        listed = client.get("/connections").json()["connections"]
    assert {name: one.json()["userPrincipalName"] for name, one in answers.items()} == {
        "adele": "adele@contoso.example",
        "kim": "kim@contoso.example",
    }
    assert (unnamed.status_code, error(unnamed)["code"]) == (400, "connectionNotNamed")
    assert (unknown.status_code, error(unknown)["code"]) == (404, "unknownConnection")
    assert [(one["name"], one["auth"], one["signedIn"]) for one in listed] == [
        ("adele", "delegated", True),
        ("kim", "delegated", True),
    ]


def test_two_connections_share_one_sign_in_only_on_purpose(sandbox: Sandbox, tmp_path: Path) -> None:
    def files(sales: dict[str, str], support: dict[str, str]) -> dict[str, str | None]:
        store = {"tokenStore": f"sqlite:///{tmp_path}/store.sqlite3"}
        given = {"sales": {**store, **sales}, "support": {**store, **support}}
        return {
            name: config_file(tmp_path, sandbox.config(**one), f"{name}.json") for name, one in given.items()
        }

    with pytest.raises(ConfigError, match=r"sales and support .* account"):
        opened(files({}, {"tokenStore": f"sqlite:///{tmp_path}/../{tmp_path.name}/store.sqlite3"}))
    with pytest.raises(ConfigError, match=r"sales and support .* account"):
        read_settings({"connections": files({}, {})})
    for sales, support in (("a", "b"), ("a", "a"), ("a", "default")):
        opened(files({"account": sales}, {"account": support})).close()
    opened(files({}, {"tokenStore": "memory:"})).close()


def test_one_called_default_is_meant_where_none_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    options = []
    for name, user in (("other", "kim"), ("default", "adele")):
        file = config_file(tmp_path, sandbox.config(f"{user}@contoso.example"), f"{name}.json")
        options += ["--connection", f"{name}={file}"]
    with served(*options) as (client, _):
        assert client.invoke("profile.get").json()["userPrincipalName"] == "adele@contoso.example"


def test_keys_come_from_variables_and_files(config: str, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("from-a-file\n\nanother\n", encoding="utf-8")
    options = [
        "--connection",
        f"default={config}",
        "--api-key-env",
        "KEY",
        "--api-key-file",
        str(tmp_path / "keys"),
    ]
    with served(*options, extra={"KEY": "from-the-environment"}) as (client, _):
        keys = ("from-the-environment", "from-a-file", "another", "wrong", "")
        assert [client.get("/operations", headers={"X-API-Key": key}).status_code for key in keys] == [
            *(200, 200, 200),
            *(401, 401),
        ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "0.0.0.0"], "API key"),
        (["--api-key-env", "NOT_SET"], "NOT_SET"),
        (["--api-key-file", "/no/such/file"], "/no/such/file"),
        (["--api-key-env", "UMLAUT"], "ASCII"),
        (["--connection", "nothing"], "NAME=FILE"),
        (["--connection", "a/b=c.json"], "a/b"),
        (["--connection", "a=/no/such.json"], "Connection a:"),
        (["--public-url", "https://outlook.example.com"], "API key"),
        (["--tls-cert", "/no/such.pem"], "certificate"),
        (["--host", "no.such.invalid", "--api-key-env", "HOME"], "no.such.invalid"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_served(options: list[str], told: str, config: str) -> None:
    result = run(
        "serve", "--port", "0", *options, extra={"OUTLOOK_CONNECTOR_CONFIG": config, "UMLAUT": "schlüssel"}
    )
    assert result.code == 2
    assert told in result.err
    assert "Traceback" not in result.err


def test_a_port_that_is_taken_is_told(config: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("serve", "--port", port, "--connection", f"default={config}")
    assert result.code == 2
    assert port in result.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_what_runs_and_takes_nothing_new(
    number: signal.Signals, config: str, sandbox: Sandbox
) -> None:
    sandbox.fault("GET /me*", delay=2.0)
    answers: list[requests.Response] = []
    with served("--connection", f"default={config}") as (client, running):
        caller = threading.Thread(target=lambda: answers.append(client.invoke("profile.get")))
        caller.start()
        _until(lambda: any(one.path.endswith("/me") for one in sandbox.requests))
        running.process.send_signal(number)
        time.sleep(0.5)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{client.url}/healthz", timeout=5)
        caller.join(20)
        result = running.result()
    assert [one.status_code for one in answers] == [200]
    assert result.code == 0
    assert result.err == ""


def test_what_does_not_end_in_time_is_cut_off_as_unknown(config: str, sandbox: Sandbox) -> None:
    sandbox.fault("POST /me/sendMail", delay=20.0)
    answers: list[requests.Response] = []
    given = {"to": ["kim@contoso.example"], "subject": "Slow"}
    with served("--connection", f"default={config}", "--grace", "1") as (client, running):
        caller = threading.Thread(target=lambda: answers.append(client.invoke("messages.send", given)))
        caller.start()
        _until(lambda: any(one.path.endswith("/sendMail") for one in sandbox.requests))
        begun = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        result = running.result()
        caller.join(20)
    assert time.monotonic() - begun < 10
    assert (result.code, [one.status_code for one in answers]) == (1, [424])
    assert error(answers[0])["code"] == "outcomeUnknown"
    assert "cut off" in result.err and "Traceback" not in result.err


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("application/x-ndjson", "messages.list"), ("application/octet-stream", "messages.getMime")],
)
def test_streams_and_files_that_have_not_begun_are_told_alike(
    kind: str, operation: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.fault("GET /me/m*", delay=8.0, times=3)
    given = {} if operation == "messages.list" else {"messageId": QUARTERLY_REPORT}
    stores = config_file(tmp_path, sandbox.config())
    with (
        served("--connection", f"default={stores}", "--grace", "1") as (client, running),
        ThreadPoolExecutor() as pool,
    ):
        caller = pool.submit(client.invoke, operation, given, Accept=kind)
        _until(lambda: any("/messages" in one.path for one in sandbox.requests))
        running.process.send_signal(signal.SIGTERM)
        answer = caller.result(20)
        running.result()
    assert (answer.status_code, error(answer)["code"]) == (424, "outcomeUnknown")


def test_logs_hold_no_key_no_code_and_nothing_of_a_mail(config: str) -> None:
    key, canary = "key-3b1f7c", "canary-9e2d41"
    given = {"to": ["kim@contoso.example"], "subject": canary, "body": canary}
    with served(
        "--connection", f"default={config}", "--api-key-env", "KEY", "--debug", extra={"KEY": key}
    ) as (
        client,
        running,
    ):
        client.session.headers["X-API-Key"] = key
        assert client.invoke("messages.send", given).status_code == 200
        client.get("/operations", headers={"X-API-Key": canary})
        client.get(f"/callback?state={canary}&code={canary}")
        client.post("/connect/default", data={"key": canary}, allow_redirects=False)
        client.post("/operations/messages.list", data=canary, headers={"Content-Type": "application/json"})
        client.post("/notifications/default", data=canary)
        running.process.send_signal(signal.SIGTERM)
        result = running.result()
    assert "messages.send" in result.err
    assert key not in result.err and canary not in result.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files")
def test_idle_connections_without_end_keep_nobody_out(config: str) -> None:
    with with_few_files("serve", "--port", "0", "--json", "--connection", f"default={config}") as url:
        client = Client(url)
        idle = [socket.create_connection(("127.0.0.1", client.port), timeout=10) for _ in range(300)]
        assert client.invoke("profile.get").status_code == 200
        assert len(idle) == 300


def test_it_speaks_tls(config: str, tmp_path: Path) -> None:
    authority, file = trustme.CA(), str(tmp_path / "host.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(file)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with served("--connection", f"default={config}", "--tls-cert", file) as (client, _):
        client.session.verify = str(tmp_path / "ca.pem")
        assert client.url.startswith("https://")
        assert client.invoke("profile.get").status_code == 200


def test_what_is_not_installed_is_told() -> None:
    without = "import sys; sys.modules['uvicorn'] = None; from outlook_connector.hosts.cli import main; "
    done = subprocess.run(
        [sys.executable, "-c", without + "main(['serve'])"], capture_output=True, text=True, check=False
    )
    assert done.stderr == "Error: The HTTP host needs uvicorn: pip install 'outlook-connector[server]'.\n"


def test_metrics_count_operations_by_name_and_outcome(config: str) -> None:
    with served("--connection", f"default={config}") as (client, _):
        client.invoke("profile.get")
        client.invoke("messages.list", {"limit": "x"})
        client.invoke("no.such")
        text = client.get("/metrics").text
    assert 'outlook_connector_operation_seconds_count{operation="profile.get",outcome="ok"} 1.0' in text
    assert (
        'outlook_connector_operation_seconds_count{operation="messages.list",outcome="invalidInput"} 1.0'
        in text
    )
    assert 'operation="other",outcome="unknownOperation"' in text
    assert 'method="POST",route="/operations/{name}",status="200"' in text
    assert "no.such" not in text and "contoso" not in text


def _until(holds: Callable[[], bool], timeout: float = 15.0) -> None:
    end = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
