"""An amount in a span of time, such as 10,000 calls in 10 minutes, counted in slices of the span. Pure."""

from collections.abc import Iterable

from ..frozen import frozen

SLICES = 20
"""A slice is forgotten as a whole, so that up to a twentieth of the span more is kept in mind than need be."""


@frozen
class Size:
    """At most ``most`` in ``span`` seconds. One that may ``overshoot`` lets the last taker go beyond, so that what is
    larger than the rest is not put off for ever. ``block`` is how much a worker takes ahead."""

    most: int
    span: float
    block: int = 1
    overshoot: bool = False

    @property
    def slice(self) -> float:
        return self.span / SLICES

    def now(self, moment: float) -> int:
        """The number of the slice that ``moment`` (epoch seconds) lies in."""
        return int(moment // self.slice)


class Window:
    """What was taken, by slice."""

    def __init__(self, size: Size, taken: dict[int, int] | None = None) -> None:
        self.size = size
        self.taken = taken or {}
        self._oldest = 0
        self._total = sum(self.taken.values())

    @classmethod
    def of(cls, size: Size, pairs: Iterable[Iterable[int]]) -> "Window":
        """From ``[[slice, amount], ...]``, as a row keeps it."""
        return cls(size, {int(number): int(amount) for number, amount in pairs})

    def pairs(self) -> list[list[int]]:
        return [[number, amount] for number, amount in sorted(self.taken.items())]

    def has(self, need: int, now: float) -> bool:
        """Whether ``need`` can be taken."""
        return need <= 0 or self.left(now) >= (1 if self.size.overshoot else need)

    def take(self, need: int, wish: int, now: float) -> int:
        """As much of ``wish`` as is left, but no less than ``need``; 0 where that is too much."""
        if need <= 0 or not self.has(need, now):
            return 0
        amount = max(need, min(wish, self.left(now)))
        number = self.size.now(now)
        self.taken[number] = self.taken.get(number, 0) + amount
        self._total += amount
        return amount

    def left(self, now: float) -> int:
        oldest = self.size.now(now) - SLICES
        if oldest != self._oldest:
            self._oldest = oldest
            self.taken = {number: amount for number, amount in self.taken.items() if number >= oldest}
            self._total = sum(self.taken.values())
        return self.size.most - self._total

    def put_back(self, number: int, amount: int) -> None:
        """What was taken in the slice ``number`` and not used."""
        back = min(amount, self.taken.get(number, 0))
        if back:
            self.taken[number] -= back
            self._total -= back

    def opens_in(self, need: int, now: float) -> float:
        """Seconds until ``need`` can be taken, if nobody else takes anything; 0 where it can be now."""
        left, wanted = self.left(now), 1 if self.size.overshoot else need
        for number in sorted(self.taken):
            if need <= 0 or left >= wanted:
                break
            left += self.taken[number]
            if left >= wanted:
                return (number + SLICES + 1) * self.size.slice - now
        return 0.0
