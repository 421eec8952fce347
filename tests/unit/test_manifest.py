"""connector.yaml: read, checked, and refused whole when it is wrong."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from outlook_connector import ManifestError
from outlook_connector.manifest import load
from outlook_connector.schema import Schemas, package_root

GOOD: dict[str, Any] = {
    "manifest": 1,
    "name": "outlook",
    "version": "1.0.0",
    "title": "Mail",
    "description": "Mail.",
    "operations": {
        "notes.get": {
            "title": "Get a note",
            "description": "Gets a note.",
            "effect": "read",
            "permissions": {"delegated": ["Mail.Read", ["Mail.ReadBasic", "Mail.Read"]]},
            "request": {"method": "GET", "path": "/notes/{noteId}", "query": {"$select": "select"}},
        }
    },
}

TRIGGER = {"title": "Note made", "description": "A note was made.", "handler": "notes.made"}


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    manifest = copy.deepcopy(GOOD)
    change(manifest)
    return manifest


def write(directory: Path, manifest: Any, schemas: bool = True) -> Path:
    (directory / "schemas").mkdir()
    for side in ("input", "output") if schemas else ():
        (directory / "schemas" / f"notes.get.{side}.json").write_text("{}")
    path = directory / "connector.yaml"
    path.write_text(yaml.safe_dump(manifest))
    return path


def note(manifest: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = manifest["operations"]["notes.get"]
    return entry


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "another form": (lambda m: m.update(manifest=2), "/manifest"),
    "no title": (lambda m: m.update(title=" "), "/title"),
    "an unknown key": (lambda m: m.update(colour="red"), "/colour"),
    "operations that are a list": (lambda m: m.update(operations=[]), "/operations"),
    "a name without a verb": (lambda m: m["operations"].update({"notes": note(m)}), "/operations/notes"),
    "no effect": (lambda m: note(m).pop("effect"), "/operations/notes.get/effect"),
    "an unknown effect": (lambda m: note(m).update(effect="wish"), "/operations/notes.get/effect"),
    "an unknown property": (lambda m: note(m).update(if_="x"), "/operations/notes.get/if_"),
    "neither request nor handler": (lambda m: note(m).pop("request"), "/operations/notes.get"),
    "request and handler": (lambda m: note(m).update(handler="notes.get"), "/operations/notes.get"),
    "a handler elsewhere": (
        lambda m: note(m).update(handler="os.path.join"),
        "/operations/notes.get/handler",
    ),
    "a path without a slash": (
        lambda m: note(m)["request"].update(path="x"),
        "/operations/notes.get/request/path",
    ),
    "a method": (lambda m: note(m)["request"].update(method="HEAD"), "/operations/notes.get/request/method"),
    "a bare constant": (
        lambda m: note(m)["request"].update(body={"isRead": True}),
        "/operations/notes.get/request/body/isRead",
    ),
    "permissions as a text": (
        lambda m: note(m).update(permissions={"delegated": "Mail.Read"}),
        "/operations/notes.get/permissions/delegated",
    ),
    "triggers that are a list": (lambda m: m.update(triggers=[]), "/triggers"),
    "a trigger without a handler": (
        lambda m: m.update(triggers={"note.made": {"title": "Note made", "description": "A note."}}),
        "/triggers/note.made/handler",
    ),
    "a trigger with an effect": (
        lambda m: m.update(triggers={"note.made": {**TRIGGER, "effect": "read"}}),
        "/triggers/note.made/effect",
    ),
    "a trigger without a noun": (lambda m: m.update(triggers={"made": TRIGGER}), "/triggers/made"),
    "an idempotence that is a text": (
        lambda m: note(m).update(idempotent="yes"),
        "/operations/notes.get/idempotent",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_refused_with_the_place(name: str, tmp_path: Path) -> None:
    change, pointer = BAD[name]
    with pytest.raises(ManifestError) as caught:
        load(write(tmp_path, changed(change)))
    assert pointer in [problem["pointer"] for problem in caught.value.details["problems"]]


@pytest.mark.parametrize("name", BAD)
def test_the_published_schema_refuses_what_the_loader_refuses(name: str) -> None:
    assert not Schemas().is_valid("manifest.json", changed(BAD[name][0]))


def test_the_published_schema_and_the_loader_take_the_good_ones(tmp_path: Path) -> None:
    schemas = Schemas()
    assert schemas.problems("manifest.json", GOOD) == []
    assert (
        schemas.problems("manifest.json", yaml.safe_load((package_root() / "connector.yaml").read_text()))
        == []
    )
    operation = load(write(tmp_path, GOOD)).operations["notes.get"]
    assert operation.permissions.delegated == (("Mail.Read",), ("Mail.ReadBasic", "Mail.Read"))
    assert operation.idempotent, "a read is idempotent unless it says otherwise"


def test_a_trigger_is_read_with_what_it_needs(tmp_path: Path) -> None:
    path = write(tmp_path, {**GOOD, "triggers": {"note.made": {**TRIGGER, "clouds": ["global"]}}})
    with pytest.raises(ManifestError, match=r"note\.made\.output\.json"):
        load(path)
    for side in ("input", "output"):
        (tmp_path / "schemas" / f"note.made.{side}.json").write_text("{}")
    trigger = load(path).triggers["note.made"]
    assert (trigger.handler, trigger.clouds, trigger.effect) == ("notes.made", ("global",), "read")


def test_a_missing_schema_file_is_a_bad_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"notes\.get\.input\.json"):
        load(write(tmp_path, GOOD, schemas=False))


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.write_text(path.read_text() + "name: other\n")
    with pytest.raises(ManifestError, match="twice"):
        load(path)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "x: &a [*a, *a]\ny: !!python/object:os.system {}"])
def test_what_is_no_manifest_at_all_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "connector.yaml"
    path.write_text(text)
    with pytest.raises(ManifestError):
        load(path)


def test_a_manifest_is_read_once_and_anew_when_it_or_its_schemas_change(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    first = load(path)
    assert load(path) is first
    path.write_text(yaml.safe_dump({**GOOD, "version": "1.10.0"}))
    assert load(path).version == "1.10.0"
    (tmp_path / "schemas" / "notes.get.output.json").unlink()
    with pytest.raises(ManifestError, match="output"):
        load(path)
