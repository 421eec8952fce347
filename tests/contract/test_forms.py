"""A designer can draw a good form from an input's schema, and explain an output from its."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from .catalogue import MANIFEST, SCHEMAS

NAMES = (*MANIFEST.operations, *MANIFEST.triggers)
REFERRING = ("items", "anyOf", "properties", "additionalProperties")
"""Keywords that lead to other schemas, or say what they leave out."""
TITLE, DESCRIPTION = 40, 500
"""Letters at most."""


@dataclass(frozen=True)
class Field:
    at: str
    schema: Mapping[str, Any]
    home: str


def fields(node: Mapping[str, Any], home: str, at: str = "") -> Iterator[Field]:
    """Every property of an object, those of its parts included, references followed."""
    resolved, home = SCHEMAS.resolve(node, home)
    for branch in resolved.get("anyOf", []):
        yield from fields(branch, home, at)
    for name, inner in resolved.get("properties", {}).items():
        schema, place = SCHEMAS.resolve(inner, home)
        yield Field(f"{at}/{name}", schema, place)
        yield from fields(inner, home, f"{at}/{name}")
    if "items" in resolved:
        yield from fields(resolved["items"], home, f"{at}/*")


def inputs(name: str) -> list[Field]:
    file = f"{name}.input.json"
    return list(fields(SCHEMAS.document(file), file))


@pytest.mark.parametrize("name", NAMES)
def test_a_field_has_a_short_title_and_a_sentence_that_explains_it(name: str) -> None:
    for field in inputs(name):
        title, description = str(field.schema.get("title", "")), str(field.schema.get("description", ""))
        assert 0 < len(title) <= TITLE, f"{field.at}: title {title!r}"
        assert title[0].isupper() or not title[0].isalpha(), f"{field.at}: title {title!r}"
        assert not title.endswith("."), f"{field.at}: title {title!r}"
        assert 0 < len(description) <= DESCRIPTION, f"{field.at}: {description!r}"


@pytest.mark.parametrize("name", NAMES)
def test_the_fields_of_a_form_can_be_told_apart(name: str) -> None:
    titles = [str(one.schema["title"]) for one in inputs(name) if one.at.count("/") == 1]
    assert len(titles) == len(set(titles)), sorted(titles)


@pytest.mark.parametrize("name", NAMES)
def test_a_field_says_what_may_be_put_in(name: str) -> None:
    for field in inputs(name):
        schema = field.schema
        assert {"type", "enum", "anyOf", "x-kind"} & set(schema), f"{field.at} has no type"
        if schema.get("type") == "string" and "enum" not in schema:
            assert "maxLength" in schema or schema.get("contentEncoding") == "base64", (
                f"{field.at} has no maxLength"
            )
        if schema.get("type") in ("integer", "number"):
            assert {"minimum", "maximum"} <= set(schema), f"{field.at} has no bounds"
        if schema.get("type") == "array":
            assert {"items", "maxItems"} <= set(schema), f"{field.at} has no maxItems"


@pytest.mark.parametrize("name", NAMES)
def test_a_default_and_an_example_are_values_that_the_field_takes(name: str) -> None:
    from jsonschema_rs import Draft202012Validator

    for field in inputs(name):
        plain = {key: one for key, one in field.schema.items() if key not in REFERRING}
        validator = Draft202012Validator(plain, validate_formats=True)
        values = [
            *([field.schema["default"]] if "default" in field.schema else []),
            *field.schema.get("examples", []),
        ]
        for value in values:
            assert validator.is_valid(value), f"{field.at}: {value!r}"


@pytest.mark.parametrize("name", NAMES)
def test_an_output_is_described_as_a_whole_and_in_its_parts(name: str) -> None:
    document = SCHEMAS.document(f"{name}.output.json")
    assert document.get("title")
    assert document.get("description")
    for field in fields(document, f"{name}.output.json"):
        assert field.schema.get("description"), f"{field.at} is not described"
