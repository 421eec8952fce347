"""``connector.yaml`` as frozen dataclasses. A bad manifest is refused whole, each problem with where it stands.

``schemas/manifest.json`` says the same in JSON Schema, for editors and other tools; it is not used here, since
loading a validator costs more than reading the manifest.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from . import manifest_cache
from .errors import ManifestError, Problem
from .frozen import frozen
from .manifest_reading import (
    Entry,
    Need,
    Permissions,
    choice,
    flag,
    is_handler,
    mapping,
    only,
    permissions,
    text,
    texts,
)
from .manifest_triggers import Trigger, trigger
from .schema import Schemas, package_root
from .stamps import Stamp, stamp

__all__ = ["Manifest", "Need", "Operation", "Permissions", "RequestTemplate", "Trigger", "load"]

EFFECTS = ("read", "write", "send", "delete")
RESULTS = ("object", "collection", "bytes", "none")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROOTS = ("mailbox", "service", "none")
FORMAT = 1
"""The version of the manifest's own form that this module reads."""


@frozen
class RequestTemplate:
    """One Graph call as data: where each value comes from, and nothing that computes.

    In ``path`` stands ``{property}``; in ``query``, ``headers`` and ``body`` a text names an input property, and
    ``{const: value}`` is a value of its own.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@frozen
class Operation(Entry):
    """One entry of the manifest. ``idempotent``: a second call changes nothing more. ``by_method``: what it does
    follows from the HTTP method in its input, and ``effect`` is the worst of that."""

    name: str
    title: str
    description: str
    effect: str
    idempotent: bool
    permissions: Permissions
    permissions_for: Mapping[str, Permissions]
    result: str
    root: str
    request: RequestTemplate | None
    handler: str | None
    clouds: tuple[str, ...] = ()
    deprecated: str | None = None
    documentation: str | None = None
    by_method: bool = False

    @property
    def effect_on_mail(self) -> str:
        """What a policy judges: an operation that does not call Graph, such as a sign-in, changes no mail. Where the
        effect follows from the method, the least is judged here, and the rest by the handler."""
        return "read" if self.root == "none" or self.by_method else self.effect


Read = TypeVar("Read", bound=Entry)
_Reader = Callable[[str, Mapping[str, Any], str, list[Problem]], Read]


@frozen
class Manifest:
    """The whole manifest and where it and its schemas lie."""

    name: str
    version: str
    title: str
    description: str
    operations: Mapping[str, Operation]
    triggers: Mapping[str, Trigger]
    schemas_directory: Path

    def input_schema(self, name: str) -> dict[str, Any]:
        """The JSON Schema of the input of an operation or trigger, as it stands in its file."""
        return self._document(self._entry(name).input_schema)

    def output_schema(self, name: str) -> dict[str, Any]:
        """The JSON Schema of an operation's output or a trigger's event, as it stands in its file."""
        return self._document(self._entry(name).output_schema)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.operations)

    @cached_property
    def schemas(self) -> Schemas:
        """The schemas beside it, compiled on first use and then shared by all who hold this manifest."""
        return Schemas(self.schemas_directory)

    def _entry(self, name: str) -> Operation | Trigger:
        return self.operations.get(name) or self.triggers[name]

    def _document(self, file: str) -> dict[str, Any]:
        import json

        document: dict[str, Any] = json.loads((self.schemas_directory / file).read_text(encoding="utf-8"))
        return document


def load(path: Path | str | None = None) -> Manifest:
    """Read and check a manifest: the package's own, or one elsewhere whose ``schemas/`` lies beside it. It is read
    anew only when its file has changed, or files came to or left its schemas.

    Raises ``ManifestError`` with every problem found, a schema file that is missing included.
    """
    file = Path(path) if path else _own()
    return _read(file, stamp(file), stamp(file.parent / "schemas"))


def _own() -> Path:
    return package_root() / "connector.yaml"


@lru_cache(maxsize=8)
def _read(file: Path, *_: Stamp) -> Manifest:
    try:
        raw = _values(file)
    except (OSError, ValueError) as error:
        raise ManifestError(f"The manifest {file} cannot be read: {error}") from None
    problems: list[Problem] = []
    manifest = _manifest(mapping(raw, "", problems), file.parent / "schemas", problems)
    if problems:
        told = "; ".join(f"{at or '(top)'} {message}" for at, message in problems)
        details = [{"pointer": at, "message": message} for at, message in problems]
        raise ManifestError(f"The manifest {file} is not valid: {told}.", details={"problems": details})
    return manifest


def _values(file: Path) -> Any:
    """What stands in the file. Raises ``OSError`` or ``ValueError``."""
    if file == _own():
        return manifest_cache.values(file, _from_yaml)
    return _from_yaml(file.read_text(encoding="utf-8"))


def _from_yaml(text: str) -> Any:
    from yaml import YAMLError

    from .yaml_reading import read_yaml

    try:
        return read_yaml(text)
    except YAMLError as error:
        raise ValueError(str(error)) from None


def _manifest(raw: Mapping[str, Any], schemas: Path, problems: list[Problem]) -> Manifest:
    only(raw, {"manifest", "name", "version", "title", "description", "operations", "triggers"}, "", problems)
    if raw.get("manifest") != FORMAT:
        problems.append(("/manifest", f"must be {FORMAT}, the form that this version reads"))
    operations = _entries(raw.get("operations"), "/operations", _operation, problems)
    triggers = _entries(raw.get("triggers", {}), "/triggers", trigger, problems)
    present = set(os.listdir(schemas)) if schemas.is_dir() else set()  # noqa: PTH208 - a Path each is dear
    for at, found in (("/operations", operations), ("/triggers", triggers)):
        for one in found.values():
            problems.extend(_missing_schemas(one, f"{at}/{one.name}", present))
    return Manifest(
        name=text(raw, "name", "", problems),
        version=str(raw.get("version", "")) or text(raw, "version", "", problems),
        title=text(raw, "title", "", problems),
        description=text(raw, "description", "", problems),
        operations=MappingProxyType(operations),
        triggers=MappingProxyType(triggers),
        schemas_directory=schemas,
    )


def _entries(raw: Any, at: str, read: _Reader[Read], problems: list[Problem]) -> dict[str, Read]:
    found: dict[str, Read] = {}
    for name, entry in mapping(raw, at, problems).items():
        here = f"{at}/{name}"
        if not is_handler(str(name)):
            problems.append((here, "must be named noun.verb"))
        found[str(name)] = read(str(name), mapping(entry, here, problems), here, problems)
    return found


_KEYS = {
    *("title", "description", "effect", "idempotent", "permissions", "permissionsFor", "result", "root"),
    *("request", "handler", "clouds", "deprecated", "documentation", "effectByMethod"),
}


def _operation(name: str, raw: Mapping[str, Any], at: str, problems: list[Problem]) -> Operation:
    only(raw, _KEYS, at, problems)
    if ("request" in raw) == ("handler" in raw):
        problems.append((at, "needs either a request or a handler"))
    handler = raw.get("handler")
    if handler is not None and not is_handler(handler):
        problems.append((f"{at}/handler", "must be module.function of outlook_connector.operations"))
    extra = mapping(raw.get("permissionsFor", {}), f"{at}/permissionsFor", problems)
    return Operation(
        name=name,
        title=text(raw, "title", at, problems),
        description=text(raw, "description", at, problems),
        effect=choice(raw, "effect", EFFECTS, at, problems),
        idempotent=flag(raw, "idempotent", raw.get("effect") == "read", at, problems),
        permissions=permissions(raw.get("permissions", {}), f"{at}/permissions", problems),
        permissions_for={
            str(case): permissions(value, f"{at}/permissionsFor/{case}", problems)
            for case, value in extra.items()
        },
        result=choice(raw, "result", RESULTS, at, problems, "object"),
        root=choice(raw, "root", ROOTS, at, problems, "mailbox"),
        request=_request(raw["request"], f"{at}/request", problems) if "request" in raw else None,
        handler=handler if is_handler(handler) else None,
        clouds=texts(raw.get("clouds", []), f"{at}/clouds", problems),
        deprecated=raw.get("deprecated"),
        documentation=raw.get("documentation"),
        by_method=flag(raw, "effectByMethod", False, at, problems),
    )


def _request(value: Any, at: str, problems: list[Problem]) -> RequestTemplate:
    raw = mapping(value, at, problems)
    only(raw, {"method", "path", "query", "headers", "body"}, at, problems)
    path = text(raw, "path", at, problems)
    if path and not path.startswith("/"):
        problems.append((f"{at}/path", "must start with a slash"))
    body = mapping(raw["body"], f"{at}/body", problems) if "body" in raw else None
    for key in ("query", "headers", "body"):
        if key in raw:
            problems.extend(_wrong_values(raw[key], f"{at}/{key}"))
    return RequestTemplate(
        method=choice(raw, "method", METHODS, at, problems),
        path=path,
        query=mapping(raw.get("query", {}), f"{at}/query", problems),
        headers=mapping(raw.get("headers", {}), f"{at}/headers", problems),
        body=body,
    )


def _wrong_values(values: Any, at: str) -> Iterator[Problem]:
    """A value is the name of an input property, a constant, or (in a body) an object of values."""
    if not isinstance(values, (dict, Mapping)) or set(values) == {"const"}:
        return
    for key, value in values.items():
        if isinstance(value, (dict, Mapping)):
            yield from _wrong_values(value, f"{at}/{key}")
        elif not isinstance(value, str):
            yield f"{at}/{key}", "must name an input property, or be {const: value}"


def _missing_schemas(entry: Operation | Trigger, at: str, present: set[str]) -> Iterator[Problem]:
    for file in (entry.input_schema, entry.output_schema):
        if file not in present:
            yield at, f"has no schemas/{file}"
