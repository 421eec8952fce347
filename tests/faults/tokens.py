"""Runs the scenarios and prints their figures: ``python -m tests.faults.tokens --full`` (or ``--small``).

Ends with 1 where a figure is not as it must be. ``--only WORD`` runs those whose name holds the word.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping

from store_redis import MISSING, available

from . import scenarios, weather
from .scenarios import Outcome

Scenario = Callable[[], Outcome]


def plan(*, full: bool) -> Mapping[str, Scenario]:
    """Each scenario by its name, with the counts of a full or of a small run."""
    processes, calls = (16, 200) if full else (4, 60)
    kills, accounts = (60, 500) if full else (8, 40)
    found: dict[str, Scenario] = {
        "threads": lambda: scenarios.threads_on_one_token(threads=16),
        "outage": lambda: weather.outage(seconds=60),
        "canary": weather.canary,
    }
    for kind in kinds():
        found |= _by_store(kind, processes, calls, kills, accounts)
        if full:
            found[f"exchange/{kind}"] = lambda kind=kind: scenarios.kill_during_an_exchange(kind)
    return found


def kinds() -> tuple[str, ...]:
    return ("sqlite", "redis") if available() else ("sqlite",)


def _by_store(kind: str, processes: int, calls: int, kills: int, accounts: int) -> dict[str, Scenario]:
    def on_one_account(single_use: bool) -> Outcome:
        return scenarios.workers_on_one_account(kind, single_use=single_use, processes=processes, calls=calls)

    return {
        f"workers/{kind}/reusable": lambda: on_one_account(False),
        f"workers/{kind}/single-use": lambda: on_one_account(True),
        f"writes/{kind}": lambda: scenarios.kills_during_writes(kind, kills=kills),
        f"lease/{kind}": lambda: scenarios.kill_of_a_lease_holder(kind, ttl=2.0),
        f"save/{kind}/reusable": lambda: scenarios.kill_between_answer_and_save(kind, single_use=False),
        f"save/{kind}/single-use": lambda: scenarios.kill_between_answer_and_save(kind, single_use=True),
        f"accounts/{kind}": lambda: weather.many_accounts(kind, accounts=accounts, workers=2, latency=0.05),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.tokens", description=__doc__)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--full", action="store_true")
    size.add_argument("--small", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    if not available():
        print(f"without Redis: {MISSING}", file=sys.stderr)
    wrong = 0
    for name, scenario in plan(full=options.full).items():
        if options.only in name:
            wrong += _shown(name, scenario)
    return 1 if wrong else 0


def _shown(name: str, scenario: Scenario) -> bool:
    began = time.monotonic()
    found = scenario()
    verdict = f"WRONG: {', '.join(found.wrong)}" if found.wrong else "ok"
    print(f"{verdict:6} {name:26} {found.name} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"       {json.dumps(found.figures)}", flush=True)
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
