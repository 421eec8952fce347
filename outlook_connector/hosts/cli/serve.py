"""``serve``: the operations over HTTP."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import ConfigError, ConnectorError
from .exits import Exit
from .options import configured, debug_option, json_option
from .output import emit, for_people, tell

if TYPE_CHECKING:
    from ..http.running import Running


class ServerUnavailable(ConnectorError):
    """The host's libraries are not installed; the message says how to."""

    default_code = "serverUnavailable"


@click.command(short_help="Offer the operations over HTTP.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one."
)
@click.option(
    "--connection",
    "named",
    multiple=True,
    metavar="NAME=FILE",
    help="A connection and its configuration; may be given several times. Left out: one, default, from the "
    "environment.",
)
@click.option(
    "--api-key-env", "variables", multiple=True, metavar="NAME", help="A variable that holds an API key."
)
@click.option(
    "--api-key-file",
    "files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file with API keys, one a line.",
)
@click.option(
    "--tls-cert",
    "certificate",
    type=click.Path(),
    metavar="FILE",
    help="A certificate in PEM form, for https.",
)
@click.option(
    "--tls-key",
    "private_key",
    type=click.Path(),
    metavar="FILE",
    help="Its key, where the file does not hold it.",
)
@click.option("--public-url", metavar="URL", help="How others reach this host, such as behind a proxy.")
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A web site whose pages may call this host.",
)
@click.option(
    "--threads", type=click.IntRange(1, 1000), default=16, show_default=True, help="Operations at once."
)
@click.option(
    "--max-body",
    "largest_body",
    type=click.IntRange(1, 1024),
    default=32,
    show_default=True,
    metavar="MB",
    help="The largest request, in megabytes.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0.1, 3600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long a client may send or take nothing.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0, 3600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to finish what runs when told to stop.",
)
@json_option
@debug_option
def serve(
    named: tuple[str, ...], variables: tuple[str, ...], files: tuple[Path, ...], as_json: bool, **options: Any
) -> int:
    """Offer the operations over HTTP, until Ctrl-C or SIGTERM.

    The host listens to this machine alone; with --host 0.0.0.0 to others as well, and then callers need an API key.
    Piped or with --json: one JSON line, {"url": ...}, when it is ready. See docs/http.md.
    """
    try:
        from ..http import connections, running
        from ..http.settings import MEGABYTE, Settings
    except ModuleNotFoundError as missing:
        message = f"The HTTP host needs {missing.name}: pip install 'outlook-connector[server]'."
        raise ServerUnavailable(message) from None
    from ...manifest import load

    options["largest_body"] *= MEGABYTE
    settings = Settings(keys=(*_from_variables(variables), *_from_files(files)), **options)
    running.check(settings)

    def ready(host: "Running") -> None:
        url = f"{settings.scheme}://{_bracketed(settings.host)}:{host.port}"
        if for_people(as_json):
            tell(f"Listening on {url}; Ctrl+C stops it.")
        else:
            emit({"url": url}, compact=True)

    if running.serve(load(), connections.opened(_connections(named)), settings, ready):
        return Exit.DONE
    tell(f"Some calls were still running after {settings.grace:g} seconds, and are cut off.")
    os._exit(Exit.OTHER)  # their threads would keep the process alive


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _connections(named: tuple[str, ...]) -> dict[str, str | None]:
    """Name → file; without any, the one that the environment configures."""
    found: dict[str, str | None] = {}
    for one in named:
        name, mark, file = one.partition("=")
        if not mark or not file:
            raise click.UsageError(
                f"--connection takes NAME=FILE, such as default=connection.yaml, not {one!r}."
            )
        if name in found:
            raise click.UsageError(f"--connection {name} is given twice.")
        found[name] = file
    if not found and not configured(None):
        raise ConfigError(
            "No connection is configured: give --connection NAME=FILE, or set OUTLOOK_CONNECTOR_CONFIG."
        )
    return found or {"default": None}


def _from_variables(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not os.environ.get(name, "").strip():
            raise ConfigError(f"--api-key-env {name}: the environment variable is not set, or empty.")
    return tuple(os.environ[name].strip() for name in names)


def _from_files(files: tuple[Path, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for file in files:
        try:
            lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"--api-key-file {file}: the file cannot be read.") from None
        keys = [line for line in lines if line]
        if not keys:
            raise ConfigError(f"--api-key-file {file}: the file holds no key.")
        found += keys
    return tuple(found)
