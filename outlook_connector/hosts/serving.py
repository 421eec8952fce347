"""The server of the hosts that are reached over HTTP: how many connections it has, and how it takes them."""

import socket

import uvicorn

BACKLOG = 1024
"""Connections that the system keeps until they are taken."""
AT_ONE_GO = 128
"""Connections that are taken at one go at most; some times so many may be there before one is ended for them."""
MOST_CONNECTIONS = 2000


class Server(uvicorn.Server):
    """asyncio takes as many connections at one go as it lets the system keep: here they are two numbers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)


def at_one_go(most: int) -> int:
    """``uvicorn.Config.backlog`` for a server that has ``most`` connections."""
    return min(AT_ONE_GO, max(1, most // 8))


def most_connections() -> int:
    """A half of the files that the process may have open at once; the others are for stores, calls and files."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST_CONNECTIONS
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if allowed < 0 else min(MOST_CONNECTIONS, max(2, allowed // 2))
