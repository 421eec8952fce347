"""An operation's input as plain JSON values, checked before anything else looks at it. Pure."""

import math
from collections.abc import Mapping
from typing import Any

from .errors import InvalidInput, pointer

DEEPEST = 32
"""Levels of objects and lists in an input."""


def plain(given: Any) -> dict[str, Any]:
    """The input as an object of JSON values: ``None`` is an empty one, tuples become lists, and ``5.0`` is ``5``.

    Raises ``InvalidInput`` for what JSON cannot say, or says in a form that cannot be sent (half a character, more
    than 32 levels).
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidInput.of([("", "must be an object")])
    made: dict[str, Any] = _plain(given, [])
    return made


def _plain(value: Any, at: list[str | int]) -> Any:
    if len(at) > DEEPEST:
        raise InvalidInput.of([(pointer(at[:3]), f"must not be nested more than {DEEPEST} levels deep")])
    if isinstance(value, str):
        return _text(value, at)
    if isinstance(value, float):
        return _number(value, at)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(inner, [*at, index]) for index, inner in enumerate(value)]
    if isinstance(value, Mapping):
        return {_key(key, at): _plain(inner, [*at, str(key)]) for key, inner in value.items()}
    raise InvalidInput.of([(pointer(at), "must be a JSON value")])


def _key(key: Any, at: list[str | int]) -> str:
    if not isinstance(key, str):
        raise InvalidInput.of([(pointer(at), "must have texts as keys")])
    return _text(key, at)


def _text(value: str, at: list[str | int]) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidInput.of(
                [(pointer(at), "must be text: it holds half of a surrogate pair")]
            ) from None
    return value


def _number(value: float, at: list[str | int]) -> int | float:
    if not math.isfinite(value):
        raise InvalidInput.of([(pointer(at), "must be a finite number")])
    return int(value) if value.is_integer() else value
