"""The run as a Markdown table, and as raw samples."""

import gzip
import json
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

from .measures import Spread, ratio, spread
from .row import Figure, Row

RESULTS = Path(__file__).parent / "results"
SCALES = {"s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))}
NAMES = {
    **{"bare": "bare requests", "tuned": "tuned requests", "urllib3_alone": "bare urllib3", "o365": "O365"},
    **{"sockets": "a socket, answer unread", "connector": "**this connector**", "msgraph_sdk": "msgraph-sdk"},
    **{"connector_sqlite": "this connector, store in SQLite"},
    **{"office365_client": "Office365-REST-Python-Client"},
}


def machine() -> str:
    """The kind of machine and what runs on it."""
    libraries = ", ".join(
        f"{one} {version(one)}" for one in ("requests", "urllib3", "msal", "orjson", "jsonschema-rs")
    )
    return f"{cpu_count()} cores ({_processor()}), {platform.system()}, Python {platform.python_version()}, {libraries}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    named = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def markdown(rows: Sequence[Row], command: str) -> str:
    """The whole measured part."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    head = f"Measured on {day} with `{command}`, on {machine()}.\n\n"
    return head + verdicts(rows) + "\n" + "\n".join(details(row) for row in rows)


def verdicts(rows: Iterable[Row]) -> str:
    """Each figure that is to be met, and whether it is."""
    lines = ["| work | figure | measured | met |", "|---|---|---|---|"]
    for row in rows:
        for one in row.figures:
            lines.append(
                f"| {row.title} | {_bound(one)} | {_measured(one)} | {'yes' if one.met else '**no**'} |"
            )
    return "\n".join(lines) + "\n"


def _bound(one: Figure) -> str:
    told = f"at {'most' if one.at_most else 'least'} {one.bound:g}{' ' + one.unit if one.unit else ''} {one.told}"
    return told.replace("of bare", "of bare requests").replace("of tuned", "of tuned requests")


def _measured(one: Figure) -> str:
    value, unit = one.value, f" {one.unit}" if one.unit else ""
    form = "{:.2f}" if abs(value.middle) < 10 else "{:.0f}"
    middle = form.format(value.middle)
    if value.count == 1 or value.low == value.high:
        return f"{middle}{unit}"
    return f"{middle}{unit} ({form.format(value.low)}–{form.format(value.high)})"


def details(row: Row) -> str:
    """One row's contenders, the fastest first."""
    lines = [
        f"### {row.title}", "",
        f"| contender | median | 10 %–90 % | in terms of {NAMES.get(row.compared_with, row.compared_with)} "
        "| measurements |", "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    base = row.samples.get(row.compared_with)
    summaries = sorted(
        ((spread(taken), name) for name, taken in row.samples.items()), key=lambda one: one[0].middle
    )
    for found, name in summaries:
        part = f"{ratio(row.samples[name], base).middle:.2f}" if base else ""
        lines.append(
            f"| {NAMES.get(name, name)} | {shown(found.middle, row.unit)} | {_between(found, row.unit)} | {part} "
            f"| {found.count} |"
        )
    lines += ["", *(f"- {name}: {told}" for name, told in row.facts.items())]
    lines += [
        f"- {NAMES.get(name, name)} failed: {told.strip().splitlines()[-1]}"
        for name, told in row.failed.items()
    ]
    return "\n".join(lines).rstrip() + "\n"


def _between(found: Spread, unit: str) -> str:
    return f"{shown(found.low, unit)}–{shown(found.high, unit)}"


def shown(value: float, unit: str) -> str:
    """A value for people: seconds in the unit that suits them."""
    for size, name in SCALES.get(unit, ()):
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{value:.3g} {unit}"


def keep(rows: Sequence[Row], name: str) -> Path:
    """The raw samples as compressed JSON: ``{"machine", "rows": [...]}``."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json.gz"
    told = {"machine": machine(), "rows": [asdict(row) for row in rows]}
    with gzip.GzipFile(file, "wb", mtime=0) as stream:
        stream.write(json.dumps(told, default=float).encode())
    return file
