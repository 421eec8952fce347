"""The command: runs the steps, tells of each, and exits with 0 only if each has been verified."""

import time
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from ....errors import ConnectorError
from ..exits import Exit, exit_code
from ..options import debug_option, json_option
from ..output import emit
from ..sandbox import opened

if TYPE_CHECKING:
    from .stage import Stage
    from .steps import Shown, Step

SIGN_IN_TIME = 300.0
"""Seconds that a person has for signing in with --browser."""


@click.command(short_help="Show the whole connector at work.")
@click.option("--browser", is_flag=True, help="Sign in yourself, in your own browser, on the sandbox's page.")
@json_option
@debug_option
@click.pass_context
def demo(context: click.Context, browser: bool, as_json: bool) -> None:
    """Show the whole connector at work, without a tenant: sign-in, mail there and back, attachment, refresh.

    Everything happens on this machine, against a sandbox of Microsoft Entra ID and Graph. Each step checks its own
    result. With --json: one list of the steps.
    """
    from .stage import Stage
    from .telling import Silent, Story

    with opened() as sandbox, TemporaryDirectory(prefix="outlook-demo-") as directory:
        teller = Silent() if as_json else Story()
        with Stage(sandbox, directory, SIGN_IN_TIME if browser else None) as stage:
            done, code = play(stage, teller.begins, teller.ends)
        teller.closes(done)
    if as_json:
        emit(done)
    context.exit(code)


def play(
    stage: "Stage",
    begins: Callable[[int, "Step"], None],
    ends: Callable[[dict[str, Any], Any], None],
) -> tuple[list[dict[str, Any]], int]:
    """Runs the steps until one fails: what came of each, and the exit code."""
    from ..following import LostWay
    from .stage import NotShown
    from .steps import STEPS

    done: list[dict[str, Any]] = []
    for number, step in enumerate(STEPS, 1):
        begins(number, step)
        started = time.monotonic()
        problem: Exception | None = None
        shown: Shown = "", {}, None
        try:
            shown = step.run(stage)
        except (ConnectorError, NotShown, LostWay, OSError) as error:
            problem = error
            shown = str(error), {}, None
        seconds = round(time.monotonic() - started, 3)
        told = {"step": number, "title": step.title, "ok": problem is None, "seconds": seconds}
        done.append({**told, "said": shown[0], "facts": shown[1]})
        ends(done[-1], shown[2])
        if problem is not None:
            return done, exit_code(problem) if isinstance(problem, ConnectorError) else Exit.OTHER
    return done, Exit.DONE
