"""A redirect is followed nowhere, be it of Graph, of an upload or of the sign-in; and no cookie is kept."""

from __future__ import annotations

from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError, connect

from .proxy import Heard, Said
from .rogue_world import API, GRAPH, UPLOAD, Net, connector, net, says, uploading, world

__all__ = ["connector", "net", "world"]
"""The fixtures, which pytest looks for here."""

SECRET = "canary-secret"

CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("messages.get", {"messageId": "m" * 80}),
    ("messages.update", {"messageId": "m" * 80, "isRead": True}),
    ("messages.send", {"to": ["kim@contoso.example"], "subject": "x"}),
    ("messages.delete", {"messageId": "m" * 80}),
    ("messages.getMime", {"messageId": "m" * 80}),
    ("graph.batch", {"requests": [{"method": "GET", "path": "/messages"}]}),
)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("name", "given"), CALLS, ids=[name for name, _ in CALLS])
def test_a_redirect_is_followed_nowhere(
    name: str, given: dict[str, Any], status: int, net: Net, connector: Connector
) -> None:
    for place in (
        "https://evil.example/x",
        f"https://{GRAPH}:8443/x",
        "http://127.0.0.1:{plain}/x",
        "/v1.0/me/y",
    ):
        location = net.address(place)
        net.script = lambda heard, location=location: Said(status, {"Location": location}, b"")  # type: ignore[misc]
        net.graph.clear()
        with pytest.raises(ConnectorError):
            connector.invoke(name, given)
        assert len(net.graph) == 1
    assert not net.leaks


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_upload_that_is_redirected_goes_nowhere_else(status: int, net: Net, connector: Connector) -> None:
    begin = uploading(f"https://{GRAPH}/upload?authtoken=x")

    def script(heard: Heard) -> Said | None:
        if heard.method == "PUT":
            return Said(status, {"Location": "https://evil.example/upload"}, b"")
        return begin(heard)

    net.script = script
    with pytest.raises(ConnectorError):
        connector.invoke("attachments.add", {"messageId": "m" * 80, "attachment": UPLOAD})
    assert not net.leaks


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_sign_in_that_is_redirected_goes_nowhere_else(status: int, net: Net) -> None:
    def script(heard: Heard) -> Said | None:
        if heard.method == "POST":
            return Said(status, {"Location": "https://evil.example/token"}, b"{}")
        root = f"https://{GRAPH}/tenant"
        endpoints = {"authorization_endpoint": root + "/authorize", "token_endpoint": root + "/token"}
        return says(**endpoints, issuer=f"https://{GRAPH}/tenant/v2.0")

    net.script = script
    config = {
        "auth": "application",
        "clientId": "app",
        "clientSecret": SECRET,
        "authority": f"https://{GRAPH}/tenant",
        "graphUrl": API,
        "mailbox": "kim@contoso.example",
        "tokenStore": "memory:",
        "http": {"proxy": net.proxy, "caBundle": net.authorities, "attempts": 1, "timeout": 5},
    }
    with connect(config) as made, pytest.raises(ConnectorError):
        made.invoke("messages.list")
    assert [one for one in net.graph if one.method == "POST"], "the sign-in got as far as its redirect"
    assert not net.leaks


def test_what_a_server_sets_as_a_cookie_is_not_carried_about(net: Net, connector: Connector) -> None:
    def script(heard: Heard) -> Said | None:
        cookie = {"Set-Cookie": "who=adele; Domain=contoso.example; Path=/; Secure"}
        return Said(200, {"Content-Type": "application/json", **cookie}, b'{"id": "x"}')

    net.script = script
    for _ in range(2):
        connector.invoke("messages.get", {"messageId": "m" * 80, "select": ["id"]})
    assert not [one for one in net.graph if "Cookie" in one.headers]
