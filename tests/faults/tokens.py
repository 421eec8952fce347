"""Runs the scenarios and prints their figures: ``python -m tests.faults.tokens --full`` (or ``--small``).

Ends with 1 where a figure is not as it must be. ``--only WORD`` runs those whose name holds the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from . import scenarios, weather
from .running import Scenario, kinds, main
from .scenarios import Outcome


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
            found[f"exchange/{kind}"] = partial(scenarios.kill_during_an_exchange, kind)
    return found


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


if __name__ == "__main__":
    main("tokens", __doc__, plan)
