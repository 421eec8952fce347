"""Errors as hosts get them: of one kind, and without the frames that they came through, whose values would show tokens
and mail."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import ConnectorError, UnexpectedResponse

PACKAGE = Path(__file__).parent
TAKEN_APART = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Python raises where a value is not of the form that was counted on."""


def without_frames(error: ConnectorError) -> ConnectorError:
    """The error, leading to no frame of ours."""
    error.__context__ = None
    return error.with_traceback(None)


def bare(items: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The items; an error among them leads to no frame of ours."""
    try:
        yield from items
    except ConnectorError as error:
        raise without_frames(error) from None


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Graph is asked in the block, for ``name``. An answer that cannot be taken apart is an ``UnexpectedResponse``,
    whatever it was that nobody thought of; ``details["at"]`` says where in the connector, and nothing quotes it."""
    try:
        yield
    except TAKEN_APART as error:
        kind, at = type(error).__name__, _place(error)
        raise UnexpectedResponse(
            f"An answer to {name} is of a form that is not documented ({kind} at {at}), or the connector has a fault. "
            "Report it.",
            details={"cause": kind, "at": at},
        ) from None


def _place(error: BaseException) -> str:
    frames = [
        (Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [(file, line) for file, line in frames if PACKAGE in file.parents]
    file, line = own[-1] if own else (Path("elsewhere"), 0)
    return f"{file.relative_to(PACKAGE).as_posix() if own else file}:{line}"
