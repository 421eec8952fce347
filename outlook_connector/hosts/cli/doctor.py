"""``doctor``: is the connection in order, and if not, what to do."""

from typing import TYPE_CHECKING

import click

from ...errors import ConnectorError
from .exits import Exit, exit_code
from .options import config_option, connection, json_option, settings
from .output import emit, for_people, tell

if TYPE_CHECKING:
    from .findings import Finding

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red"), "skip": ("-", "bright_black")}


@click.command(short_help="Check the connection, step by step.")
@config_option
@json_option
@click.pass_context
def doctor(context: click.Context, config: str | None, as_json: bool) -> None:
    """Check the connection step by step: configuration, store, sign-in, token, clock, permissions, Graph, mailbox.

    Exits with 0 unless a check fails, else with the code of what failed first.
    """
    people = for_people(as_json)
    findings = _findings(config, people)
    if not people:
        emit(
            {
                "healthy": all(one.state != "fail" for one in findings),
                "checks": [one.to_dict() for one in findings],
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
        at = "token store" if _about_store(error) else "configuration"
        if at == "token store":
            note(Finding("configuration", *told(settings(config))))
        note(failure(at, error))
        for name, *_ in CHECKS[len(found) :]:
            note(Finding(name, "skip", f"not looked at, since {at} failed"))
    return found


def _about_store(error: ConnectorError) -> bool:
    pointers = [one.get("pointer") for one in error.details.get("problems", ())]
    return "store" in error.code.lower() or pointers in (["/tokenStore"], ["/storeKey"])


def _code(findings: "list[Finding]") -> int:
    failed = [one for one in findings if one.state == "fail"]
    if not failed:
        return Exit.DONE
    return exit_code(failed[0].error) if failed[0].error else Exit.SIGN_IN


def _show(one: "Finding") -> None:
    mark, colour = _MARKS[one.state]
    tell(f"{click.style(mark, fg=colour)} {one.check:<16} {one.found}")
    if one.do:
        tell(f"  {'':<16} → {one.do}")
