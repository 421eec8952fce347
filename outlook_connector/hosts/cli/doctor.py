"""``doctor``: is the connection in order, and if not, what to do."""

import shutil
import textwrap
from typing import TYPE_CHECKING

import click

from ...errors import ConnectorError
from .exits import Exit, exit_code
from .options import config_option, connection, json_option, settings
from .output import emit, for_people, harmless, tell

if TYPE_CHECKING:
    from ...config import Config
    from .findings import Finding

NARROW = 80
"""Columns under which what was found stands beneath its check."""

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red"), "skip": ("-", "bright_black")}


@click.command(short_help="Check the connection, step by step.")
@config_option
@json_option
@click.pass_context
def doctor(context: click.Context, config: str | None, as_json: bool) -> None:
    """Check the connection step by step: configuration, store, sign-in, token, clock, permissions, Graph, mailbox.

    Lists at the end what it cannot check. Exits with 0 unless a check fails, else with the code of what failed first.
    """
    people = for_people(as_json)
    from .findings import Finding
    from .unchecked import unchecked

    findings = _findings(config, people)
    not_checked = unchecked(_sound(config))
    if people:
        for what in not_checked:
            _show(Finding("not checked", "skip", what))
    else:
        emit(
            {
                "healthy": all(one.state != "fail" for one in findings),
                "checks": [one.to_dict() for one in findings],
                "notChecked": not_checked,
            }
        )
    context.exit(_code(findings))


def _findings(config: str | None, people: bool) -> "list[Finding]":
    from .checks import CHECKS, examine
    from .checks_rules import told
    from .findings import Finding, Patient, failure

    found: list[Finding] = []

    def note(one: Finding) -> None:
        found.append(one)
        if people:
            _show(one)

    try:
        with connection(config) as parts:
            for one in examine(Patient(parts)):
                note(one)
    except ConnectorError as error:
        sound = _sound(config) if _about_store(error) else None
        if sound:
            note(Finding("configuration", *told(sound)))
        at = "token store" if sound else "configuration"
        note(failure(at, error))
        for name, *_ in CHECKS[len(found) :]:
            note(Finding(name, "skip", f"not looked at, since {at} failed"))
    return found


def _about_store(error: ConnectorError) -> bool:
    pointers = [one.get("pointer") for one in error.details.get("problems", ())]
    return "store" in error.code.lower() or pointers in (["/tokenStore"], ["/storeKey"])


def _sound(config: str | None) -> "Config | None":
    """The configuration where nothing is wrong with it in itself."""
    try:
        return settings(config)
    except ConnectorError:
        return None


def _code(findings: "list[Finding]") -> int:
    failed = [one for one in findings if one.state == "fail"]
    if not failed:
        return Exit.DONE
    return exit_code(failed[0].error) if failed[0].error else Exit.SIGN_IN


def _show(one: "Finding") -> None:
    """The check and what was found beside it, or beneath it where the terminal is narrow."""
    width = shutil.get_terminal_size().columns
    mark, colour = _MARKS[one.state]
    styled = click.style(mark, fg=colour)
    narrow = width < NARROW
    margin = " " * (4 if narrow else 19)
    lines = [*_wrapped(one.found, width, margin), *_wrapped(one.do, width, margin, "→ ")]
    if narrow:
        tell(f"{styled} {one.check}")
    else:
        lines[0] = f"{styled} {one.check:<16} {lines[0].lstrip()}"
    for line in lines:
        tell(line)


def _wrapped(text: str, width: int, margin: str, mark: str = "") -> list[str]:
    """Lines that fit, their words whole: an address or a command is for copying."""
    return textwrap.wrap(
        harmless(text),
        width,
        initial_indent=margin + mark,
        subsequent_indent=margin + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
