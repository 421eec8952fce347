"""``export power-platform``: a custom connector that is valid OpenAPI 2.0 and whose lists come from the host.

It has not run in Power Platform: what is tested is the files, and the calls that its lists are made of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from cli_world import config_file, run
from http_running import KEY, serving
from openapi_spec_validator import OpenAPIV2SpecValidator

from outlook_connector.manifest import Manifest
from outlook_connector.sandbox import Sandbox

Json = dict[str, Any]
LARGEST = 1_000_000
"""Bytes that a custom connector's definition may have."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("power-platform")
    assert run("export", "power-platform", "--out", str(place)).code == 0
    return place


@pytest.fixture(scope="module")
def definition(out: Path) -> Json:
    found: Json = json.loads((out / "apiDefinition.swagger.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Sandbox() as sandbox:
        config = config_file(tmp_path_factory.mktemp("connection"), sandbox.config())
        with serving(config) as url:
            yield url


def operation(definition: Json, path: str) -> Json:
    found: Json = next(iter(definition["paths"][path].values()))
    return found


def body(definition: Json, path: str) -> Json:
    """The schema of what is posted; empty where nothing is."""
    schemas = [one["schema"] for one in operation(definition, path)["parameters"] if one["in"] == "body"]
    return schemas[0] if schemas else {"properties": {}}


def entries(manifest: Manifest) -> dict[str, str]:
    """Each operation and trigger with its path."""
    operations = {name: f"/operations/{name}" for name in manifest.operations}
    return operations | {name: f"/triggers/{name}/poll" for name in manifest.triggers}


def nodes(value: Any) -> Iterator[Json]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(one)


def test_the_definition_is_valid_openapi_2_of_a_size_that_is_taken(out: Path, definition: Json) -> None:
    assert definition["swagger"] == "2.0"
    assert list(OpenAPIV2SpecValidator(definition).iter_errors()) == []
    assert (out / "apiDefinition.swagger.json").stat().st_size < LARGEST


def test_it_says_only_what_power_platform_knows(definition: Json) -> None:
    said = {key for one in nodes(definition) for key in one if key.startswith("x-ms-")}
    assert said == {"x-ms-summary", "x-ms-visibility", "x-ms-dynamic-values", "x-ms-dynamic-list"}
    formats = {one["format"] for one in nodes(definition) if isinstance(one.get("format"), str)}
    assert formats <= {"byte", "date", "date-time", "uri"}


def test_every_operation_and_trigger_is_there_with_its_inputs(definition: Json, manifest: Manifest) -> None:
    assert definition["paths"].keys() == {"/connections", *entries(manifest).values()}
    for name, path in entries(manifest).items():
        schema = manifest.input_schema(name)
        assert body(definition, path)["properties"].keys() == schema.get("properties", {}).keys()
        assert body(definition, path).get("required", []) == schema.get("required", [])


def test_everything_has_a_summary_that_a_designer_can_show(definition: Json, manifest: Manifest) -> None:
    for path in entries(manifest).values():
        assert 0 < len(operation(definition, path)["summary"]) <= 80
        assert operation(definition, path)["summary"] != operation(definition, path)["description"]
        for field in body(definition, path)["properties"].values():
            assert 0 < len(field["x-ms-summary"]) <= 80
            assert field["description"]
    for one in nodes(definition["definitions"]):
        for field in one.get("properties", {}).values():
            assert isinstance(field, dict)
            assert "$ref" in field or field.get("x-ms-summary") or not field.get("description")


def test_required_inputs_stand_out_and_rare_ones_are_shown_last(definition: Json) -> None:
    fields = body(definition, "/operations/messages.move")["properties"]
    shown = {name: field.get("x-ms-visibility") for name, field in fields.items()}
    assert shown == {"messageId": "important", "destinationFolder": "important", "mailbox": "advanced"}


def test_the_examples_fit_the_bodies(definition: Json, manifest: Manifest) -> None:
    for name, path in entries(manifest).items():
        schema = {**body(definition, path), "definitions": definition["definitions"]}
        validator = jsonschema.Draft4Validator(schema)
        for example in manifest.input_schema(name)["examples"]:
            assert list(validator.iter_errors(_written(example, schema))) == []


def _written(value: Any, schema: Json) -> Any:
    """A recipient that is an object, as the text that Power Platform takes instead."""
    if isinstance(value, dict) and schema.get("type") == "string":
        return f"{value.get('name', '')} <{value['address']}>"
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: _written(one, known.get(name, {})) for name, one in value.items()}
    return [_written(one, schema.get("items", {})) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("path", "field", "lister"),
    [
        ("/operations/messages.list", "folder", "folders_list"),
        ("/operations/messages.move", "destinationFolder", "folders_list"),
        ("/triggers/message.received/poll", "folder", "folders_list"),
        ("/operations/messages.list", "category", "categories_list"),
        ("/operations/categories.delete", "categoryId", "categories_list"),
        ("/operations/rules.delete", "ruleId", "rules_list"),
    ],
)
def test_values_are_chosen_from_the_mailboxs_own(
    definition: Json, path: str, field: str, lister: str
) -> None:
    found = body(definition, path)["properties"][field]
    assert found["x-ms-dynamic-values"]["operationId"] == lister
    assert found["x-ms-dynamic-list"]["operationId"] == lister


def test_lists_of_names_are_chosen_from_too(definition: Json) -> None:
    categories = body(definition, "/operations/messages.send")["properties"]["categories"]
    assert categories["items"]["x-ms-dynamic-list"]["operationId"] == "categories_list"
    sources = body(definition, "/operations/folders.createSearchFolder")["properties"]["sourceFolders"]
    assert sources["items"]["x-ms-dynamic-list"]["operationId"] == "folders_list"


def test_every_list_has_what_its_fields_need_at_the_host(
    definition: Json, manifest: Manifest, host: str
) -> None:
    _asked(host, "post", "/operations/rules.create", manifest.input_schema("rules.create")["examples"][0])
    methods = {
        one["operationId"]: (method, path)
        for path, found in definition["paths"].items()
        for method, one in found.items()
    }
    lists = {
        json.dumps(one["x-ms-dynamic-list"]): one for one in nodes(definition) if "x-ms-dynamic-list" in one
    }
    assert len(lists) == 5
    for one in lists.values():
        now, older = one["x-ms-dynamic-list"], one["x-ms-dynamic-values"]
        method, path = methods[now["operationId"]]
        fixed = now.get("parameters", {}).get("body", {}).get("value", {})
        items = _asked(host, method, path, fixed)[now["itemsPath"]]
        assert items and all({now["itemValuePath"], now["itemTitlePath"]} <= item.keys() for item in items)
        items = _asked(host, method, path, {})[older["value-collection"]]
        assert items and all({older["value-path"], older["value-title"]} <= item.keys() for item in items)


def _asked(host: str, method: str, path: str, given: Json) -> Json:
    answer = requests.request(
        method, host + path, headers={"X-API-Key": KEY}, json=given if method == "post" else None, timeout=30
    )
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_a_connection_asks_for_the_host_and_a_key(out: Path, definition: Json) -> None:
    properties = json.loads((out / "apiProperties.json").read_text(encoding="utf-8"))["properties"]
    assert properties["connectionParameters"]["api_key"]["type"] == "securestring"
    assert definition["securityDefinitions"] == {
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    }
    [policy] = properties["policyTemplateInstances"]
    assert policy["templateId"] == "dynamichosturl"
    assert "@connectionParameters('host')" in json.dumps(policy["parameters"])
    assert "host" in properties["connectionParameters"]


def test_the_same_manifest_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    assert run("export", "power-platform", "--out", str(tmp_path)).code == 0
    for one in out.iterdir():
        assert (tmp_path / one.name).read_bytes() == one.read_bytes()
