"""``export node-red``: the package is whole. What it does in a real Node-RED, test_export_node_red_runs.py looks at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cli_world import run
from node_red_world import PACKAGE

from outlook_connector.manifest import Manifest

Json = dict[str, Any]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("node-red")
    assert run("export", "node-red", "--out", str(place)).code == 0
    return place


class Page(HTMLParser):
    """``outlook.html``: the text of each of its scripts, by what it is for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: dict[tuple[str, str], str] = {}
        self._at: tuple[str, str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        purpose = next((one for one in ("data-template-name", "data-help-name") if one in given), "")
        self._at = (purpose, given.get(purpose, ""))

    def handle_endtag(self, tag: str) -> None:
        self._at = None

    def handle_data(self, data: str) -> None:
        if self._at is not None:
            self.scripts[self._at] = self.scripts.get(self._at, "") + data


class Fields(HTMLParser):
    """The ids of a form's fields, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.ids.append(str(dict(attributes)["id"]).removeprefix("node-input-"))


@pytest.fixture(scope="module")
def page(out: Path) -> Page:
    return Page((out / PACKAGE / "outlook.html").read_text(encoding="utf-8"))


def types(manifest: Manifest) -> dict[str, str]:
    """Each node's type with its operation or trigger."""
    return {f"outlook-{name.replace('.', '-')}": name for name in (*manifest.operations, *manifest.triggers)}


def inputs(manifest: Manifest, name: str) -> list[str]:
    """A node's inputs; a trigger's node sees to the cursor."""
    found = manifest.input_schema(name).get("properties", {})
    return [one for one in found if not (name in manifest.triggers and one == "cursor")]


def test_npm_and_node_red_find_what_they_need(out: Path, manifest: Manifest) -> None:
    package = json.loads((out / PACKAGE / "package.json").read_text(encoding="utf-8"))
    assert (package["name"], package["version"], package["license"]) == (
        PACKAGE,
        manifest.version,
        "Apache-2.0",
    )
    assert "node-red" in package["keywords"]
    assert (out / PACKAGE / package["node-red"]["nodes"]["outlook"]).is_file()


def test_every_operation_and_trigger_is_a_node_that_calls_it(out: Path, manifest: Manifest) -> None:
    catalogue = json.loads((out / PACKAGE / "catalogue.json").read_text(encoding="utf-8"))
    found = {one["type"]: one for one in catalogue["nodes"]}
    assert found.keys() == types(manifest).keys()
    for kind, name in types(manifest).items():
        poll = name in manifest.triggers
        path = f"/triggers/{name}/poll" if poll else f"/operations/{name}"
        assert (found[kind]["path"], found[kind]["poll"]) == (path, poll)
        assert {one["name"] for one in found[kind]["inputs"]} == set(inputs(manifest, name))


def test_every_node_has_a_form_with_its_inputs_and_a_help(page: Page, manifest: Manifest) -> None:
    for kind, name in types(manifest).items():
        own = "interval" if name in manifest.triggers else "fromPayload"
        ids = Fields(page.scripts["data-template-name", kind]).ids
        fields = [one for one in ids if one not in ("name", "connection", own) and not one.endswith("_type")]
        assert set(fields) == {f"in_{one}" for one in inputs(manifest, name)}
        assert {f"{one}_type" for one in fields} <= set(ids)
        assert page.scripts["data-help-name", kind].lstrip().startswith("<p>")
    assert ("data-template-name", "outlook-connection") in page.scripts


def test_required_inputs_come_first_in_a_form(page: Page) -> None:
    ids = Fields(page.scripts["data-template-name", "outlook-messages-move"]).ids
    assert [one for one in ids if one.startswith("in_") and not one.endswith("_type")] == [
        "in_messageId",
        "in_destinationFolder",
        "in_mailbox",
    ]


def test_the_example_uses_nodes_and_inputs_that_there_are(out: Path, manifest: Manifest) -> None:
    [example] = (out / PACKAGE / "examples").iterdir()
    flow = json.loads(example.read_text(encoding="utf-8"))
    used = [one for one in flow if one["type"] in types(manifest)]
    assert len(used) == 4
    for one in used:
        given = {name.removeprefix("in_").removesuffix("_type") for name in one if name.startswith("in_")}
        assert given <= set(inputs(manifest, types(manifest)[one["type"]]))
    known = {one["id"] for one in flow}
    assert {end for one in flow for wire in one.get("wires", []) for end in wire} <= known


def test_nothing_in_the_page_ends_its_script_early(out: Path) -> None:
    text = (out / PACKAGE / "outlook.html").read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script>")


def test_the_same_manifest_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    assert run("export", "node-red", "--out", str(tmp_path)).code == 0
    for one in _files(out):
        assert (tmp_path / one).read_bytes() == (out / one).read_bytes()


def _files(place: Path) -> Iterator[Path]:
    yield from (one.relative_to(place) for one in place.rglob("*") if one.is_file())
