"""One renewal of a token: a span, a count and a record. Which person or application it is for is not told."""

from collections.abc import Iterator
from contextlib import contextmanager
from logging import INFO
from time import perf_counter

from . import records
from .listening import unused
from .unseen import ALONE, Nothing


def refreshing(kind: str) -> Nothing:
    """A block in which Microsoft Entra is asked for new tokens; ``kind`` is the connection's ``auth``."""
    return _told(kind) if records.tokens.isEnabledFor(INFO) or not unused() else ALONE


@contextmanager
def _told(kind: str) -> Iterator[None]:
    from . import names
    from .signals import signals

    failed: BaseException | None = None
    found, begun = signals(), perf_counter()
    span = found.span("token refresh", {names.AUTH: kind}) if found else None
    try:
        yield
    except BaseException as error:
        failed = error
        raise
    finally:
        failure = records.error_type(failed)
        told = {names.AUTH: kind, **({names.ERROR: failure} if failure else {})}
        if found and span:
            found.measured(names.REFRESHES, 1, told)
            found.end(span, told, failed=failure is not None)
        records.tokens.info(
            "a token was asked for: %s",
            failure or "done",
            extra=records.fields(auth=kind, outcome=failure or "done", duration=perf_counter() - begun),
        )
        failed = None
