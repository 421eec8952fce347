"""The manifest, the schemas and the handlers belong together, with nothing missing and nothing left over."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import outlook_connector.operations
from outlook_connector.handlers import find_handler
from outlook_connector.manifest import Operation, Trigger
from outlook_connector.schema import explainer

from .catalogue import EXAMPLES, MANIFEST, OPERATIONS, SCHEMAS, example

PARAMETRISED = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
ENTRIES: list[Operation | Trigger] = [*OPERATIONS, *MANIFEST.triggers.values()]
EACH_ENTRY = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
SIDES = [(one.name, file) for one in ENTRIES for file in (one.input_schema, one.output_schema)]


@EACH_ENTRY
def test_an_input_is_closed_and_has_two_examples(entry: Operation | Trigger) -> None:
    schema = MANIFEST.input_schema(entry.name)
    assert schema["additionalProperties"] is False
    assert len(schema["examples"]) >= 2


@pytest.mark.parametrize(("name", "file"), SIDES)
def test_every_property_is_described_and_titled(name: str, file: str) -> None:
    for where, node, base in properties(SCHEMAS.document(file), file):
        resolved, _ = SCHEMAS.resolve(node, base)
        assert resolved.get("description"), f"{file}: {where} has no description"
        if file.endswith("input.json"):
            assert resolved.get("title"), f"{file}: {where} has no title"


@pytest.mark.parametrize(("name", "index"), EXAMPLES)
def test_an_example_fits_its_schema_in_both_opinions(name: str, index: int) -> None:
    file = MANIFEST.operations[name].input_schema
    assert SCHEMAS.is_valid(file, example(name, index))
    assert explainer(SCHEMAS, file).is_valid(example(name, index))


@EACH_ENTRY
def test_an_output_is_open(entry: Operation | Trigger) -> None:
    schema, _ = SCHEMAS.resolve(SCHEMAS.document(entry.output_schema), entry.output_schema)
    assert "additionalProperties" not in schema


def test_no_schema_is_left_over() -> None:
    used = {file for _, file in SIDES} | {"config.json", "manifest.json", "push.json"}
    assert {path.name for path in Path(SCHEMAS.directory).glob("*.json")} == used
    common = {path.name for path in (Path(SCHEMAS.directory) / "common").glob("*.json")}
    assert common == {name for path in Path(SCHEMAS.directory).rglob("*.json") for name in references(path)}


def test_no_handler_is_left_over() -> None:
    named = {operation.handler for operation in OPERATIONS if operation.handler}
    assert named == set(functions_of(outlook_connector.operations))
    for name in named:
        assert callable(find_handler(str(name)))


@PARAMETRISED
def test_every_value_of_a_request_is_an_input_and_every_input_is_used(operation: Operation) -> None:
    if operation.request is None:
        return
    inputs = set(MANIFEST.input_schema(operation.name)["properties"])
    request = operation.request
    used = {part[1:-1] for part in request.path.split("/") if part.startswith("{")}
    used |= set(texts([request.query, request.headers, request.body or {}]))
    paging = {"limit", "pageSize", "cursor"} if operation.result == "collection" else set()
    mailbox = {"mailbox"} if operation.root == "mailbox" else set()
    assert used | paging | mailbox == inputs


PEOPLE_ONLY = {"settings.listLanguages", "settings.listTimeZones", "ids.translate"}
"""What Microsoft offers to no application of its own: their pages say "Application: not supported"."""


@PARAMETRISED
def test_what_calls_graph_says_which_permissions_it_needs(operation: Operation) -> None:
    assert bool(operation.permissions.delegated) == (operation.root != "none")
    if not operation.permissions.application and operation.root != "none":
        assert operation.name in PEOPLE_ONLY


WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**7),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.one_of(st.text(max_size=5), st.integers(), st.none()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.none()), max_size=3),
    st.sampled_from(
        ["2026-02-30T10:00:00Z", "2026-11-24T10:00:00", "a@b", "..", "\r\n", "x" * 3000, "messages"]
    ),
)


@EACH_ENTRY
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_both_validators_agree_on_wrong_inputs_and_each_problem_has_a_place(
    entry: Operation | Trigger, data: st.DataObject
) -> None:
    file = entry.input_schema
    known = sorted(MANIFEST.input_schema(entry.name)["properties"])
    base = dict(example(entry.name, data.draw(st.integers(0, 1))))
    for name in data.draw(st.lists(st.sampled_from([*known, "unknown"]), min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            base.pop(name, None)
        else:
            base[name] = data.draw(WRONG)
    assert SCHEMAS.is_valid(file, base) == explainer(SCHEMAS, file).is_valid(base)
    problems = SCHEMAS.problems(file, base)
    assert bool(problems) != SCHEMAS.is_valid(file, base)
    assert all(pointer == "" or pointer.startswith("/") for pointer, _ in problems)


def properties(node: Any, base: str, where: str = "") -> Iterator[tuple[str, Any, str]]:
    """Every property in a schema, those of its parts included; references are followed by the caller."""
    if isinstance(node, dict):
        for name, inner in node.get("properties", {}).items():
            yield f"{where}/{name}", inner, base
            yield from properties(inner, base, f"{where}/{name}")
        if "items" in node:
            yield from properties(node["items"], base, f"{where}/*")


def references(path: Path) -> Iterator[str]:
    found: list[Any] = [SCHEMAS.document(path.relative_to(SCHEMAS.directory).as_posix())]
    while found:
        node = found.pop()
        if isinstance(node, dict):
            target = node.get("$ref", "")
            if isinstance(target, str) and target.endswith(".json"):
                yield target.rsplit("/", 1)[-1]
            found += node.values()
        elif isinstance(node, list):
            found += node


def functions_of(package: ModuleType) -> Iterator[str]:
    """Every function of the package's modules that has a handler's form."""
    for module in pkgutil.iter_modules(package.__path__):
        loaded = import_module(f"{package.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            mine = function.__module__ == loaded.__name__ and not name.startswith("_")
            form = list(inspect.signature(function).parameters)
            if mine and form == ["context", "values"] and module.name not in HELPERS:
                yield f"{module.name}.{name}"


HELPERS = {"tracked", "keyed"}
"""Modules of which handlers make use."""


def texts(values: Any) -> Iterator[str]:
    """The input properties that a request block names."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, list):
        for inner in values:
            yield from texts(inner)
    elif "const" not in values:
        for inner in values.values():
            yield from texts(inner)
