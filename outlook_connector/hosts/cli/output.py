"""Where things are written: results whole to stdout, everything for people to stderr."""

import io
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from ...errors import ConnectorError, InvalidInput, OutcomeUnknown

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.json import JSON


def for_people(as_json: bool) -> bool:
    """Whether stdout is a terminal and nobody asked for JSON."""
    return not as_json and sys.stdout.isatty()


def emit(value: Any, *, compact: bool = False) -> None:
    """One JSON value to stdout, in UTF-8 and in one piece."""
    write(json_text(value, **({"separators": (",", ":")} if compact else {"indent": 2})))


def json_text(value: Any, **form: Any) -> str:
    """JSON that a terminal can show: what would steer it stands as an escape."""
    return _STEERING.sub(_escaped, json.dumps(value, ensure_ascii=False, **form))


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal or turn the direction of what follows: a mail may hold them to mislead."""


def coloured(value: Any) -> "JSON":
    """``json_text`` in rich's colours. By itself rich reads the JSON and writes it anew, without these escapes."""
    from rich.highlighter import JSONHighlighter
    from rich.json import JSON

    shown = JSON("null")
    shown.text = JSONHighlighter()(json_text(value, indent=2))
    shown.text.no_wrap, shown.text.overflow = True, None
    return shown


def harmless(text: str) -> str:
    """Text from elsewhere, for a terminal: what would steer it becomes a mark that is seen."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def _escaped(found: "re.Match[str]") -> str:
    return f"\\u{ord(found[0]):04x}"


def write(text: str) -> None:
    """A line to stdout. A lone surrogate, which UTF-8 cannot hold, becomes JSON's own escape.

    Ends the program quietly where the reader has gone away, as ``head`` does.
    """
    try:
        click.echo(text.encode("utf-8", "backslashreplace"))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None


def show(*parts: "RenderableType") -> None:
    """Tables and the like to stdout, for a person at a terminal; what it has no letters for becomes a mark.

    JSON is left to the terminal to wrap, so that what is copied has no line ends that were not in it.
    """
    from rich.console import Console
    from rich.json import JSON

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(file=sys.stdout, highlight=False)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, JSON))


def tell(text: str) -> None:
    """A line for the person on stderr; without colours where https://no-color.org asks for it."""
    click.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)


def errors_console() -> "Console":
    """rich on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def report(error: ConnectorError, as_json: bool) -> None:
    """An error, once: as JSON on stdout where JSON was asked for, else as a message on stderr."""
    if as_json:
        emit({"error": error.to_dict()})
        return
    tell(click.style("Error: ", fg="red", bold=True) + harmless(message_of(error)))


def message_of(error: ConnectorError) -> str:
    """The message; each problem of an input on a line of its own, where to look before a call is repeated, and Graph's
    request id for a support case."""
    problems = error.details.get("problems") if isinstance(error, InvalidInput) else None
    if problems and len(problems) > 1:
        first = error.message.partition(". ")[0]
        return "\n".join(
            [f"{first}.", *(f"  {one['pointer'] or '(all)'}: {one['message']}" for one in problems)]
        )
    request, check = error.details.get("requestId"), error.details.get("check")
    unknown = isinstance(error, OutcomeUnknown) and not error.retryable
    look = f" Where to look: {check}." if check and unknown else ""
    return error.message + look + (f" (request id {request})" if request else "")
