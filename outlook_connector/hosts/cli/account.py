"""``account``: a signed-in account moves from one token store to another."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from ...errors import InvalidInput
from .options import config_option, connection, json_option
from .output import emit, for_people, tell

PRIVATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def _passphrase(*, confirmed: bool) -> str:
    """From a prompt that shows nothing; from standard input's first line where that is no terminal."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirmed, err=True)
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError(
            "The passphrase is read from the first line of standard input, which is empty."
        )
    return line


@click.group()
def account() -> None:
    """Move a signed-in account to another token store."""


@account.command("export")
@click.argument("file", type=click.Path(dir_okay=False))
@config_option
@json_option
def export_(file: str, config: str | None, as_json: bool) -> None:
    """Write the account to FILE, a new one that only you can read, sealed with a passphrase.

    Sign out here (auth.signOut) once it has been imported there: where refresh tokens are accepted once, only one store
    can go on.
    """
    with connection(config) as parts:
        sealed = parts.context.auth.export_account(_passphrase(confirmed=True))
    try:
        descriptor = os.open(file, PRIVATE, 0o600)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be made: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        json.dump(sealed, target)
    _told({"file": file}, f"The account is in {file}.", as_json)


@account.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@config_option
@json_option
def import_(file: str, config: str | None, as_json: bool) -> None:
    """Take the account in FILE into this connection's token store, in place of what stood there."""
    try:
        sealed = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InvalidInput.of([("", "must be a file that account export has written")], file) from None
    with connection(config) as parts:
        result = parts.context.auth.import_account(sealed, _passphrase(confirmed=False))
    _told(result, f"{result['username'] or 'The account'} is signed in here.", as_json)


def _told(result: dict[str, Any], sentence: str, as_json: bool) -> None:
    if for_people(as_json):
        tell(sentence)
    else:
        emit(result)
