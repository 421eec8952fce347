"""Errors as hosts get them: without the frames that they came through, whose values would show tokens and mail."""

from collections.abc import Iterator
from typing import Any

from .errors import ConnectorError


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
