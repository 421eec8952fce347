"""Compiled JSON Schema validators (draft 2020-12), with local ``$ref`` only.

jsonschema-rs gives every verdict; jsonschema is imported only to explain a refusal. Both are imported on first
use, and each schema is compiled on first use and kept. Explanations never quote the value that was wrong: it may
be a secret or the content of a mail.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from .errors import ManifestError

Problem = tuple[str, str]
"""A JSON pointer (RFC 6901) and what was expected there."""

BASE = "https://outlook-connector.invalid/schemas/"
"""Where relative references are resolved; a reserved name that no network answers for."""

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def package_root() -> Path:
    """The directory that holds ``connector.yaml`` and ``schemas/``: beside the package's modules in an installed
    wheel, the checkout's top in an editable install."""
    here = Path(__file__).resolve().parent
    return here if (here / "schemas").is_dir() else here.parent


class Schemas:
    """The schema files under one directory. Thread-safe."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or package_root() / "schemas"
        self._validators: dict[str, Any] = {}
        self._explainers: dict[str, Any] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def document(self, name: str) -> dict[str, Any]:
        """The parsed schema ``name``, such as ``messages.list.input.json`` or ``common/recipient.json``."""
        if name not in self._documents:
            import json

            try:
                self._documents[name] = json.loads((self.directory / name).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ManifestError(f"The schema {self.directory / name} cannot be read: {error}") from None
        return self._documents[name]

    def resolve(self, node: Mapping[str, Any], base: str = "") -> tuple[Mapping[str, Any], str]:
        """Follow ``node``'s ``$ref`` and give the schema it means with the name of the file that holds it.
        Keywords that stand beside the ``$ref`` win over those behind it."""
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node, base
        file, _, fragment = reference.partition("#")
        name = str((Path(base).parent / file).as_posix()) if file else base
        target: Any = self.document(name)
        for part in fragment.strip("/").split("/") if fragment.strip("/") else ():
            target = target[part.replace("~1", "/").replace("~0", "~")]
        target, name = self.resolve(target, name)
        return {**target, **{key: value for key, value in node.items() if key != "$ref"}}, name

    def is_valid(self, name: str, value: Any) -> bool:
        """Whether ``value`` fits the schema; microseconds once compiled."""
        return bool(self._validator(name).is_valid(value))

    def problems(self, name: str, value: Any) -> list[Problem]:
        """Every place where ``value`` does not fit, empty where it does."""
        if self.is_valid(name, value):
            return []
        return self._explain(name, value) or [("", "does not fit the schema")]

    def _validator(self, name: str) -> Any:
        found = self._validators.get(name)
        if found is None:
            with self._lock:
                found = self._validators.get(name) or self._compile(name)
                self._validators[name] = found
        return found

    def _compile(self, name: str) -> Any:
        import jsonschema_rs

        document = {**self.document(name), "$id": BASE + name}
        return jsonschema_rs.Draft202012Validator(
            document, registry=self._registry, validate_formats=True, retriever=_refuse
        )

    @cached_property
    def _registry(self) -> Any:
        import jsonschema_rs

        common = sorted((self.directory / "common").glob("*.json"))
        names = [f"common/{path.name}" for path in common]
        return jsonschema_rs.Registry(
            [(BASE + name, self.document(name)) for name in names], retriever=_refuse
        )

    @cached_property
    def resources(self) -> Any:
        """The shared schemas for ``jsonschema``; without ``$schema``, which would choose another class for them."""
        import referencing
        from referencing.jsonschema import DRAFT202012

        names = [f"common/{path.name}" for path in (self.directory / "common").glob("*.json")]
        plain = [{key: one for key, one in self.document(name).items() if key != "$schema"} for name in names]
        found = [
            (BASE + name, DRAFT202012.create_resource(one)) for name, one in zip(names, plain, strict=True)
        ]
        return referencing.Registry().with_resources(found).crawl()

    def _explain(self, name: str, value: Any) -> list[Problem]:
        validator = self._explainers.get(name) or self._explainers.setdefault(name, explainer(self, name))
        found = [problem for error in validator.iter_errors(_unshown(value)) for problem in _tell(error)]
        return sorted(set(found))


def explainer(schemas: Schemas, name: str) -> Any:
    """A ``jsonschema`` validator for the schema ``name``: the second opinion, slow to import and to run."""
    import jsonschema

    document = {**schemas.document(name), "$id": BASE + name}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    extend: Any = jsonschema.validators.extend
    strict = extend(jsonschema.Draft202012Validator, {"pattern": _whole_pattern})
    return strict(document, registry=schemas.resources, format_checker=checker)


def _whole_pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Any]:
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


def pointer(path: Sequence[str | int]) -> str:
    """An RFC 6901 pointer: ``["to", 0]`` gives ``/to/0``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _refuse(uri: str) -> Any:
    raise ValueError(f"schema reference {uri} does not lead to a local file")


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
