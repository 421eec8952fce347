"""What one app may ask of one mailbox, and the supply of a process that shares it with no other.

https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits: 4 calls at once, 10,000 in 10 minutes, and
150 MB sent (PATCH, POST, PUT) in 5 minutes, for each app and mailbox.
"""

import time
from collections.abc import Callable, Mapping

from ..config import Limits
from ..frozen import frozen
from .gate import Gate, Want
from .window import Size, Window

CONCURRENT = "limits.concurrent"
NAMES = {"requests": "limits.requests", "sent": "limits.uploadMegabytes"}
"""Each window's key of the configuration."""


@frozen
class Sizes:
    """The limits, in the units that are counted."""

    concurrent: int
    windows: Mapping[str, Size]

    @classmethod
    def of(cls, limits: Limits) -> "Sizes":
        requests = Size(limits.requests, 600.0, block=max(1, min(100, limits.requests // 100)))
        sent = Size(limits.upload_megabytes << 20, 300.0, block=1 << 20, overshoot=True)
        return cls(limits.concurrent, {"requests": requests, "sent": sent})


def costs(want: Want) -> Mapping[str, int]:
    """What a want takes of each window."""
    return {"requests": want.requests, "sent": want.sent}


class LocalSupply:
    """All that the limits give is this process's. ``now`` gives epoch seconds."""

    def __init__(self, sizes: Sizes, now: Callable[[], float] = time.time) -> None:
        self.allowed = sizes.concurrent
        self._windows = {name: Window(size) for name, size in sizes.windows.items()}
        self._now = now

    def afford(self, want: Want) -> bool:
        now = self._now()
        taking = [(self._windows[name], need) for name, need in costs(want).items() if need > 0]
        if not all(window.has(need, now) for window, need in taking):
            return False
        for window, need in taking:
            window.take(need, need, now)
        return True

    def refill(self, gate: Gate) -> float:
        gate.admit()
        if not gate.line:
            return float("inf")
        now, cost = self._now(), costs(gate.line[0].want)
        opens = max(self._windows[name].opens_in(need, now) for name, need in cost.items())
        return opens or float("inf")

    def lacking(self, want: Want) -> str:
        return self._short(want) or CONCURRENT

    def close(self) -> None:
        """Nobody else has waited for it."""

    def _short(self, want: Want) -> str | None:
        now = self._now()
        short = (name for name, need in costs(want).items() if not self._windows[name].has(need, now))
        return next((NAMES[name] for name in short), None)
