"""Iterating over 20,000 messages in pages of 100: time, and memory in a process that does nothing else."""

from collections.abc import Mapping
from typing import Any

from ..measures import Spread
from ..place import TOTAL
from ..row import Figure, Row, against
from ..running import FOREIGN, OWN, PEERS, Samples, worker
from . import Stage

SHORTER = {"o365": 4_000, "office365_client": 4_000, "msgraph_sdk": 2_200}
"""Messages that the slow ones iterate over; their time is told for as many as the others have."""
MB = 1e6
BARE_OF_MEMORY = ("sockets", "connector_sqlite")


def run(stage: Stage) -> Row:
    names = [one for one in (*OWN, *FOREIGN) if one not in BARE_OF_MEMORY]
    samples: Samples = {}
    memory: dict[str, Mapping[str, Any]] = {}
    failed: dict[str, str] = {}
    for number in range(stage.times(7, 2)):
        for name in names:
            if name in failed or (number and name in FOREIGN) or (name in FOREIGN and not PEERS.exists()):
                continue
            amount = SHORTER.get(name, TOTAL)
            with worker(stage.place, [name]) as process:
                told = process.ask(contender=name, work="items", amount=amount)
            if "error" in told:
                failed[name] = told["error"]
                continue
            samples.setdefault(name, []).append(told["seconds"] * TOTAL / amount)
            memory[name] = told
            stage.tell(f"iterating: {name} {samples[name][-1]:.2f} s, peak {told['peak'] / MB:.0f} MB")
    figures = [*against(samples, {"bare": 0.8}), *_of_memory(memory["connector"])]
    facts = {
        f"memory of {name}": f"{told['peak'] / MB:.0f} MB at most, {(told['late'] - told['early']) / MB:+.1f} MB "
        f"between message 2,000 and {SHORTER.get(name, TOTAL):,}"
        for name, told in memory.items()
    }
    return Row("iterating", "iterate 20,000 messages, pages of 100", "s", samples, figures, facts, failed)


def _of_memory(told: Mapping[str, Any]) -> list[Figure]:
    peak, growth = told["peak"] / MB, (told["late"] - told["early"]) / MB
    return [
        Figure("of memory", Spread(peak, peak, peak, 1), 60, unit="MB"),
        Figure("growth after message 2,000", Spread(growth, growth, growth, 1), 3, unit="MB"),
    ]
