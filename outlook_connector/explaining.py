"""What is said of a value that a schema refuses: jsonschema's errors in words of our own, which never quote the value.
It may be a secret or the content of a mail."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .errors import Problem, pointer

_TYPES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip


def explained(validator: Any, value: Any) -> list[Problem]:
    """All that a ``jsonschema`` validator has against ``value``."""
    found = [problem for error in validator.iter_errors(_unshown(value)) for problem in _tell(error)]
    return sorted(set(found))


def whole_pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Any]:
    """``pattern`` with a ``$`` that means the end, as in ECMA-262; Python's also means before a last line break.
    A text that is too long is told to be so, and not read: a pattern may take seconds for megabytes. An empty one is
    told to be empty."""
    import jsonschema

    if not isinstance(value, str) or not schema.get("minLength", 0) <= len(value) <= schema.get(
        "maxLength", len(value)
    ):
        return
    if not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield jsonschema.ValidationError("does not match")


class _Unshown(str):
    """A text that is not shown: jsonschema writes whatever is wrong, however long, into messages that nobody reads."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "..."


def _unshown(value: Any) -> Any:
    if isinstance(value, str):
        return _Unshown(value) if len(value) > 200 else value
    if isinstance(value, Mapping):
        return {key: _unshown(inner) for key, inner in value.items()}
    return [_unshown(inner) for inner in value] if isinstance(value, list) else value


def _tell(error: Any) -> Iterator[Problem]:
    """jsonschema's error as problems; a choice is told by the branch whose type fits."""
    if error.validator in ("anyOf", "oneOf") and error.context and "x-expected" not in error.schema:
        yield from _tell_choice(error)
        return
    here = list(error.absolute_path)
    for at, message in _MESSAGES.get(error.validator, _other)(error):
        yield pointer([*here, *at]), message


def _tell_choice(error: Any) -> Iterator[Problem]:
    branches: dict[int, list[Any]] = {}
    for child in error.context:
        branches.setdefault(child.schema_path[0], []).append(child)
    fitting = [
        found
        for found in branches.values()
        if not any(child.validator == "type" and not child.path for child in found)
    ]
    if fitting:
        for child in min(fitting, key=len):
            yield from _tell(child)
    else:
        kinds = [kind for child in error.context if child.validator == "type" for kind in _kinds(child)]
        yield (
            pointer(error.absolute_path),
            f"must be {' or '.join(dict.fromkeys(kinds)) or 'of another form'}",
        )


_Told = Iterator[tuple[tuple[str | int, ...], str]]


def _kinds(error: Any) -> list[str]:
    wanted = error.validator_value
    return [_TYPES[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted)]


def _type(error: Any) -> _Told:
    yield (), f"must be {' or '.join(_kinds(error))}"


def _required(error: Any) -> _Told:
    for name in error.validator_value:
        if name not in error.instance:
            yield (name,), "is required"


def _additional(error: Any) -> _Told:
    import difflib

    known = list(error.schema.get("properties", {}))
    for name in error.instance:
        if name not in known:
            near = difflib.get_close_matches(str(name)[:100], known, 1)
            yield (str(name)[:100],), "is not known" + (f"; did you mean {near[0]}?" if near else "")


def _enum(error: Any) -> _Told:
    yield (), "must be one of " + ", ".join(map(str, error.validator_value))


def _format(error: Any) -> _Told:
    yield (), f"must be {_FORMATS.get(error.validator_value, 'a ' + error.validator_value)}"


_FORMATS = {
    "date-time": "a date-time with a zone, such as 2026-11-24T10:00:00Z",
    "email": "an address such as kim@example.com",
}


def _pattern(error: Any) -> _Told:
    yield (), error.schema.get("x-expected") or f"must match {error.validator_value}"


def _length(error: Any) -> _Told:
    least, most = error.validator.startswith("min"), error.validator_value
    unit = {"L": "characters", "I": "items", "P": "properties"}[error.validator[3]]
    empty = least and most == 1
    yield (), "must not be empty" if empty else f"must have at {'least' if least else 'most'} {most} {unit}"


def _bound(words: str) -> Callable[[Any], _Told]:
    def tell(error: Any) -> _Told:
        yield (), f"must be {words} {error.validator_value}"

    return tell


def _dependent(error: Any) -> _Told:
    for name, needed in error.validator_value.items():
        if name in error.instance:
            for other in needed:
                if other not in error.instance:
                    yield (other,), f"is required with {name}"


def _other(error: Any) -> _Told:
    yield (), error.schema.get("x-expected") or f"does not fit ({error.validator})"


_MESSAGES: Mapping[str, Callable[[Any], _Told]] = {
    "type": _type,
    "required": _required,
    "dependentRequired": _dependent,
    "additionalProperties": _additional,
    "enum": _enum,
    "format": _format,
    "pattern": _pattern,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _length,
    "maxItems": _length,
    "minProperties": _length,
    "maxProperties": _length,
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "exclusiveMinimum": _bound("more than"),
    "exclusiveMaximum": _bound("less than"),
}
