"""Options that several commands share, and the connection that they lead to."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...errors import ConfigError

if TYPE_CHECKING:
    from ...assembly import Assembly
    from ...config import Config

F = TypeVar("F", bound=Callable[..., Any])
PREFIX = "OUTLOOK_CONNECTOR_"


def _debug(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from .debugging import start

        start()


def debug_option(function: F) -> F:
    """``--debug``: all that the parts log, on stderr; secrets are never among it."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_debug,
        help="Log everything to stderr (no secrets).",
    )(function)


def json_option(function: F) -> F:
    """``--json``: JSON on stdout on a terminal too, errors included."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help='JSON on stdout, on a terminal too; an error is {"error": {...}} there.',
    )(function)


def config_option(function: F) -> F:
    """``--config PATH``; the environment otherwise."""
    return click.option(
        "--config",
        "config",
        type=click.Path(dir_okay=False),
        help="The connection's configuration (JSON or YAML); else the environment's OUTLOOK_CONNECTOR_CONFIG "
        "or OUTLOOK_CONNECTOR_CLIENT_ID and so on.",
    )(debug_option(function))


def configured(config: str | None) -> bool:
    """Whether a connection was named at all, by the option or in the environment."""
    return config is not None or any(
        name.startswith(PREFIX) and name != f"{PREFIX}KEY" for name in os.environ
    )


def settings(config: str | None) -> "Config":
    """The checked configuration alone; opens nothing. Raises ``ConfigError``."""
    from ...config_building import build
    from ...config_source import read
    from ...schema import Schemas

    return build(read(config, os.environ), Schemas())


@contextmanager
def connection(config: str | None) -> Iterator["Assembly"]:
    """The connection's parts, closed at the end. Raises ``ConfigError`` where none is configured."""
    if not configured(config):
        raise ConfigError(
            "No connection is configured: give --config PATH, or set OUTLOOK_CONNECTOR_CONFIG. "
            "Without a tenant of your own, try: outlook-connector demo."
        )
    from ...assembly import assemble

    parts = assemble(config)
    with parts.connector:
        yield parts
