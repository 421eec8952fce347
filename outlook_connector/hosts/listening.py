"""Listening for connections, for the hosts that are servers."""

import os
import socket

from ..errors import ConfigError


def listening(host: str, port: int, backlog: int) -> socket.socket:
    """A socket of TCP by name: without it, uvicorn's answers wait for acknowledgements. Raises ``ConfigError`` where
    the address is none, or is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(backlog)
    except (OSError, UnicodeError) as error:
        made.close()
        told = getattr(error, "strerror", None) or "it is no address"
        raise ConfigError(f"{host} port {port} cannot be listened on: {told}.") from None
    return made
