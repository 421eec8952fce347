"""What a row of the report is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .measures import Spread, ratio


@dataclass(frozen=True)
class Figure:
    """One figure that is to be met: ``value`` is at most, or at least, ``bound``."""

    told: str
    value: Spread
    bound: float
    at_most: bool = True
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value.middle <= self.bound if self.at_most else self.value.middle >= self.bound


@dataclass(frozen=True)
class Row:
    """``samples`` in ``unit`` by contender, in the order in which they were taken; ``facts`` are told beside them."""

    name: str
    title: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    figures: Sequence[Figure]
    facts: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    compared_with: str = "bare"


def against(samples: Mapping[str, Sequence[float]], bounds: Mapping[str, float]) -> list[Figure]:
    """The connector's time as a part of others': contender → bound."""
    return [
        Figure(f"of {name}", ratio(samples["connector"], samples[name]), bound)
        for name, bound in bounds.items()
        if name in samples and "connector" in samples
    ]
