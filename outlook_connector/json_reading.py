"""JSON from elsewhere as plain values, within bounds: of what makes it large in memory, and of its depth.

What comes after the parser goes down into values by recursion; the parser itself stops where the stack would end.
https://www.rfc-editor.org/rfc/rfc8259#section-9
"""

import json
from typing import Any

import orjson

DEEPEST = 100
"""Levels of objects and lists. Graph's own answers have about ten."""
MOST = 10_000_000
"""Brackets and commas of a text, an upper bound for its values; those that stand in texts are counted too."""

MANY = 4 << 20
"""Bytes of a text from which on it is not written once more to see how deep it is."""
WRITTEN = 254
"""Levels that orjson writes. https://github.com/ijl/orjson#serialize"""


def _lists_around(value: object) -> object:
    for _ in range(WRITTEN - DEEPEST):
        value = [value]
    return value


_AROUND = _lists_around(object())
"""So many lists around what JSON has no form for, for which orjson asks."""


def read_json(text: bytes) -> Any:
    """The value in UTF-8 ``text``. Raises ``ValueError`` for what is none, too much or too deep."""
    if len(text) > MOST and text.count(b"[") + text.count(b"{") + text.count(b",") > MOST:
        raise ValueError(f"more than {MOST} parts")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = _lenient(text)
    if len(text) > 2 * DEEPEST and not (len(text) < MANY and _is_surely_shallow(value)) and _is_deep(value):
        raise ValueError(f"nested more than {DEEPEST} levels deep")
    return value


def _lenient(text: bytes) -> Any:
    """What orjson takes for none: half a character, which a mail of elsewhere may hold, and a mark of byte order."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _is_surely_shallow(value: Any) -> bool:
    """Answers for nearly every answer in a third of the time of a walk through it: orjson writes 254 levels at most, so
    that what it still writes when so many lists are around it has no more than ``DEEPEST`` of its own."""
    try:
        orjson.dumps(_AROUND, default=lambda _: value)
    except orjson.JSONEncodeError:
        return False
    return True


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        below = []
        for one in level:
            for part in one.values() if type(one) is dict else one:
                if type(part) is dict or type(part) is list:
                    below.append(part)
        if not below:
            return False
        level = below
    return True
