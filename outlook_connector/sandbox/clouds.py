"""Microsoft's clouds: whose host names the sandbox answers to, and which Graph belongs to which sign-in host.

https://learn.microsoft.com/graph/deployments and
https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outlook_connector.sandbox.exchange import Call

GRAPH_ID = "00000003-0000-0000-c000-000000000000"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Cloud:
    """Hosts of one cloud; the first Graph host is what a scope without a resource means."""

    name: str
    login: tuple[str, ...]
    graph: tuple[str, ...]
    outlook: str
    sts: str = "sts.windows.net"

    @property
    def resources(self) -> Mapping[str, str]:
        """Each resource by the names it goes by in a scope, with the audience that its tokens get."""
        graphs = {f"https://{host}": f"https://{host}" for host in self.graph}
        return {**graphs, GRAPH_ID: f"https://{self.graph[0]}", self.outlook: self.outlook}


GLOBAL = Cloud(
    "global",
    ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com"),
    ("graph.microsoft.com",),
    "https://outlook.office.com",
)
CLOUDS = (
    GLOBAL,
    Cloud(
        "usGov",
        ("login.microsoftonline.us",),
        ("graph.microsoft.us", "dod-graph.microsoft.us"),
        "https://outlook.office365.us",
    ),
    Cloud(
        "china",
        ("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
        ("microsoftgraph.chinacloudapi.cn",),
        "https://partner.outlook.cn",
        "sts.chinacloudapi.cn",
    ),
)
HOSTS: tuple[str, ...] = tuple(host for cloud in CLOUDS for host in (*cloud.login, *cloud.graph))


def cloud_of(host: str) -> Cloud:
    """The cloud that a sign-in or Graph host belongs to; loopback names stand for the global one."""
    return next((cloud for cloud in CLOUDS if host in (*cloud.login, *cloud.graph)), GLOBAL)


def in_china(host: str) -> bool:
    """Whether a host is one of China's cloud, which answers otherwise here and there."""
    return cloud_of(host).name == "china"


def cloud_of_audience(audience: str) -> Cloud:
    return cloud_of(audience.removeprefix("https://"))


def graph_audiences(host: str) -> frozenset[str]:
    """The audiences that a Graph host accepts: its own, or Graph's application id."""
    own = host if host in cloud_of(host).graph else GLOBAL.graph[0]
    return frozenset({f"https://{own}", f"https://{own}/", GRAPH_ID})


def origin(call: Call, otherwise: str) -> str:
    """Scheme, host and port as the caller wrote them, where the host is one of the sandbox's names."""
    written = call.headers.get("host", "").lower()
    known = call.host in HOSTS or call.host in LOOPBACK
    return f"https://{written}" if known and written else otherwise
