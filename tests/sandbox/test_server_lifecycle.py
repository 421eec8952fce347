"""The server: up in no time, down at once, nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from outlook_connector.sandbox import Sandbox


def get(sandbox, path="/common/discovery/instance", session=None):
    return (session or requests).get(sandbox.base_url + path, verify=sandbox.ca_file, timeout=5)


def test_it_serves_inside_the_block_and_not_after_it():
    with Sandbox() as sandbox:
        assert get(sandbox).ok
        url, ca_file = sandbox.base_url, sandbox.ca_file
    assert not Path(ca_file).exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=2)


def test_it_stops_at_once_with_connections_open():
    with Sandbox() as sandbox, requests.Session() as session:
        assert get(sandbox, session=session).ok
        started = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - started < 3, "nobody is waited for"


def test_it_stops_at_once_with_a_request_under_way():
    with Sandbox() as sandbox:
        sandbox.fault("GET *", delay=60)
        failures = []
        waiting = threading.Thread(target=lambda: failures.append(_failure(lambda: get(sandbox))))
        waiting.start()
        while not sandbox.requests:
            time.sleep(0.01)
        started = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - started < 3, "nobody is waited for"
        waiting.join(5)
    assert isinstance(failures[0], requests.ConnectionError)


def _failure(action):
    try:
        action()
    except OSError as failure:
        return failure
    return None


def test_it_can_start_again():
    sandbox = Sandbox()
    for _ in range(2):
        with sandbox:
            assert get(sandbox).ok


def test_stopping_twice_is_harmless():
    sandbox = Sandbox().start()
    sandbox.stop()
    sandbox.stop()


def test_a_sandbox_that_is_not_running_says_so():
    with pytest.raises(RuntimeError, match="isn't running"):
        _ = Sandbox().graph_url


def test_the_port_can_be_chosen_and_a_taken_one_is_refused():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Sandbox(port=port) as sandbox:
        assert sandbox.graph_url == f"https://127.0.0.1:{port}/v1.0"
        with pytest.raises(OSError, match=str(port)):
            Sandbox(port=port).start()
        assert get(sandbox).ok


def test_several_run_side_by_side():
    with Sandbox() as first, Sandbox() as second:
        assert first.base_url != second.base_url
        assert get(first).ok and get(second).ok


def test_the_certificate_is_good_for_localhost_too():
    with Sandbox() as sandbox:
        url = sandbox.base_url.replace("127.0.0.1", "localhost") + "/common/discovery/instance"
        assert requests.get(url, verify=sandbox.ca_file, timeout=5).ok


def test_plain_http_is_not_served():
    with Sandbox() as sandbox, pytest.raises(requests.ConnectionError):
        requests.get(sandbox.base_url.replace("https:", "http:"), timeout=5)


def test_many_requests_on_one_connection_are_quick():
    with Sandbox() as sandbox, requests.Session() as session:
        quickest = 1.0
        for _ in range(100):
            started = time.monotonic()
            assert get(sandbox, session=session).ok
            quickest = min(quickest, time.monotonic() - started)
        assert quickest < 0.03, "without TCP_NODELAY each takes 40 ms, however idle the machine is"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_as_a_process_it_prints_one_line_and_stops_cleanly(number):
    command = [sys.executable, "-m", "outlook_connector.sandbox", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        facts = json.loads(process.stdout.readline())
        wanted = {"graphUrl", "authority", "caFile", "tenantId", "clientId", "clientSecret", "publicClientId"}
        assert set(facts) >= wanted | {"redirectUri", "users", "adminUrl", "config"}
        assert requests.get(f"{facts['adminUrl']}/requests", verify=facts["caFile"], timeout=5).json() == []
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
    assert not Path(facts["caFile"]).exists()
