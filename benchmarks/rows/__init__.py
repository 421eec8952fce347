"""The rows of the report, a module each: ``run(stage)`` measures one."""

from collections.abc import Callable
from dataclasses import dataclass

from ..place import Place


@dataclass(frozen=True)
class Stage:
    """What a row is measured with: the static server, and how much of it."""

    place: Place
    quick: bool
    tell: Callable[[str], object]

    def times(self, full: int, quick: int) -> int:
        """How often something is done."""
        return quick if self.quick else full
