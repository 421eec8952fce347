"""``python -m benchmarks.worker PLACE NAME...``: a process that holds contenders and does what its standard input asks.

Each line asks for one thing in JSON and is answered with one line. Time is taken around the call alone.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from .contenders import Works
from .place import Place

EARLY = 2_000
"""The message after which memory is read for the first time."""
KIB = 1024


def main(place: str, *names: str) -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    where = Place(**json.loads(place))
    contenders = {name: import_module(f"benchmarks.contenders.{name}").works(where) for name in names}
    print(json.dumps({name: sorted(works) for name, works in contenders.items()}), file=answers, flush=True)
    for line in sys.stdin:
        with redirect_stdout(sys.stderr):
            told = _done(contenders, json.loads(line))
        print(json.dumps(told), file=answers, flush=True)


def _done(contenders: Mapping[str, Works], asked: Mapping[str, Any]) -> dict[str, Any]:
    work = contenders[asked["contender"]][asked["work"]]
    try:
        if "amount" in asked:
            return _iterated(work, asked["amount"])
        before = _fresh_peak() if "memory" in asked else 0
        begun = perf_counter()
        work()
        return {"seconds": perf_counter() - begun, "grown": peak() - before if before else 0}
    except Exception:  # noqa: BLE001 - whoever fails is left out, and the report says so
        return {"error": traceback.format_exc(limit=-3)}


def _iterated(work: Any, amount: int) -> dict[str, Any]:
    begun = perf_counter()
    items = work(amount)
    early = sum(1 for _ in islice(items, EARLY))
    middle = resident()
    count = early + sum(1 for _ in items)
    seconds = perf_counter() - begun
    if count != amount:
        return {"error": f"{count} items instead of {amount}"}
    return {"seconds": seconds, "early": middle, "late": resident(), "peak": peak()}


def resident() -> int:
    """Bytes of this process in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 * KIB


def _fresh_peak() -> int:
    """What is in memory now, from where the peak is counted anew."""
    Path("/proc/self/clear_refs").write_text("5")
    return resident()


def peak() -> int:
    """The most bytes that this process has had in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * KIB


if __name__ == "__main__":
    main(*sys.argv[1:])
