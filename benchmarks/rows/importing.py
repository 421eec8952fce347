"""Import, manifest and list of operations, over bare Python."""

from statistics import median

from ..measures import Spread
from ..row import Figure, Row
from . import Stage, processes

PROGRAMS = {"python": "nothing", "connector": "catalogue"}


def run(stage: Stage) -> Row:
    samples = processes.timed(PROGRAMS, stage.place, stage.times(30, 10))
    more = [1000 * (ours - bare) for ours, bare in zip(samples["connector"], samples["python"], strict=True)]
    figure = Figure("over bare Python", Spread(median(more), min(more), max(more), len(more)), 60, unit="ms")
    return Row(
        "importing", "import, manifest, list of operations", "s", samples, [figure], compared_with="python"
    )
