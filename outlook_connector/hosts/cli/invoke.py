"""``invoke``: run an operation."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import InvalidInput
from .names import complete_name
from .options import config_option, connection, json_option
from .output import coloured, emit, for_people, harmless, json_text, show, tell, write
from .progress import moving, working

if TYPE_CHECKING:
    from ...dispatcher import Connector


@click.command()
@click.argument("name", metavar="NAME", shell_complete=complete_name)
@click.argument("input", metavar="[JSON | @FILE | -]", default="{}")
@click.option("--all", "everything", is_flag=True, help="Every item of a collection, one JSON value a line.")
@click.option("--pick", metavar="POINTER", help="Only the value at this JSON pointer; a text without quotes.")
@config_option
@json_option
def invoke(
    name: str,
    input: str,  # noqa: A002 - the contract's word
    everything: bool,
    pick: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Run an operation.

    The input is JSON, or @FILE, or - for stdin; left out, it is {}. On a terminal collections are shown as tables;
    piped, the result is one JSON value. `outlook-connector describe NAME` shows the inputs.
    """
    given = read_input(input)
    if everything and pick is not None:
        raise click.UsageError("--all and --pick do not go together.")
    with connection(config) as parts:
        if everything:
            _check_collection(parts.connector, name)
            _stream(parts.connector, name, given)
            return
        with moving(name) as on_progress:
            result = parts.connector.invoke(name, given, on_progress=on_progress)
    if pick is not None:
        _write_picked(picked(result, pick))
    elif for_people(as_json):
        _show(name, result)
    else:
        emit(result)


def read_input(text: str) -> dict[str, Any]:
    """The input from the command line, a file or stdin. Raises ``InvalidInput`` for anything but a JSON object."""
    try:
        if text == "-":
            source = sys.stdin.read()
        elif text.startswith("@"):
            source = Path(text[1:]).expanduser().read_text(encoding="utf-8")
        else:
            source = text
        value = json.loads(source)
    except OSError as error:
        raise InvalidInput(f"The input file {text[1:]} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidInput("The input is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"The input is not JSON: {error.msg} at {where}.") from None
    if not isinstance(value, dict):
        raise InvalidInput("The input must be a JSON object, such as '{\"limit\": 3}'.")
    return value


def picked(value: Any, pointer: str) -> Any:
    """The value at an RFC 6901 pointer. Raises ``InvalidInput`` where it leads nowhere."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise InvalidInput(f"--pick {pointer}: the result has nothing there.") from None
    if pointer and not pointer.startswith("/"):
        raise InvalidInput("--pick takes a JSON pointer, such as /value/0/id.")
    return value


def _check_collection(connector: "Connector", name: str) -> None:
    """Raises a usage error where ``--all`` stands beside an operation that has one answer alone."""
    operation = connector.manifest.operations.get(name)
    if operation is None or operation.result == "collection":
        return
    more = ", and call it again with the cursor of that" if name.endswith(".changes") else ""
    raise click.UsageError(f"--all is for collections, and {name} has one answer: leave --all out{more}.")


def _stream(connector: "Connector", name: str, given: Mapping[str, Any]) -> None:
    with working(f"{name} …") as now:
        for count, item in enumerate(connector.iterate(name, given), 1):
            write(json_text(item))
            now(f"{name}: {count} items")


def _write_picked(found: Any) -> None:
    """A text as it is, for a program; a terminal is not steered by it."""
    if not isinstance(found, str):
        write(json_text(found))
    elif for_people(as_json=False):
        write(harmless(found.replace("\r\n", "\n")))
    else:
        write(found)


def _show(name: str, result: dict[str, Any]) -> None:
    from .tables import table_of

    table = table_of(name, result)
    if table is None:
        show(coloured(result))
        return
    show(table)
    if result.get("nextCursor"):
        tell("There is more: --all gets everything, --json shows the cursor.")
    if result.get("incomplete"):
        tell(f"Incomplete: {result['incomplete']}")
