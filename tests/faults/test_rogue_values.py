"""What a flow passes on leads nowhere else either: paths, ids and line breaks in its values."""

from __future__ import annotations

from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError

from .rogue_world import Net, connector, net, world

__all__ = ["connector", "net", "world"]
"""The fixtures, which pytest looks for here."""


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example/messages", "/../../evil.example", "/messages/../../../beta/me", "@evil.example"),
        *("/messages@evil.example", "https://evil.example", "/messages/%2e%2e/%2e%2e", "/\\evil.example"),
        *("/messages?x#y", "/messages/\t//evil.example", "/messages/%0d%0aHost:%20evil.example"),
    ],
)
def test_a_path_of_a_flow_leads_to_the_mailbox_or_nowhere(path: str, net: Net, connector: Connector) -> None:
    with pytest.raises(ConnectorError):
        connector.invoke("graph.request", {"method": "GET", "path": path})
    assert not net.leaks
    assert all(one.path.startswith("/v1.0/me/messages") for one in net.graph)


@pytest.mark.parametrize(
    "value",
    [
        "../../../evil",
        "x/../..",
        "x@evil.example",
        "\\\\evil.example",
        "?x",
        "#x",
        "%2e%2e",
        "https://evil.example",
        ".",
    ],
)
@pytest.mark.parametrize("name", ["messageId", "mailbox", "folder"])
def test_a_value_of_a_flow_stays_one_segment_of_the_path(
    name: str, value: str, net: Net, connector: Connector
) -> None:
    given = {"messageId": {"messageId": value}, "mailbox": {"messageId": "x", "mailbox": value}}.get(name)
    try:
        connector.invoke("messages.list" if given is None else "messages.get", given or {"folder": value})
    except ConnectorError:
        assert not net.leaks
    for heard in net.graph:
        segments = heard.path.partition("?")[0].split("/")
        assert segments[1] == "v1.0"
        assert not {".", ".."} & set(segments)
        assert segments[2] in ("me", "users")


@pytest.mark.parametrize("line", ["evil.example\r\nX: y", "x\ny", "x\0y", "x\u2028y"])
def test_no_line_break_gets_into_a_header_or_an_address(line: str, net: Net, connector: Connector) -> None:
    tries: tuple[tuple[str, dict[str, Any]], ...] = (
        ("messages.send", {"to": [f"{line}@contoso.example"]}),
        ("messages.send", {"to": [{"name": line, "address": "kim@contoso.example"}]}),
        ("messages.send", {"to": ["kim@contoso.example"], "headers": {"X-Own": line}}),
        (
            "messages.send",
            {"to": ["kim@contoso.example"], "subject": line.replace("\0", "\n").replace("\u2028", "\n")},
        ),
        ("messages.get", {"messageId": line}),
        ("graph.request", {"method": "GET", "path": "/messages", "headers": {"If-Match": line}}),
        ("graph.request", {"method": "GET", "path": f"/messages/{line}"}),
    )
    for name, given in tries:
        with pytest.raises(ConnectorError):
            connector.invoke(name, given)
    assert not net.graph
