"""What became of the mails of one run, as a row of a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COUNTED = ("lost", "doubled", "removed", "place", "killed", "paused")
"""What went wrong, and how often."""
HEADER = (
    "| watched | mails | notifications lost | doubled | subscription removed | place lost | workers killed | paused "
    "| mails moved (before they were told) | missed | with two ids | repeated with their id | acknowledged "
    "| median, s | slowest, s |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Row:
    """What became of the mails."""

    watched: str
    mails: int
    counts: Mapping[str, int | str]
    moved: str
    missed: int
    two_ids: int
    repeated: int
    acknowledged: bool
    median: float | str = "–"
    slowest: float | str = "–"

    @property
    def wrong(self) -> bool:
        return bool(self.missed or self.two_ids) or not self.acknowledged

    def __str__(self) -> str:
        ends = (self.moved, self.missed, self.two_ids, self.repeated, "yes" if self.acknowledged else "NO")
        shown = (self.watched, self.mails, *self.counts.values(), *ends, self.median, self.slowest)
        return f"| {' | '.join(map(str, shown))} |"
