"""Every property of an output schema has the name and type that Graph gives it, unless `shapes.yaml` says otherwise."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from .catalogue import MANIFEST, OPERATIONS, SCHEMAS
from .truth import TYPES, properties, read

SHAPES = read("shapes.yaml")
ADDED = {(one["file"], one["property"]) for one in SHAPES["added"]}
OTHERWISE = {(one["file"], one["property"]) for one in SHAPES["otherwise"]}
PAGE = {"value", "nextCursor", "incomplete"}
"""The properties of a collection's answer."""

JSON = {
    **{
        "String": "string",
        "Binary": "string",
        "DateTimeOffset": "string",
        "TimeOfDay": "string",
        "Guid": "string",
    },
    **{"Boolean": "boolean", "Int32": "integer", "Int64": "integer"},
}
"""Graph's primitive types in JSON Schema's words."""


def output_files() -> list[str]:
    """Every output schema, and every shared one that outputs lead to."""
    found, waiting = [], [one.output_schema for one in (*OPERATIONS, *MANIFEST.triggers.values())]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.append(file)
            waiting += list(references(SCHEMAS.document(file), file))
    return sorted(found)


def references(node: Any, file: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield SCHEMAS.resolve({"$ref": node["$ref"]}, file)[1]
        for inner in node.values():
            yield from references(inner, file)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner, file)


def is_page(node: Mapping[str, Any]) -> bool:
    return set(node.get("properties", {})) <= PAGE and "nextCursor" in node["properties"]


@pytest.mark.parametrize("file", output_files())
def test_an_output_is_graphs_or_said_to_be_our_own(file: str) -> None:
    document = SCHEMAS.document(file)
    plain = "$ref" in document or not document.get("properties") or is_page(document)
    named = [key for key in (*SHAPES["graph"], *SHAPES["own"]) if key == file]
    assert len(named) == (0 if plain else 1), f"{file}: named in shapes.yaml {len(named)} times"


@pytest.mark.parametrize("place", SHAPES["graph"])
def test_a_shape_has_the_names_and_types_of_graphs_type(place: str) -> None:
    file, _, pointer = place.partition("#")
    node: Any = SCHEMAS.document(file)
    for part in pointer.strip("/").split("/") if pointer else ():
        node = node[part]
    assert not list(differences(node, file, SHAPES["graph"][place]))


def differences(node: Mapping[str, Any], file: str, types: list[str], at: str = "") -> Iterator[str]:
    """Where an object's schema is not what the types say; several types are those that it may be of."""
    known = {name: one for type_ in types for name, one in properties(type_).items()}
    for name, inner in node.get("properties", {}).items():
        if name.startswith("@odata.") or (file, name) in ADDED | OTHERWISE:
            continue
        if name not in known:
            yield f"{at}/{name} is no property of {' or '.join(types)}"
        else:
            yield from mistyped(inner, file, known[name]["type"], f"{at}/{name}")
            yield from refused_null(inner, file, known[name], f"{at}/{name}")


def mistyped(node: Mapping[str, Any], file: str, type_: str, at: str) -> Iterator[str]:
    for branch, home in branches(node, file):
        if branch.get("type") == "null":
            continue
        if type_.startswith("Collection("):
            if "array" not in kinds(branch):
                yield f"{at} is a list in Graph"
            else:
                yield from mistyped(branch.get("items", {}), home, type_[11:-1], f"{at}/*")
        elif TYPES.get(type_, {}).get("kind") in ("ComplexType", "EntityType"):
            yield from mistyped_object(branch, home, type_, at)
        elif TYPES.get(type_, {}).get("kind") == "EnumType":
            yield from mistyped_choice(branch, type_, at)
        elif kinds(branch) - {"null"} != {JSON[type_]}:
            yield f"{at} is {type_} in Graph, and {sorted(kinds(branch))} here"
        elif (type_ == "DateTimeOffset") != (branch.get("format") == "date-time"):
            yield f"{at} is {type_} in Graph: its format says otherwise"


def mistyped_object(node: Mapping[str, Any], home: str, type_: str, at: str) -> Iterator[str]:
    if "object" not in kinds(node):
        yield f"{at} is an object ({type_}) in Graph"
    elif home in SHAPES["graph"] and node.get("properties") == SCHEMAS.document(home).get("properties"):
        if type_ not in SHAPES["graph"][home]:
            yield f"{at} is {type_} in Graph, and {home} here"
    else:
        yield from differences(node, home, [type_], at)


def mistyped_choice(node: Mapping[str, Any], type_: str, at: str) -> Iterator[str]:
    """A schema may leave the choice open; one that lists it must list all that Graph may answer."""
    if "enum" in node and set(node["enum"]) - {None} != set(TYPES[type_]["members"]):
        yield f"{at} does not list the members of {type_}"
    if "enum" not in node and kinds(node) - {"null"} != {"string"}:
        yield f"{at} is a choice of texts in Graph"


def refused_null(node: Mapping[str, Any], file: str, known: Mapping[str, Any], at: str) -> Iterator[str]:
    """What Graph may leave null must be allowed to be null; collections and what was expanded never are."""
    if known.get("nullable") is False or known["type"].startswith("Collection(") or known.get("navigation"):
        return
    if not any(
        "null" in kinds(branch) or None in branch.get("enum", []) for branch, _ in branches(node, file)
    ):
        yield f"{at} may be null in Graph"


def branches(node: Mapping[str, Any], file: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    resolved, home = SCHEMAS.resolve(node, file)
    if "anyOf" in resolved:
        for one in resolved["anyOf"]:
            yield from branches(one, home)
    else:
        yield resolved, home


def kinds(node: Mapping[str, Any]) -> set[str]:
    named = node.get("type", [])
    return {named} if isinstance(named, str) else set(named)


@pytest.mark.parametrize("one", [*SHAPES["added"], *SHAPES["otherwise"]], ids=lambda one: one["property"])
def test_an_exception_is_needed(one: dict[str, str]) -> None:
    """Without it the property would not be what `types.json` says."""
    types = SHAPES["graph"][one["file"]]
    known = {name: found for type_ in types for name, found in properties(type_).items()}
    node = SCHEMAS.document(one["file"])["properties"][one["property"]]
    known_as = known.get(one["property"])
    assert known_as is None or list(mistyped(node, one["file"], known_as["type"], ""))
    assert one["why"]


def test_every_shape_is_a_schema_that_outputs_lead_to() -> None:
    named = {key.partition("#")[0] for key in (*SHAPES["graph"], *SHAPES["own"])}
    assert named <= set(output_files())
