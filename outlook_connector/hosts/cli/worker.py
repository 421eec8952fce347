"""``worker``: run operations that come as tasks, and poll triggers on a schedule."""

from collections.abc import Sequence
from pathlib import Path

import click

from ...errors import ConfigError
from .options import debug_option
from .output import tell


@click.command(short_help="Work on tasks from RabbitMQ (Celery).")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(dir_okay=False),
    help="The worker's settings (JSON or YAML): broker, results, connections, schedule.",
)
@click.option(
    "--connection",
    "connections",
    multiple=True,
    metavar="NAME=CONFIG.yaml",
    help="A connection by name, besides those of the settings; may be given several times.",
)
@click.option(
    "--broker", metavar="URL", envvar="OUTLOOK_BROKER_URL", help="RabbitMQ's URL, in place of the settings'."
)
@click.option(
    "--concurrency", type=click.IntRange(1, 1000), default=4, show_default=True, help="Tasks at once."
)
@click.option("--beat", is_flag=True, help="Poll the triggers of the schedule too.")
@debug_option
def worker(
    settings_file: str | None, connections: Sequence[str], broker: str | None, concurrency: int, beat: bool
) -> int:
    """Run the operations that come as tasks `outlook.invoke` from RabbitMQ, until Ctrl-C or SIGTERM.

    Start as many as are needed, on as many machines; with --beat in any number of them. Connections that share their
    tokens and limits among machines have a tokenStore on Redis.
    """
    try:
        from ..tasks.app import make_app
        from ..tasks.publishing import Publisher
        from ..tasks.running import run
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"The worker needs the package {missing.name}: pip install 'outlook-connector[celery]'"
        ) from None
    from ..tasks.settings import read_settings

    named = dict(_named(one) for one in connections)
    settings = read_settings(Path(settings_file) if settings_file else {}, connections=named, broker=broker)
    if not settings.connections:
        raise ConfigError(
            "No connection is configured: give --connection NAME=CONFIG.yaml, or --settings FILE."
        )
    if beat and not settings.schedule:
        raise ConfigError("--beat needs a schedule in the settings.")
    tell(f"Working on the queue {settings.queue} for {', '.join(settings.connections)}; Ctrl-C ends.")
    if settings.forgetful:
        tell(
            f"Warning: what {', '.join(settings.forgetful)} must not do twice is remembered by each process alone. "
            "A task that is delivered again is answered with outcomeUnknown where it might have been begun, and one "
            "that is submitted again under its id may be done again. Give the connection a tokenStore on Redis or "
            "SQLite, or readOnly."
        )
    app = make_app(settings)
    publisher = Publisher(app.connection_for_write, settings.exchange)
    return run(app, publisher, concurrency=concurrency, beat=beat)


def _named(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise click.UsageError(f"--connection takes NAME=CONFIG.yaml, and not {text!r}.")
    return name, path
