"""An attachment of 150 MB up, and down."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from ..measures import Spread, ratio
from ..row import Figure, Row
from ..running import Samples, worker
from ..server.answers import BLOCK, FILE_SIZE
from . import Stage

MB = 1e6
WAYS = ("upload", "download")
SLOWER = [f"{name}, download, 1 Gbit/s" for name in ("bare", "connector")]
LASTING = "bare, download, on the disk"
"""Under its name only once it is whole and on the disk, as the connector's files are."""


def run(stage: Stage) -> Row:
    names = [f"{name}, {way}" for way in WAYS for name in ("bare", "connector")]
    samples: Samples = {name: [] for name in (*names, LASTING, *SLOWER)}
    grown: dict[str, list[float]] = {name: [] for name in samples}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as directory:
        with (Path(directory) / "film.bin").open("wb") as file:
            for _ in range(FILE_SIZE // len(BLOCK)):
                file.write(BLOCK)
        place = replace(stage.place, directory=directory)
        for _ in range(stage.times(7, 2)):
            for name in samples:
                contender, _, way = name.partition(", ")
                with worker(place, [contender]) as process:
                    process.ask(contender=contender, work="list")
                    _clear(Path(directory))
                    told = process.ask(contender=contender, work=way, memory=True)
                if "error" in told:
                    raise RuntimeError(told["error"])
                samples[name].append(told["seconds"])
                grown[name].append(told["grown"] / MB)
                stage.tell(f"files: {name} {told['seconds']:.2f} s, {told['grown'] / MB:.1f} MB more")
    figures = [one for way in WAYS for one in _of(way, samples, grown)]
    facts = {f"memory of {name}": f"{max(more):.1f} MB more at most" for name, more in grown.items()}
    same = ratio(samples[LASTING], samples["connector, download"])
    paced = ratio(*(samples[name] for name in SLOWER))
    facts["download"] = (
        f"{same.middle:.2f} of the throughput of a bare one that is on the disk too; {paced.middle:.2f} of that of a "
        "bare one where the network gives 1 Gbit/s"
    )
    return Row("files", "150 MB attachment", "s", samples, figures, facts, compared_with="bare, upload")


def _clear(directory: Path) -> None:
    """What others have left, and have left to the disk, is not for the next one to wait for."""
    for left in (directory / "bare.bin", directory / "connector.bin"):
        left.unlink(missing_ok=True)
    os.sync()


def _of(way: str, samples: Samples, grown: dict[str, list[float]]) -> list[Figure]:
    rate, most = ratio(samples[f"bare, {way}"], samples[f"connector, {way}"]), max(grown[f"connector, {way}"])
    return [
        Figure(f"of the throughput of bare, {way}", rate, 0.9, at_most=False),
        Figure(f"more memory, {way}", Spread(most, most, most, 1), 24, unit="MB"),
    ]
