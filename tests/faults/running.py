"""What runs a plan of scenarios and prints its figures."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from store_redis import MISSING, available

from .scenarios import Outcome

Scenario = Callable[[], Outcome]


class Plan(Protocol):
    def __call__(self, *, full: bool) -> Mapping[str, Scenario]: ...


def kinds() -> tuple[str, ...]:
    """The stores that there are to test with."""
    return ("sqlite", "redis") if available() else ("sqlite",)


def sized(name: str, description: str | None) -> argparse.ArgumentParser:
    """A run's command line: ``--full`` or ``--small``."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.faults.{name}", description=description)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--full", action="store_true")
    size.add_argument("--small", action="store_true")
    return parser


def main(name: str, description: str | None, plan: Plan) -> None:
    """Runs the scenarios; ends with 1 where a figure is not as it must be. ``--only WORD`` runs those whose name
    holds the word."""
    parser = sized(name, description)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if not available():
        print(f"without Redis: {MISSING}", file=sys.stderr)
    scenarios = {key: run for key, run in plan(full=options.full).items() if options.only in key}
    wrong = [key for key, run in scenarios.items() if shown(key, run)]
    sys.exit(1 if wrong else 0)


def shown(name: str, scenario: Scenario) -> bool:
    """Whether a figure of the scenario is wrong, after they were printed."""
    began = time.monotonic()
    found = scenario()
    verdict = f"WRONG: {', '.join(found.wrong)}" if found.wrong else "ok"
    print(f"{verdict:6} {name:26} {found.name} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"       {json.dumps(found.figures)}", flush=True)
    return bool(found.wrong)
