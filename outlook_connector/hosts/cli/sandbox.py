"""``sandbox``: a mailbox service of one's own, until it is stopped."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ...errors import ConnectorError
from .options import debug_option, json_option
from .output import emit, for_people, show, tell
from .stopping import told_to_stop

if TYPE_CHECKING:
    from ...sandbox.sandbox import Sandbox


class SandboxUnavailable(ConnectorError):
    """The sandbox cannot be started here; the message says what to do."""

    default_code = "sandboxUnavailable"


@click.command(short_help="Run an Entra ID and Graph mail emulator.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one."
)
@click.option(
    "--seed",
    type=click.Choice(["full", "empty"]),
    default="full",
    show_default=True,
    help="full: three mailboxes with some three hundred messages; empty: three empty ones.",
)
@json_option
@debug_option
def sandbox(port: int, seed: str, as_json: bool) -> None:
    """Run an Entra ID and Graph mail emulator on this machine, until Ctrl+C or SIGTERM.

    Piped or with --json: one JSON line when it is ready, with a connection configuration under `config`.
    """
    with told_to_stop() as stop, opened(port=port, **_seeded(seed)) as running:
        from ...sandbox.run import describe

        facts = describe(running)
        if for_people(as_json):
            _show(facts)
        else:
            emit(facts, compact=True)
        stop.wait()


@contextmanager
def opened(**options: Any) -> Iterator["Sandbox"]:
    """A running sandbox. Raises ``SandboxUnavailable`` where its libraries are missing or its port is taken."""
    from ... import sandbox as package

    logging.getLogger("uvicorn.error").addHandler(
        logging.NullHandler()
    )  # else it tells of a taken port as well
    try:
        made: Sandbox = package.Sandbox(**options)
    except ModuleNotFoundError as missing:
        raise SandboxUnavailable(f"{str(missing)[:1].upper()}{str(missing)[1:]}.") from None
    try:
        made.start()
    except OSError:
        port = options.get("port", 0)
        message = f"Port {port} of this machine cannot be listened on. Choose another, or 0 for a free one."
        raise SandboxUnavailable(message) from None
    try:
        yield made
    finally:
        made.stop()


def _seeded(seed: str) -> dict[str, Any]:
    if seed == "full":
        return {}
    from ...sandbox.seed.builder import Builder

    return {"seed": lambda directory, now: Builder(directory, now).world}


def _show(facts: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    for key in (
        "graphUrl",
        "authority",
        "caFile",
        "tenantId",
        "clientId",
        "clientSecret",
        "publicClientId",
        "adminUrl",
    ):
        table.add_row(key, str(facts[key]))
    for user in facts["users"]:
        table.add_row("user", f"{user['address']}  password {user['password']}")
    show(table)
    tell("The sandbox is running; Ctrl+C stops it. With --json it prints a configuration to connect with.")
