"""The process that ``forked`` asks for others: it reads the command line's modules, and then only forks."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import socket
import sys
from typing import Any

READ = ("outlook_connector.hosts.cli", "outlook_connector.auth", "outlook_connector.graph")
"""Packages of which every module is read; the others come with them."""
MOST = 1 << 20
"""Bytes of an order; the system passes on fewer at once."""


def read_modules() -> None:
    for package in READ:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    gc.freeze()


def order_of(caller: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """What is asked for and its streams: stdin, stdout, stderr, and where to tell its number and its end."""
    order, streams, _, _ = socket.recv_fds(caller, MOST, 4)
    return (json.loads(order), streams) if order else None


def become(order: dict[str, Any], streams: list[int]) -> None:
    """The streams are as Python makes them when it starts."""
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    sys.argv[1:] = order["arguments"]
    sys.stdin = sys.__stdin__ = opened(0, "r")
    sys.stdout = sys.__stdout__ = opened(1, "w")
    sys.stderr = sys.__stderr__ = opened(2, "w", buffering=1, errors="backslashreplace")


def opened(number: int, mode: str, **how: Any) -> Any:
    return open(number, mode, encoding="utf-8", closefd=False, **how)


def serve(caller: socket.socket) -> None:
    """Forks for each order, and tells when one has ended. Returns in each fork, and in itself once nobody asks."""
    asking = selectors.DefaultSelector()
    asking.register(caller, selectors.EVENT_READ)
    while True:
        for key, _ in asking.select():
            if key.data is not None:
                asking.unregister(key.fd)
                tell_end(key.fd, *key.data)
            elif (order := order_of(caller)) is None:
                sys.exit(0)
            elif child := os.fork():
                follow(asking, child, order[1])
            else:
                asking.close()
                caller.close()
                become(*order)
                return


def follow(asking: selectors.BaseSelector, child: int, streams: list[int]) -> None:
    for stream in streams[:3]:
        os.close(stream)
    os.write(streams[3], f"{child}\n".encode())
    asking.register(os.pidfd_open(child), selectors.EVENT_READ, (child, streams[3]))


def tell_end(watched: int, child: int, teller: int) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(teller, f"{code}\n".encode())
    os.close(teller)
    os.close(watched)


if __name__ == "__main__":
    read_modules()
    serve(socket.socket(fileno=int(sys.argv[1])))
    from outlook_connector.hosts.cli import main

    main()
