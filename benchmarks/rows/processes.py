"""Whole processes in turns: how long each takes from its start to its end."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from time import perf_counter

from ..place import Place
from ..running import TOP, Samples, environment


def timed(programs: Mapping[str, str], place: Place, rounds: int) -> Samples:
    """Name → a module of ``benchmarks.scripts`` → seconds."""
    samples: Samples = {name: [] for name in programs}
    dice = random.Random(7)  # noqa: S311 - an order, not a secret
    for number in range(-1, rounds):
        for name in dice.sample(list(programs), len(programs)):
            command = [
                sys.executable,
                "-m",
                f"benchmarks.scripts.{programs[name]}",
                json.dumps(asdict(place)),
            ]
            begun = perf_counter()
            subprocess.run(command, check=True, cwd=TOP, env=environment(place))  # noqa: S603 - our own modules
            if number >= 0:
                samples[name].append(perf_counter() - begun)
    return samples
