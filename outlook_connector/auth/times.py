"""Epoch seconds as people and JSON read them."""

from datetime import UTC, datetime


def rfc3339(epoch: float | None) -> str | None:
    """``2026-03-01T09:30:00Z``, whole seconds, UTC; ``None`` stays ``None``."""
    if epoch is None:
        return None
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
