"""Inputs that no operation may take, made from its schema: what is wrong, the input, and the property to blame."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf, nan
from typing import Any

from outlook_connector.manifest import Operation, Trigger

from .catalogue import MANIFEST, SCHEMAS, example

SAMPLES: Mapping[str, Any] = {
    "null": None,
    "boolean": True,
    "integer": 7,
    "number": 1.5,
    "string": "seven",
    "array": [],
    "object": {},
}
"""A value of each type of JSON."""

IDS = ("", " ", ".", "..", "a\x00b", "a\nb", "a\r\nb", "a\tb", "a\x7fb", "abc\n", "\x1b[2J")
TIMES = (
    *("2026-02-30T10:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T25:00:00Z", "2026-11-24T10:61:00Z"),
    *("2026-11-24T10:00:00", "2026-11-24", "yesterday", "", "10:00"),
)
NUMBERS = (10**30, -(10**30), 1e300, nan, inf, -inf, 1.5, "7", True)
HALF_A_CHARACTER = "a\ud800b"
LONG = "x" * 10_000_000
DEEP: Any = []
for _ in range(2000):
    DEEP = [DEEP]


@dataclass(frozen=True)
class Property:
    """A property of an operation's input, its schema with references followed; `many`: one of a list's items."""

    name: str
    schema: Mapping[str, Any]
    many: bool

    def put(self, value: Any) -> Any:
        return [value] if self.many else value


@dataclass(frozen=True)
class Wrong:
    """An input that is wrong in the named properties; without any, in the whole."""

    what: str
    input: Any
    blamed: tuple[str, ...]


def properties(operation: Operation | Trigger) -> list[Property]:
    found = []
    for name, node in MANIFEST.input_schema(operation.name)["properties"].items():
        schema, home = SCHEMAS.resolve(node, operation.input_schema)
        found.append(Property(name, schema, False))
        if "items" in schema:
            found.append(Property(name, SCHEMAS.resolve(schema["items"], home)[0], True))
    return found


def wrong_inputs(operation: Operation | Trigger) -> Iterator[Wrong]:
    """Every wrong input for the operation, each the first example but for what is wrong."""
    yield from _whole(operation)
    for one in properties(operation):
        for what, value in _values(one):
            yield Wrong(f"{one.name}: {what}", _with(operation, {one.name: one.put(value)}), (one.name,))
    long = {one.name: one.put(LONG) for one in properties(operation) if _is_bounded(one)}
    if long:
        yield Wrong("10 MB of text each", _with(operation, long), tuple(long))


def _with(operation: Operation | Trigger, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**first_example(operation.name), **values}


@cache
def first_example(name: str) -> dict[str, Any]:
    return example(name, 0)


def _whole(operation: Operation | Trigger) -> Iterator[Wrong]:
    for value in ([], "{}", 7, True):
        yield Wrong(f"the input is {value!r}", value, ())
    for name in ("unknown", "", "__class__", "Mailbox", "a/b~c", "x" * 3000):
        yield Wrong(f"an unknown field {name[:20]!r}", _with(operation, {name: 1}), (name[:100],))
    yield Wrong("a field named by a number", _with(operation, {7: 1}), ())  # type: ignore[dict-item]  # that is the point
    yield Wrong("half a character as a name", _with(operation, {HALF_A_CHARACTER: 1}), ())
    for name in MANIFEST.input_schema(operation.name).get("required", []):
        left = {key: value for key, value in first_example(operation.name).items() if key != name}
        yield Wrong(f"without {name}", left, (name,))


def _values(one: Property) -> Iterator[tuple[str, Any]]:
    allowed = types(one.schema)
    for kind in sorted(SAMPLES.keys() - allowed):
        if not (kind == "integer" and "number" in allowed):
            yield f"a value of the type {kind}", SAMPLES[kind]
    yield "nested 2,000 levels deep", DEEP
    yield "something that is not JSON", {1, 2}
    if "string" in allowed:
        yield "half a character", HALF_A_CHARACTER
    if is_id(one):
        yield from ((f"the id {value!r}", value) for value in IDS)
    if one.schema.get("format") == "date-time":
        yield from ((f"the time {value!r}", value) for value in TIMES)
    if allowed <= {"integer", "number"}:
        yield from ((f"the number {value!r}", value) for value in NUMBERS if not _fits(value, one.schema))
    if "enum" in one.schema:
        yield "another choice", "neither"


def types(schema: Mapping[str, Any]) -> set[str]:
    """The types of JSON that a schema may take."""
    if "anyOf" in schema:
        return set().union(*(types(SCHEMAS.resolve(branch, "common/x")[0]) for branch in schema["anyOf"]))
    if "type" not in schema:
        return {"string"} if "enum" in schema else set(SAMPLES)
    named = schema["type"]
    return {named} if isinstance(named, str) else set(named)


def is_id(one: Property) -> bool:
    """What is put into a path of Graph's, or found there: ids, and folders by any name."""
    named = one.name.lower().removesuffix("s")
    listed = one.many or one.schema.get("type") == "string"
    return listed and (named.endswith("id") or one.name == "mailbox" or one.schema.get("x-kind") == "folder")


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    return value == 1.5 and schema.get("type") == "number"


def _is_bounded(one: Property) -> bool:
    """Every text but files in base64, which may be of 150 MB."""
    return "string" in types(one.schema) and one.name != "contentBytes"
