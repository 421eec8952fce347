"""What the runs of ``inputs`` put in: values of any kind, no answers of Graph, and changed ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from .proxy import Said

Json = Any

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["inbox", "a@b.c", "me", "x" * 5000, "\u202e", "\r\nBcc: a@b.c", "\ud800", "../..", "x" * 70]
    ),
    st.sampled_from(
        ["2026-02-30T10:00:00Z", "2026-11-24T10:00:00Z", "9999-12-31T23:59:59-14:00", "=" * 100, "AAAA"]
    ),
)
KEYS = st.sampled_from(
    ["id", "value", "name", "address", "emailAddress", "path", "contentBytes", "subject", "\0", ""]
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)
DEEP = "[" * 30_000, '{"a":' * 5000 + "1" + "}" * 5000, '{"value":' + "[" * 300 + "]" * 300 + "}"
WHOLE = st.one_of(
    VALUES.map(lambda value: json.dumps(value, default=str)),
    st.sampled_from(["", "{", "<html>", "\x00", "null", "[1", '{"value": [', '"x"', "NaN", "1e999", *DEEP]),
    st.just(json.dumps({"value": [{"id": "x", "subject": "y" * 50}] * 20_000})),
    st.just(
        json.dumps({"value": "x" * 3_000_000, "id": "x" * 1_000_000, "@odata.nextLink": "y" * 1_000_000})
    ),
)
"""Answers that are none of Graph's."""
STATUSES = st.sampled_from([200, 200, 201, 202, 204, 302, 400, 401, 404, 409, 410, 412, 429, 500, 503])
CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.one_of(st.just("delete"), VALUES)), min_size=1, max_size=3
)
"""Which part of an answer, and what stands there instead."""


def changed(said: Said, changes: list[tuple[int, Json]], which: int) -> Said:
    """The answer with parts replaced or left out; or cut off."""
    try:
        value = json.loads(said.body)
    except ValueError:
        return said
    if which == 9:
        return Said(said.status, said.headers, said.body[: changes[0][0] % len(said.body)])
    for number, new in changes:
        places = list(_places(value))
        if places:
            container, key = places[number % len(places)]
            if new == "delete":
                del container[key]
            else:
                container[key] = deepcopy(new)  # put in twice, it would be in itself
    return Said(said.status, said.headers, json.dumps(value, default=str).encode())


def _places(value: Json) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
