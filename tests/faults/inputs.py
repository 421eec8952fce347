"""Whatever goes in, and whatever Graph answers: ``python -m tests.faults.inputs --full`` (or ``--small``).

Each operation and trigger is called with inputs that are more or less like its examples, and with its examples while
Graph's real answers are changed on their way: wrong types, missing parts, much too much, cut off, nested deeply. Only a
``ConnectorError`` may come out, small and as JSON, within a second. Prints a Markdown table.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox

from .garbling import CHANGES, STATUSES, VALUES, WHOLE, Json, changed
from .proxy import Certificates, Proxy
from .running import sized
from .storm import Sky, Weather

MANIFEST = load()
NAMES = (*MANIFEST.operations, *MANIFEST.triggers)
ASKING = tuple(
    name for name in NAMES if name in MANIFEST.triggers or MANIFEST.operations[name].root != "none"
)
"""Those that ask Graph, and not the sign-in service alone."""
LIMIT, DEADLINE = 1.0, 10.0
"""Seconds for one call: of work, and by the clock, those in which the sandbox works out its answers not counted."""
LARGEST_ERROR = 20_000
"""Characters of an error as JSON."""


@dataclass
class World:
    """The sandbox behind a proxy that changes answers by ``sky.weather``, and a directory for files."""

    sandbox: Sandbox
    sky: Sky
    options: Mapping[str, Any]
    directory: Path

    def connect(self) -> Connector:
        """As somebody who may do all, and has just signed in."""
        connector = connect(self.sandbox.config(**self.options))
        connector.invoke("auth.refresh")
        return connector

    def own(self, value: Json) -> Json:
        """An example's paths lead into the directory here."""
        if isinstance(value, str) and value.startswith("/data/"):
            return str(self.directory / value.removeprefix("/data/"))
        if isinstance(value, dict):
            return {key: self.own(inner) for key, inner in value.items()}
        return [self.own(inner) for inner in value] if isinstance(value, list) else value

    def examples(self, name: str) -> list[dict[str, Json]]:
        found: list[dict[str, Json]] = self.own(MANIFEST.input_schema(name)["examples"])
        return [_at_once(one) if name == "conversations.waitForReply" else one for one in found]


def _at_once(given: dict[str, Json]) -> dict[str, Json]:
    """Without waiting for what does not come."""
    wait = given.get("timeout", 0)
    return {**given, "timeout": 0} if isinstance(wait, (int, float)) and not isinstance(wait, bool) else given


@dataclass
class Found:
    """What became of one operation's calls."""

    calls: int = 0
    work: float = 0.0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __iadd__(self, other: Found) -> Found:
        self.calls += other.calls
        self.work, self.slowest = max(self.work, other.work), max(self.slowest, other.slowest)
        self.outcomes += other.outcomes
        self.wrong += other.wrong
        return self


def call(world: World, connector: Connector, name: str, given: Json, found: Found) -> None:
    """One call; notes what came out, and how long its thread was at work: other programs run here too."""
    began, worked, code = time.perf_counter() - world.sky.seconds, time.thread_time(), "ok"
    try:
        answer = (connector.poll if name in MANIFEST.triggers else connector.invoke)(name, given)
        json.dumps(answer)
    except ConnectorError as error:
        code = error.code
        if len(json.dumps(error.to_dict())) > LARGEST_ERROR:
            told = f"an error of more than {LARGEST_ERROR} characters ({str(error)[:200]})"
            found.wrong.append(f"{name}: {told} on {str(given)[:200]}")
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        code = type(error).__name__
        found.wrong.append(f"{name}: {code}: {str(error)[:200]} on {str(given)[:300]}")
    seconds = time.perf_counter() - world.sky.seconds - began
    work = time.thread_time() - worked
    found.calls += 1
    found.outcomes[code] += 1
    found.work, found.slowest = max(found.work, work), max(found.slowest, seconds)
    if work >= LIMIT or seconds >= DEADLINE:
        found.wrong.append(f"{name}: {work:.2f} s of work in {seconds:.2f} s on {str(given)[:300]}")


def _run(cases: int, name: str, body: Callable[..., None], **strategies: st.SearchStrategy[Json]) -> None:
    """``body`` on ``cases`` cases, the same each time."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    options = settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=checks,
    )
    seed(name)(options(given(**strategies)(body)))()


def inputs(world: World, name: str, cases: int) -> Found:
    """Examples with properties replaced, left out and added, and now and then something quite different."""
    found, examples = Found(), world.examples(name)
    properties = st.sampled_from([*MANIFEST.input_schema(name)["properties"], "unknown"])

    def body(
        example: dict[str, Json], more: dict[str, Json], less: set[str], other: Json, which: int
    ) -> None:
        made = {key: value for key, value in {**example, **more}.items() if key not in less}
        made = _at_once({"timeout": 0, **made}) if name == "conversations.waitForReply" else made
        call(world, connector, name, other if which == 0 else made, found)

    with world.connect() as connector:
        _run(
            cases,
            name,
            body,
            example=st.sampled_from(examples),
            more=st.dictionaries(properties, VALUES, max_size=3),
            less=st.sets(properties, max_size=1),
            other=VALUES,
            which=st.integers(0, 9),
        )
    return found


def replies(world: World, name: str, cases: int) -> Found:
    """Examples, while Graph's answers are changed."""
    found = Found()

    def body(
        example: dict[str, Json], changes: list[tuple[int, Json]], whole: str, status: int, which: int
    ) -> None:
        world.sandbox.clear_faults()
        world.sky.set(None)
        if which < 3:
            world.sandbox.fault(match="* /*", status=status, body=whole, times=None)
        else:
            world.sky.set(Weather("garbled", spoil=lambda said: changed(said, changes, which)))
        call(world, connector, name, example, found)

    with world.connect() as connector:
        _run(
            cases,
            name,
            body,
            example=st.sampled_from(world.examples(name)),
            changes=CHANGES,
            whole=WHOLE,
            status=STATUSES,
            which=st.integers(0, 9),
        )
    world.sky.set(None)
    return found


@contextmanager
def world_of() -> Iterator[World]:
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="outlook-inputs-") as folder:
        certificates, directory = Certificates(), Path(folder, "data")
        directory.mkdir()
        bundle = Path(folder, "ca.pem")
        own = Path(certificates.write(Path(folder, "own.pem"))).read_bytes()
        bundle.write_bytes(own + Path(sandbox.ca_file).read_bytes())
        host, port = sandbox.base_url.removeprefix("https://").split(":")
        sky = Sky((host, int(port)), sandbox.ca_file, certificates, speaks=True)
        with Proxy(sky.tunnel) as proxy:
            http = {
                "caBundle": str(bundle),
                "proxy": proxy.url,
                "attempts": 1,
                "timeout": 5,
                "deadline": DEADLINE,
            }
            allow = {"allow": ["*", "graph.request", "graph.batch", "rules.forward"]}
            options = {"http": http, "files": {"allow": [str(directory)]}, "operations": allow}
            yield World(sandbox, sky, options, directory)


HEADER = (
    "| what was changed | operations and triggers | calls | ended well | ConnectorErrors | others "
    "| most work, s | slowest, s |"
)


@dataclass(frozen=True)
class Row:
    """What became of all calls of one kind."""

    kind: str
    names: int
    found: Found

    def __str__(self) -> str:
        well = self.found.outcomes["ok"]
        others = len(self.found.wrong)
        errors = self.found.calls - well - others
        times = f"{self.found.work:.2f}", f"{self.found.slowest:.2f}"
        return (
            "| "
            + " | ".join([self.kind, *map(str, (self.names, self.found.calls, well, errors, others)), *times])
            + " |"
        )


def run(cases: int, only: str = "") -> Iterator[Row]:
    """``cases`` inputs and as many answers for each operation and trigger whose name holds ``only``."""
    with world_of() as world:
        for kind, work, names in (("inputs", inputs, NAMES), ("Graph's answers", replies, ASKING)):
            found, taken = Found(), [name for name in names if only in name]
            for name in taken:
                world.sandbox.reset()
                world.sky.set(None)
                found += work(world, name, cases)
            yield Row(kind, len(taken), found)


CASES: Mapping[bool, int] = {True: 200, False: 3}
"""Whether in full → cases for each operation."""


def main() -> int:
    parser = sized("inputs", __doc__)
    parser.add_argument("--only", default="", help="those whose name holds the word")
    parser.add_argument("--cases", type=int, help="for each, instead of the usual number")
    options = parser.parse_args()
    began, rows = time.monotonic(), []
    print(HEADER + "\n|---|---|---|---|---|---|---|---|", flush=True)
    for row in run(options.cases or CASES[options.full], options.only):
        rows.append(row)
        print(row, flush=True)
        for told in row.found.wrong:
            print("  WRONG", told, file=sys.stderr, flush=True)
    print(f"\n{sum(row.found.calls for row in rows)} calls in {time.monotonic() - began:.0f} s.")
    return 1 if any(row.found.wrong for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
