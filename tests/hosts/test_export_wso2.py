"""``export wso2``: the connector's zip is whole, and its templates make the calls that the HTTP host takes.

It has not run in a Micro Integrator: what is tested is the files, and FreeMarker, the language of their payloads.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from cli_world import run
from freemarker_world import SYNAPSE, as_texts, compiled, rendered

from outlook_connector.manifest import Manifest

ANSWER = ["responseVariable", "overwriteBody"]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wso2")
    assert run("export", "wso2", "--out", str(place)).code == 0
    return place


@pytest.fixture(scope="module")
def archive(out: Path, manifest: Manifest) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(out / f"outlook-connector-{manifest.version}.zip") as found:
        yield found


@pytest.fixture(scope="module")
def freemarker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("freemarker"))


def names(manifest: Manifest) -> dict[str, str]:
    """Each template's name with that of its operation or trigger."""
    operations = {name.replace(".", "_"): name for name in manifest.operations}
    return operations | {f"poll_{name.replace('.', '_')}": name for name in manifest.triggers}


def function(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(f"functions/{name}.xml"))


def attributes(form: Json) -> list[Json]:
    """A form's fields and tables, in order, wherever they are."""
    found: list[Json] = []
    for one in form["elements"]:
        if one["type"] == "attributeGroup":
            found += attributes(one["value"])
        else:
            found.append({**one["value"], "type": one["type"]})
    return found


def test_every_operation_and_trigger_has_a_template_a_form_and_an_answer(
    archive: zipfile.ZipFile, manifest: Manifest
) -> None:
    wanted = set(names(manifest))
    for folder, ending in (("functions", ".xml"), ("uischema", ".json"), ("outputschema", ".json")):
        found = {
            Path(one).stem for one in archive.namelist() if one.startswith(folder) and one.endswith(ending)
        }
        assert found - {"component", "outlook"} == wanted
    assert {"connector.xml", "icon/icon-small.png", "icon/icon-large.png"} <= set(archive.namelist())
    assert archive.testzip() is None


def test_every_xml_is_well_formed_and_lists_what_is_there(
    archive: zipfile.ZipFile, manifest: Manifest
) -> None:
    for name in archive.namelist():
        if name.endswith(".xml"):
            ElementTree.fromstring(archive.read(name))
    connector = ElementTree.fromstring(archive.read("connector.xml"))
    assert [one.get("component") for one in connector.iter("dependency")] == ["config", "functions"]
    listed = ElementTree.fromstring(archive.read("functions/component.xml"))
    assert [one.text for one in listed.iter("file")] == [f"{name}.xml" for name in names(manifest)]
    for name in names(manifest):
        assert function(archive, name).get("name") == name


def test_a_templates_parameters_are_the_schemas(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    for name, entry in names(manifest).items():
        parameters = [one.get("name") for one in function(archive, name).iter(f"{SYNAPSE}parameter")]
        assert parameters == [*manifest.input_schema(entry).get("properties", {}), *ANSWER]


def test_a_template_posts_to_its_operation_and_never_twice(
    archive: zipfile.ZipFile, manifest: Manifest
) -> None:
    for name, entry in names(manifest).items():
        [endpoint] = function(archive, name).iter(f"{SYNAPSE}http")
        path = f"/operations/{entry}" if entry in manifest.operations else f"/triggers/{entry}/poll"
        assert endpoint.get("uri-template") == "{+uri.var.outlook.base}" + path
        assert endpoint.get("method") == "post"
        assert [one.text for one in endpoint.iter(f"{SYNAPSE}errorCodes")] == ["-1", "-1"]


def test_a_form_asks_for_the_connection_every_input_and_where_the_answer_goes(
    archive: zipfile.ZipFile, manifest: Manifest
) -> None:
    for name, entry in names(manifest).items():
        form = json.loads(archive.read(f"uischema/{name}.json"))
        schema = manifest.input_schema(entry)
        fields = {one["name"]: one for one in attributes(form)}
        assert (form["connectorName"], form["operationName"]) == ("outlook", name)
        assert fields.keys() == {"configRef", *schema.get("properties", {}), *ANSWER}
        assert attributes(form)[0]["inputType"] == "connection"
        assert [one["name"] for one in attributes(form)[-2:]] == ANSWER
        required = {one for one, field in fields.items() if field["required"] == "true"}
        assert required == {"configRef", "responseVariable", *schema.get("required", ())}


def test_a_connections_form_asks_for_what_init_takes(archive: zipfile.ZipFile) -> None:
    form = json.loads(archive.read("uischema/outlook.json"))
    init = ElementTree.fromstring(archive.read("config/init.xml"))
    taken = {one.get("name") for one in init.iter(f"{SYNAPSE}parameter")}
    assert (form["connectorName"], form["connectionName"]) == ("outlook", "outlook")
    assert {one["name"] for one in attributes(form)} - {"connectionName"} == taken - {"name"}


@pytest.mark.parametrize(
    ("operation", "field", "wanted"),
    [
        ("messages_list", "subject", {"type": "attribute", "inputType": "stringOrExpression"}),
        ("messages_list", "unread", {"type": "attribute", "inputType": "booleanOrExpression"}),
        ("messages_list", "importance", {"inputType": "combo", "comboValues": ["", "low", "normal", "high"]}),
        ("messages_send", "bodyType", {"inputType": "combo", "defaultValue": "text"}),
        ("messages_send", "to", {"type": "attribute", "inputType": "stringOrExpression"}),
        ("messages_send", "attachments", {"inputType": "stringOrExpression", "validateType": "json"}),
        ("messages_send", "headers", {"inputType": "stringOrExpression", "validateType": "json"}),
    ],
)
def test_a_fields_kind_follows_from_the_schema(
    archive: zipfile.ZipFile, operation: str, field: str, wanted: Json
) -> None:
    form = json.loads(archive.read(f"uischema/{operation}.json"))
    [found] = [one for one in attributes(form) if one["name"] == field]
    assert wanted.items() <= found.items()


def test_an_answers_schema_is_draft_07_and_fits_what_a_variable_holds(
    archive: zipfile.ZipFile, manifest: Manifest
) -> None:
    held = {"attributes": {"statusCode": 200}, "headers": {"Content-Type": "application/json"}}
    for name in names(manifest):
        schema = json.loads(archive.read(f"outputschema/{name}.json"))
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert jsonschema_rs.meta.is_valid(schema)
        assert "$defs" not in json.dumps(schema)
        assert jsonschema_rs.Draft7Validator(schema).is_valid(held)
    listed = jsonschema_rs.Draft7Validator(json.loads(archive.read("outputschema/messages_list.json")))
    page = {"value": [{"id": "AAk", "subject": "Hello"}], "nextCursor": None}
    assert listed.is_valid({**held, "payload": page})
    assert not listed.is_valid({**held, "payload": {"value": [{"id": 1}], "nextCursor": None}})


def test_the_sample_project_holds_the_connector_and_uses_what_it_has(
    out: Path, archive: zipfile.ZipFile
) -> None:
    project = out / "outlook-sample"
    [inside] = project.rglob("*.zip")
    assert inside.read_bytes() == Path(str(archive.filename)).read_bytes()
    for file in project.rglob("*.xml"):
        ElementTree.parse(file)
    api = ElementTree.parse(project / "src/main/wso2mi/artifacts/apis/OutlookSample.xml")
    used = [one for one in api.iter() if one.tag.startswith(f"{SYNAPSE}outlook.")]
    assert used
    for one in used:
        document = function(archive, one.tag.removeprefix(f"{SYNAPSE}outlook."))
        parameters = {parameter.get("name") for parameter in document.iter(f"{SYNAPSE}parameter")}
        assert {child.tag.removeprefix(SYNAPSE) for child in one} <= parameters


def test_the_sample_answers_a_failed_call_without_the_hosts_key(out: Path) -> None:
    api = ElementTree.parse(out / "outlook-sample/src/main/wso2mi/artifacts/apis/OutlookSample.xml")
    faults = list(api.iter(f"{SYNAPSE}faultSequence"))
    assert len(faults) == len(list(api.iter(f"{SYNAPSE}resource"))) == 3
    for fault in faults:
        first, *_, last = fault
        assert (first.get("name"), first.get("action")) == ("TRANSPORT_HEADERS", "remove")
        assert last.tag == f"{SYNAPSE}respond"


def test_the_same_manifest_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    assert run("export", "wso2", "--out", str(tmp_path)).code == 0
    files = [one.relative_to(out) for one in out.rglob("*") if one.is_file()]
    assert files
    assert all((tmp_path / one).read_bytes() == (out / one).read_bytes() for one in files)


@pytest.mark.parametrize("quoted", [False, True], ids=["as JSON", "as JSON in single quotes"])
def test_what_a_template_posts_is_the_input_that_it_was_given(
    archive: zipfile.ZipFile, manifest: Manifest, freemarker: Path, tmp_path: Path, quoted: bool
) -> None:
    cases = [
        (name, example)
        for name, entry in names(manifest).items()
        for example in manifest.input_schema(entry)["examples"]
    ]
    given = [(function(archive, name), as_texts(example, quoted=quoted)) for name, example in cases]
    posted = rendered(freemarker, tmp_path, given)
    for (name, example), body in zip(cases, posted, strict=True):
        assert body is not None, name
        assert json.loads(body) == example, name


HOSTILE = 'a "quoted" \\ \u2028 </script> ${1+1} <#if x> ], ["b"] \n\t\u0007 é 🎉 $1 ]]>'


def test_a_text_stays_one_text_whatever_it_holds(
    archive: zipfile.ZipFile, freemarker: Path, tmp_path: Path
) -> None:
    send = function(archive, "messages_send")
    given = {"subject": HOSTILE, "to": json.dumps([HOSTILE, "x"]), "cc": f"'{json.dumps([HOSTILE])}'"}
    [body, alone] = rendered(freemarker, tmp_path, [(send, given), (send, {"to": HOSTILE})])
    assert json.loads(str(body)) == {"subject": HOSTILE, "to": [HOSTILE, "x"], "cc": [HOSTILE]}
    assert json.loads(str(alone)) == {"to": [HOSTILE]}


@pytest.mark.parametrize(("field", "value"), [("limit", '1, "mailbox": "x"'), ("unread", 'true, "limit": 1')])
def test_a_number_or_a_truth_carries_nothing_else_in(
    archive: zipfile.ZipFile, freemarker: Path, tmp_path: Path, field: str, value: str
) -> None:
    assert rendered(freemarker, tmp_path, [(function(archive, "messages_list"), {field: value})]) == [None]
