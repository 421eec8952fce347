"""The sandbox's own time, which tests can move forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus what it was advanced by; every part of the sandbox asks it and nothing else."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Lets `seconds` pass at once, so that tokens expire without waiting."""
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Back to real time."""
        self._ahead = timedelta()
