"""The program: its commands, and how each of its ends is told."""

import logging
import traceback
from collections.abc import Sequence

import click

from ... import __version__
from ...errors import ConnectorError
from .account import account
from .completion import completion
from .demo import demo
from .describe import describe
from .doctor import doctor
from .exits import HELP, Exit, exit_code
from .export import export
from .invoke import invoke
from .login import login
from .mcp import mcp
from .operations import operations
from .options import debug_option
from .output import emit, report, tell
from .sandbox import sandbox
from .scopes import scopes
from .serve import serve
from .watch import watch
from .worker import worker

NAME = "outlook-connector"

COMMANDS = (
    *(demo, operations, describe, invoke, watch, login, account, doctor, scopes, sandbox),
    *(serve, mcp, worker, export, completion),
)


@click.group(
    name=NAME,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=HELP,
)
@click.version_option(__version__, prog_name=NAME)
@debug_option
def cli() -> None:
    """Use a Microsoft 365 / Outlook mailbox by operation name.

    Results are written to stdout: as tables on a terminal, as JSON when piped or with --json. Messages go to
    stderr. With --json an error is {"error": {...}} on stdout too; otherwise stdout holds results only.
    """


for command in COMMANDS:
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every error has been told by then."""
    as_json = "--json" in arguments
    try:
        code = cli.main(args=list(arguments), prog_name=NAME, standalone_mode=False)
    except click.ClickException as error:
        return _usage(error, as_json)
    except click.Abort:
        return Exit.INTERRUPTED
    except ConnectorError as error:
        report(error, as_json)
        return exit_code(error)
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback could quote what was sent
        return _unexpected(error, as_json)
    return code if isinstance(code, int) else Exit.DONE


def _usage(error: click.ClickException, as_json: bool) -> int:
    if as_json:
        told = {"error": "UsageError", "code": "usage", "message": error.format_message(), "retryable": False}
        emit({"error": {**told, "details": {}}})
    else:
        error.show()
    return error.exit_code


def _unexpected(error: Exception, as_json: bool) -> int:
    """A fault of the program's own. Its message may hold anything, so only its kind and place are told."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__} in {last.name}, line {last.lineno} of {last.filename}"
    message = f"The program failed unexpectedly: {what}. Please report it."
    logging.getLogger(__name__).debug("%s", "".join(traceback.format_tb(error.__traceback__)))
    if as_json:
        told = {"error": "Unexpected", "code": "unexpected", "message": message, "retryable": False}
        emit({"error": {**told, "details": {}}})
    else:
        tell(message)
    return Exit.OTHER
