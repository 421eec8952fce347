"""Medians, spreads and ratios. Pure."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

BLOCKS = 8
"""Parts of a run, in each of which a ratio is taken as well: their least and greatest are its spread."""


@dataclass(frozen=True)
class Spread:
    """The middle of some measurements, and what nine in ten are above and below."""

    middle: float
    low: float
    high: float
    count: int


def spread(samples: Sequence[float]) -> Spread:
    if len(samples) < 3:
        return Spread(median(samples), min(samples), max(samples), len(samples))
    tenths = quantiles(samples, n=10, method="inclusive")
    return Spread(median(samples), tenths[0], tenths[-1], len(samples))


def ratio(part: Sequence[float], whole: Sequence[float]) -> Spread:
    """``part``'s median in ``whole``'s, and the least and greatest ratio in the blocks of the run."""
    blocks = min(BLOCKS, len(part), len(whole))
    each = [
        median(one) / median(other)
        for one, other in zip(_cut(part, blocks), _cut(whole, blocks), strict=True)
    ]
    return Spread(median(part) / median(whole), min(each), max(each), len(part))


def _cut(samples: Sequence[float], blocks: int) -> list[Sequence[float]]:
    bounds = [round(number * len(samples) / blocks) for number in range(blocks + 1)]
    return [samples[begin:end] for begin, end in itertools.pairwise(bounds)]
