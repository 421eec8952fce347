"""Name resolution as a hosts file would set it, with the port: Microsoft's names lead to the sandbox."""

from __future__ import annotations

import socket
from typing import Any

NAMES = ("graph.microsoft.com", "login.microsoftonline.com")
# Where upload sessions live: in the sandbox's addresses it stands without a port, as Outlook's own does.
UPLOADS = ("localhost", 443)


def resolve_to(port: int) -> None:
    """From now on this process finds the sandbox under Microsoft's names."""
    usual = socket.getaddrinfo

    def getaddrinfo(host: Any, service: Any, *rest: Any, **more: Any) -> Any:
        if host in NAMES or (host, service) == UPLOADS:
            return usual("127.0.0.1", port, *rest, **more)
        return usual(host, service, *rest, **more)

    socket.getaddrinfo = getaddrinfo
