"""How far a long call is, as the protocol's progress (.../specification/2025-11-25/basic/utilities/progress)."""

from collections.abc import Callable
from typing import Any

import anyio.from_thread
from mcp.server import ServerRequestContext

from ...progress import OnProgress, Progress


def progress_of(context: ServerRequestContext[Any, Any]) -> OnProgress | None:
    """What the connector calls in its worker thread; ``None`` where the client did not ask."""
    if not context.meta or "progress_token" not in context.meta:
        return None
    report = context.session.report_progress
    return rising(lambda done, total, text: anyio.from_thread.run(report, done, total, text))


def rising(tell: Callable[[float, float | None, str], object]) -> OnProgress:
    """An operation with several files begins anew with each, and the protocol wants figures that only rise: so each
    file's count stands upon those before it."""
    before = last = told = 0

    def heard(now: Progress) -> None:
        nonlocal before, last, told
        before += last if now.done < last else 0
        last = now.done
        if before + now.done > told:
            told = before + now.done
            total = None if now.total is None else float(before + now.total)
            tell(float(told), total, f"{now.operation}: {now.done} {now.unit}")

    return heard
