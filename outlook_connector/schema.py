"""Compiled JSON Schema validators (draft 2020-12), with local ``$ref`` only.

jsonschema-rs gives every verdict; jsonschema is imported only to explain a refusal. Both are imported on first
use, and each schema is compiled on first use and kept. Explanations never quote the value that was wrong: it may
be a secret or the content of a mail.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from .errors import ManifestError, Problem

BASE = "https://outlook-connector.invalid/schemas/"
"""Where relative references are resolved; a reserved name that no network answers for."""


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
        found = self._documents.get(name)
        if found is None:
            import orjson

            try:
                found = self._documents[name] = orjson.loads((self.directory / name).read_bytes())
            except (OSError, ValueError) as error:
                raise ManifestError(f"The schema {self.directory / name} cannot be read: {error}") from None
        return found

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
            try:
                target = target[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise ManifestError(
                    f"The schema {self.directory / (base or name)} refers to {reference}, which leads nowhere."
                ) from None
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
        try:
            return jsonschema_rs.Draft202012Validator(
                document, validate_formats=True, retriever=self._referred
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            told = getattr(error, "message", "") or str(error)
            raise ManifestError(f"The schema {self.directory / name} is not valid: {told}") from None

    def _referred(self, uri: str) -> dict[str, Any]:
        """What a reference leads to: another file of the directory, and nothing else."""
        if not uri.startswith(BASE):
            raise ValueError(f"schema reference {uri} does not lead to a local file")
        return self.document(uri.removeprefix(BASE))

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
        from .explaining import explained  # late: needed for a refusal alone

        validator = self._explainers.get(name) or self._explainers.setdefault(name, explainer(self, name))
        return explained(validator, value)


def explainer(schemas: Schemas, name: str) -> Any:
    """A ``jsonschema`` validator for the schema ``name``: the second opinion, slow to import and to run."""
    import jsonschema

    from .explaining import whole_pattern

    document = {**schemas.document(name), "$id": BASE + name}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    extend: Any = jsonschema.validators.extend
    strict = extend(jsonschema.Draft202012Validator, {"pattern": whole_pattern})
    return strict(document, registry=schemas.resources, format_checker=checker)
