"""A core's time in ``messages.list`` of 10, and what it goes to."""

import json
import subprocess
import sys
from dataclasses import asdict

from ..row import Row
from ..running import TOP, environment
from . import Stage


def run(stage: Stage) -> Row:
    place, rounds = json.dumps(asdict(stage.place)), str(stage.times(24, 4))
    command = [sys.executable, "-m", "benchmarks.scripts.parts", place, rounds]
    done = subprocess.run(command, check=True, capture_output=True, cwd=TOP, env=environment(stage.place))  # noqa: S603 - ours
    told = json.loads(done.stdout)
    every = sum(told["seen"].values())
    by_size = sorted(told["seen"].items(), key=lambda one: -one[1])
    shares = {f"of the connector's, {part}": f"{100 * times / every:.0f} %" for part, times in by_size}
    return Row("profile", "a core's time in `messages.list` of 10", "s", told["samples"], [], shares)
