"""What happens on the wire: where the token goes, what is asked again, and for how long."""

import json
import os
import socket
import time
from typing import Any

import pytest

from outlook_connector import (
    Connector,
    ConnectorError,
    Throttled,
    TransportError,
    UnexpectedResponse,
    connect,
)
from outlook_connector.sandbox import Sandbox


def graph_calls(sandbox: Sandbox) -> list[Any]:
    return [one for one in sandbox.requests if one.service == "graph"]


def test_a_call_is_one_request_and_a_token_is_kept(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    for _ in range(3):
        outlook_connector.invoke("messages.list", {"folder": "inbox", "limit": 1})
    assert len(graph_calls(outlook_sandbox)) == 3
    assert len([one for one in outlook_sandbox.requests if one.path.endswith("/token")]) == 1


def test_a_read_is_asked_again_until_it_is_answered(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="GET /me/messages", status=429, retry_after=0.05, times=2)
    began = time.monotonic()
    assert outlook_connector.invoke("messages.list", {"limit": 1})["value"]
    assert time.monotonic() - began >= 0.1, "Retry-After is kept"
    assert len(graph_calls(outlook_sandbox)) == 3


def test_no_wait_goes_beyond_the_deadline(outlook_sandbox: Sandbox) -> None:
    config = outlook_sandbox.config(http={"caBundle": outlook_sandbox.ca_file, "deadline": 1})
    with connect(config) as connector:
        outlook_sandbox.fault(match="GET /me/*", status=429, retry_after=30, times=None)
        began = time.monotonic()
        with pytest.raises(Throttled) as caught:
            connector.invoke("messages.list", {"limit": 1})
        assert time.monotonic() - began < 1
        assert caught.value.retry_after == 30


def test_a_server_that_is_silent_is_left_in_time(outlook_sandbox: Sandbox) -> None:
    http = {"caBundle": outlook_sandbox.ca_file, "timeout": 1.5, "attempts": 1}
    with connect(outlook_sandbox.config(http=http)) as connector:
        connector.invoke("auth.refresh")
        outlook_sandbox.fault(match="GET /me/*", delay=5, times=None)
        with pytest.raises(TransportError, match=r"http\.timeout"):
            connector.invoke("messages.list", {"limit": 1})
        outlook_sandbox.clear_faults()


@pytest.mark.parametrize("through", ["a proxy", "no proxy"])
def test_a_connection_that_does_not_come_is_given_up_in_its_own_time(through: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        http = {"connectTimeout": 0.3, "timeout": 60, "attempts": 1}
        config = {"auth": "hostToken", "accessToken": lambda: "token", "mailbox": "kim@contoso.example",
                  "graphUrl": f"https://{place}/v1.0", "tokenStore": "memory:",
                  "http": http | ({"proxy": f"http://{place}"} if through == "a proxy" else {})}  # fmt: skip
        with connect(config) as connector, pytest.raises(TransportError, match=r"http\.connectTimeout"):
            connector.invoke("messages.list", {"limit": 1})


def test_a_token_that_graph_refuses_is_renewed_once(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="GET /me/messages", status=401, times=1)
    assert outlook_connector.invoke("messages.list", {"limit": 1})["value"]
    assert len(graph_calls(outlook_sandbox)) == 2
    assert len([one for one in outlook_sandbox.requests if one.path.endswith("/token")]) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me/messages",
        "https://{host}.evil.example/v1.0/me/messages",
        "https://{host}@evil.example/v1.0/me/messages",
        "https://evil.example@{host}:{port}/v1.0/me/messages",
        "http://{host}:{port}/v1.0/me/messages",
        "https://{host}:1/v1.0/me/messages",
        "https://{host}:{port}/beta/me/messages",
        "//evil.example/v1.0/me/messages",
        "https://{host}:99999/v1.0/",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_link_to_another_place_is_not_followed(
    link: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host, port = outlook_sandbox.base_url.removeprefix("https://").split(":")
    rogue = link.format(host=host, port=port)
    body = {"value": [{"id": "x"}], "@odata.nextLink": rogue}
    outlook_sandbox.fault(match="GET /me/messages", status=200, body=json.dumps(body), times=1)
    found = outlook_connector.iterate("messages.list", {"pageSize": 1})
    assert next(found)["id"] == "x"
    with pytest.raises(UnexpectedResponse):
        next(found)
    assert len(graph_calls(outlook_sandbox)) == 1


def test_a_redirect_is_not_followed(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    outlook_sandbox.fault(match="GET /me/messages", status=302, body="", times=1)
    with pytest.raises(ConnectorError):
        outlook_connector.invoke("messages.list", {"limit": 1})
    assert len(graph_calls(outlook_sandbox)) == 1


@pytest.mark.parametrize(
    "body", ["", "[]", "{", "nul", '{"value": {}}', '{"value": [1]}', '{"value": [{"id": 5}]}', "<html>"]
)
def test_an_answer_of_another_shape_is_one_clear_error(
    body: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="GET /me/messages", status=200, body=body, times=1)
    with pytest.raises(UnexpectedResponse):
        outlook_connector.invoke("messages.list", {"limit": 1})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform cannot fork")
def test_a_connector_goes_on_in_a_child_after_a_fork(outlook_connector: Connector) -> None:
    parent = outlook_connector.invoke("profile.get")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = b"no"
        try:
            told = b"yes" if outlook_connector.invoke("profile.get") == parent else b"no"
        finally:
            os.write(writing, told)
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 10) == b"yes"
    assert outlook_connector.invoke("profile.get") == parent
