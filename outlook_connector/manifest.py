"""``connector.yaml`` as frozen dataclasses. A bad manifest is refused whole, each problem with where it stands.

``schemas/manifest.json`` says the same in JSON Schema, for editors and other tools; it is not used here, since
loading a validator costs more than reading the manifest.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import ManifestError
from .schema import Problem, package_root

EFFECTS = ("read", "write", "send", "delete")
RESULTS = ("object", "collection", "bytes", "none")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROOTS = ("mailbox", "service", "none")
FORMAT = 1
"""The version of the manifest's own form that this module reads."""

Need = tuple[str, ...]
"""One permission, or several of which any one is enough, least privileged first."""


@dataclass(frozen=True)
class Permissions:
    """What a token needs, by kind. A call needs every ``Need`` of its kind."""

    delegated: tuple[Need, ...] = ()
    application: tuple[Need, ...] = ()

    def of(self, auth: str) -> tuple[Need, ...]:
        """The needs of a connection whose ``auth`` is given; a host's own token is a person's."""
        return self.application if auth in ("application", "managedIdentity") else self.delegated


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Operation:
    """One entry of the manifest. ``idempotent``: a second call changes nothing more."""

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

    @property
    def input_schema(self) -> str:
        return f"{self.name}.input.json"

    @property
    def output_schema(self) -> str:
        return f"{self.name}.output.json"

    @property
    def effect_on_mail(self) -> str:
        """What a policy judges: an operation that does not call Graph, such as a sign-in, changes no mail."""
        return "read" if self.root == "none" else self.effect


@dataclass(frozen=True)
class Manifest:
    """The whole manifest and where it and its schemas lie."""

    name: str
    version: str
    title: str
    description: str
    operations: Mapping[str, Operation]
    schemas_directory: Path

    def input_schema(self, name: str) -> dict[str, Any]:
        """The JSON Schema of the operation's input, as it stands in its file."""
        return self._document(self.operations[name].input_schema)

    def output_schema(self, name: str) -> dict[str, Any]:
        """The JSON Schema of the operation's output, as it stands in its file."""
        return self._document(self.operations[name].output_schema)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.operations)

    def _document(self, file: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.schemas_directory / file).read_text(encoding="utf-8"))
        return document


def load(path: Path | str | None = None) -> Manifest:
    """Read and check a manifest: the package's own, or one elsewhere whose ``schemas/`` lies beside it.

    Raises ``ManifestError`` with every problem found, a schema file that is missing included.
    """
    from yaml import YAMLError

    from .yaml_reading import read_yaml

    file = Path(path) if path else package_root() / "connector.yaml"
    try:
        raw = read_yaml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ManifestError(f"The manifest {file} cannot be read: {error}") from None
    problems: list[Problem] = []
    manifest = _manifest(_mapping(raw, "", problems), file.parent / "schemas", problems)
    if problems:
        told = "; ".join(f"{at or '(top)'} {message}" for at, message in problems)
        details = [{"pointer": at, "message": message} for at, message in problems]
        raise ManifestError(f"The manifest {file} is not valid: {told}.", details={"problems": details})
    return manifest


def _manifest(raw: Mapping[str, Any], schemas: Path, problems: list[Problem]) -> Manifest:
    _only(raw, {"manifest", "name", "version", "title", "description", "operations"}, "", problems)
    if raw.get("manifest") != FORMAT:
        problems.append(("/manifest", f"must be {FORMAT}, the form that this version reads"))
    entries = _mapping(raw.get("operations"), "/operations", problems)
    present = {file.name for file in schemas.glob("*.json")} if schemas.is_dir() else set()
    operations: dict[str, Operation] = {}
    for name, entry in entries.items():
        at = f"/operations/{name}"
        operation = _operation(str(name), _mapping(entry, at, problems), at, problems)
        operations[str(name)] = operation
        problems.extend(_missing_schemas(operation, at, present))
    return Manifest(
        name=_text(raw, "name", "", problems),
        version=str(raw.get("version", "")) or _text(raw, "version", "", problems),
        title=_text(raw, "title", "", problems),
        description=_text(raw, "description", "", problems),
        operations=operations,
        schemas_directory=schemas,
    )


_KEYS = {
    *("title", "description", "effect", "idempotent", "permissions", "permissionsFor", "result", "root"),
    *("request", "handler", "clouds", "deprecated", "documentation"),
}


def _operation(name: str, raw: Mapping[str, Any], at: str, problems: list[Problem]) -> Operation:
    _only(raw, _KEYS, at, problems)
    noun, _, verb = name.partition(".")
    if not (noun.isidentifier() and verb.isidentifier()):
        problems.append((at, "must be named nounPlural.verb"))
    if ("request" in raw) == ("handler" in raw):
        problems.append((at, "needs either a request or a handler"))
    handler = raw.get("handler")
    if handler is not None and not _is_handler(handler):
        problems.append((f"{at}/handler", "must be module.function of outlook_connector.operations"))
    extra = _mapping(raw.get("permissionsFor", {}), f"{at}/permissionsFor", problems)
    return Operation(
        name=name,
        title=_text(raw, "title", at, problems),
        description=_text(raw, "description", at, problems),
        effect=_choice(raw, "effect", EFFECTS, at, problems),
        idempotent=_flag(raw, "idempotent", raw.get("effect") == "read", at, problems),
        permissions=_permissions(raw.get("permissions", {}), f"{at}/permissions", problems),
        permissions_for={
            str(case): _permissions(value, f"{at}/permissionsFor/{case}", problems)
            for case, value in extra.items()
        },
        result=_choice(raw, "result", RESULTS, at, problems, "object"),
        root=_choice(raw, "root", ROOTS, at, problems, "mailbox"),
        request=_request(raw["request"], f"{at}/request", problems) if "request" in raw else None,
        handler=handler if _is_handler(handler) else None,
        clouds=_texts(raw.get("clouds", []), f"{at}/clouds", problems),
        deprecated=raw.get("deprecated"),
        documentation=raw.get("documentation"),
    )


def _request(value: Any, at: str, problems: list[Problem]) -> RequestTemplate:
    raw = _mapping(value, at, problems)
    _only(raw, {"method", "path", "query", "headers", "body"}, at, problems)
    path = _text(raw, "path", at, problems)
    if path and not path.startswith("/"):
        problems.append((f"{at}/path", "must start with a slash"))
    body = _mapping(raw["body"], f"{at}/body", problems) if "body" in raw else None
    for key in ("query", "headers", "body"):
        problems.extend(_wrong_values(raw.get(key, {}), f"{at}/{key}"))
    return RequestTemplate(
        method=_choice(raw, "method", METHODS, at, problems),
        path=path,
        query=_mapping(raw.get("query", {}), f"{at}/query", problems),
        headers=_mapping(raw.get("headers", {}), f"{at}/headers", problems),
        body=body,
    )


def _wrong_values(values: Any, at: str) -> Iterator[Problem]:
    """A value is the name of an input property, a constant, or (in a body) an object of values."""
    if not isinstance(values, Mapping) or set(values) == {"const"}:
        return
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _wrong_values(value, f"{at}/{key}")
        elif not isinstance(value, str):
            yield f"{at}/{key}", "must name an input property, or be {const: value}"


def _missing_schemas(operation: Operation, at: str, present: set[str]) -> Iterator[Problem]:
    for file in (operation.input_schema, operation.output_schema):
        if file not in present:
            yield at, f"has no schemas/{file}"


def _permissions(value: Any, at: str, problems: list[Problem]) -> Permissions:
    raw = _mapping(value, at, problems)
    _only(raw, {"delegated", "application"}, at, problems)
    return Permissions(
        _needs(raw.get("delegated", []), f"{at}/delegated", problems),
        _needs(raw.get("application", []), f"{at}/application", problems),
    )


def _needs(value: Any, at: str, problems: list[Problem]) -> tuple[Need, ...]:
    if not isinstance(value, list):
        problems.append((at, "must be a list of permissions; a list in the list means any of these"))
        return ()
    return tuple(_texts(item if isinstance(item, list) else [item], at, problems) for item in value)


def _is_handler(value: Any) -> bool:
    return (
        isinstance(value, str)
        and value.count(".") == 1
        and all(part.isidentifier() for part in value.split("."))
    )


def _mapping(value: Any, at: str, problems: list[Problem]) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    problems.append((at, "must be an object"))
    return {}


def _only(raw: Mapping[str, Any], known: set[str], at: str, problems: list[Problem]) -> None:
    problems.extend((f"{at}/{key}", "is not known") for key in raw if key not in known)


def _text(raw: Mapping[str, Any], key: str, at: str, problems: list[Problem]) -> str:
    value = raw.get(key)
    if isinstance(value, str) and value.strip():
        return value.strip()
    problems.append((f"{at}/{key}", "must be a text that is not empty"))
    return ""


def _texts(value: Any, at: str, problems: list[Problem]) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    problems.append((at, "must be a list of texts"))
    return ()


def _flag(raw: Mapping[str, Any], key: str, default: bool, at: str, problems: list[Problem]) -> bool:
    value = raw.get(key, default)
    if not isinstance(value, bool):
        problems.append((f"{at}/{key}", "must be true or false"))
    return bool(value)


def _choice(
    raw: Mapping[str, Any],
    key: str,
    choices: tuple[str, ...],
    at: str,
    problems: list[Problem],
    default: str = "",
) -> str:
    value = raw.get(key, default)
    if value in choices:
        return str(value)
    problems.append((f"{at}/{key}", f"must be one of {', '.join(choices)}"))
    return choices[0]
