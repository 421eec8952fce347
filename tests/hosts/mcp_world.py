"""The MCP host as its clients meet it: a process spoken to over stdin and stdout, or a server on a socket."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Queue
from typing import Any, TypeVar

import anyio
from cli_world import environment
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from outlook_connector.dispatcher import Connector
from outlook_connector.hosts.mcp import http

Told = TypeVar("Told")
Conversation = Callable[[Client], Awaitable[Told]]


def process(config: str, *arguments: str) -> StdioServerParameters:
    """``outlook-connector mcp`` as a client's configuration names it."""
    command = ["-m", "outlook_connector.hosts.cli", "mcp", "--config", config, *arguments]
    return StdioServerParameters(command=sys.executable, args=command, env=environment())


def speak(
    where: StdioServerParameters | str, conversation: Conversation[Told], mode: str = "auto", **options: Any
) -> Told:
    """What came of a conversation by the SDK's own client, which checks results against the tools' schemas."""

    async def whole() -> Told | Exception:
        with anyio.fail_after(60):
            async with Client(where, mode=mode, **options) as client:
                try:
                    return await conversation(client)
                except Exception as error:  # noqa: BLE001 - raised below: the client would put it into groups
                    return error

    came = anyio.run(whole)
    if isinstance(came, Exception):
        raise came
    return came


def call(
    where: StdioServerParameters | str, tool: str, arguments: dict[str, Any] | None = None
) -> CallToolResult:
    """One call in a conversation of its own."""
    return speak(where, lambda client: client.call_tool(tool, arguments or {}))


def texts(result: CallToolResult) -> list[str]:
    """The blocks of an answer, all of which are text."""
    assert all(isinstance(block, TextContent) for block in result.content)
    return [block.text for block in result.content if isinstance(block, TextContent)]


def error_of(result: CallToolResult) -> dict[str, Any]:
    """The error that a tool answered with."""
    assert result.is_error
    (text,) = texts(result)
    return dict(json.loads(text)["error"])


@contextmanager
def serving(
    connector: Connector, allowed: Sequence[str] = (), most: int | None = 200_000, keys: Sequence[str] = ()
) -> Iterator[str]:
    """The host over HTTP in this process, on a socket of its own; gives its address."""
    stop, ready = threading.Event(), Queue[str]()
    application = http.app(connector, allowed, most, keys=keys)
    thread = threading.Thread(target=http.serve, args=(application, "127.0.0.1", 0, ready.put, stop))
    thread.start()
    try:
        yield ready.get(timeout=20)
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
