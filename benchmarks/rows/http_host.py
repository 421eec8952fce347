"""An operation through the HTTP host, 32 clients, beside a bare route in the same server."""

import json
import sys
from dataclasses import asdict

from ..measures import ratio
from ..row import Figure, Row
from ..running import Samples, asked, environment, line, process
from . import Stage

CLIENTS, CALLS = 32, 640
PATHS = {"a bare route": "/bare", "connector": "/operations/messages.list"}


def run(stage: Stage) -> Row:
    told, samples = json.dumps(asdict(stage.place)), Samples()
    variables = environment(stage.place)
    with process([sys.executable, "-m", "benchmarks.http_server", told], variables) as server:
        port = line(server).strip()
        with process([sys.executable, "-m", "benchmarks.http_load", port], variables) as load:
            for number in range(-1, stage.times(9, 3)):
                for name, path in PATHS.items():
                    seconds = float(asked(load, f"{path} {CLIENTS} {CALLS}"))
                    if number >= 0:
                        samples.setdefault(name, []).append(seconds / CALLS)
    value = ratio(samples["a bare route"], samples["connector"])
    figures = [Figure("of the throughput of a bare route", value, 0.7, at_most=False)]
    facts = {f"{name}, calls a second": f"{1 / min(taken):.0f} at best" for name, taken in samples.items()}
    title = f"operation through the HTTP host, {CLIENTS} clients"
    return Row("http_host", title, "s", samples, figures, facts, compared_with="a bare route")
