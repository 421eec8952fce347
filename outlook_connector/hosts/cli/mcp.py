"""``mcp``: the operations as tools for agents."""

import os
from typing import TYPE_CHECKING

import click

from ...errors import ConfigError, ConnectorError
from .options import config_option, connection
from .output import emit, for_people, tell
from .stopping import told_to_stop

if TYPE_CHECKING:
    from ...dispatcher import Connector


class McpUnavailable(ConnectorError):
    """The protocol's library is not installed; the message says what to do."""

    default_code = "mcpUnavailable"


@click.command(short_help="Serve the operations as tools for agents (MCP).")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=click.Choice(["write", "send", "delete"]),
    help="Besides reading, tools with this effect too; can be given again. The connection's policy holds as well.",
)
@click.option("--http", "over_http", is_flag=True, help="Streamable HTTP instead of stdin and stdout.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: the address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one."
)
@click.option(
    "--api-key-env",
    "key_names",
    multiple=True,
    metavar="NAME",
    help="With --http: the environment variable that holds a key; several while one is being replaced.",
)
@click.option(
    "--max-result",
    type=click.IntRange(1000),
    default=200_000,
    show_default=True,
    help="Characters in the answer to a reading call; more are refused.",
)
@config_option
def mcp(
    allowed: tuple[str, ...],
    over_http: bool,
    host: str,
    port: int,
    key_names: tuple[str, ...],
    max_result: int,
    config: str | None,
) -> None:
    """Serve the operations as tools of the Model Context Protocol, over stdin and stdout, or over HTTP.

    \b
    Tools only read, until more is allowed:
      --allow write    drafts, folders, categories, rules; moving and marking
      --allow send     mail goes out
      --allow delete   messages and folders go
    """
    keys = [_key(name) for name in key_names]
    _needs_library()
    with connection(config) as parts:
        if over_http:
            _over_http(parts.connector, allowed, max_result, host, port, keys)
            return
        from ..mcp.stdio import serve

        with told_to_stop() as stop:
            serve(parts.connector, allowed, max_result, stop)


def _over_http(
    connector: "Connector", allowed: tuple[str, ...], most: int, host: str, port: int, keys: list[str]
) -> None:
    from ..mcp.http import app, serve

    application = app(connector, allowed, most, host, keys)
    with told_to_stop() as stop:
        serve(application, host, port, _ready, stop)


def _ready(url: str) -> None:
    if for_people(as_json=False):
        tell(f"Serving {url}; Ctrl+C stops it.")
    else:
        emit({"url": url}, compact=True)


def _key(name: str) -> str:
    key = os.environ.get(name, "")
    if len(key) < 16:
        raise ConfigError(f"The environment variable {name} must hold a key of at least 16 characters.")
    return key


def _needs_library() -> None:
    try:
        import mcp  # noqa: F401 - only whether it is there
    except ModuleNotFoundError as missing:
        raise McpUnavailable(f'mcp needs {missing.name}: pip install "outlook-connector[mcp]"') from None
