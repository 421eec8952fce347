"""``python -m benchmarks [--quick] [ROW ...]``: measures, prints the report, and keeps the raw samples.

A full run writes the measured part of docs/performance.md and its picture as well.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from . import page, report
from .row import Row
from .rows import Stage
from .running import serving

ROWS = (
    *(
        "listing",
        "sending",
        "iterating",
        "importing",
        "cold",
        "many",
        "files",
        "mailboxes",
        "http_host",
        "tasks",
    ),
    *("lookup", "validating", "profile"),
)


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer measurements: a look, not a result")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"some of: {', '.join(ROWS)}")
    asked = parser.parse_args(given)
    unknown = set(asked.rows) - set(ROWS)
    if unknown:
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    rows = _measured(asked.rows or ROWS, asked.quick)
    whole = not asked.rows and not asked.quick
    command = " ".join(["python -m benchmarks", *given])
    print(report.markdown(rows, command))
    kept = report.keep(rows, "latest" if whole else "partial")
    _tell(f"raw samples: {kept}")
    if whole:
        page.write(rows, command)
    return 0


def _measured(names: Sequence[str], quick: bool) -> list[Row]:
    rows = []
    with serving() as place:
        for name in names:
            begun = time.monotonic()
            rows.append(import_module(f"benchmarks.rows.{name}").run(Stage(place, quick, _tell)))
            _tell(f"{name}: {time.monotonic() - begun:.0f} s")
    return rows


def _tell(told: str) -> None:
    print(told, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
