"""The exported nodes in Node-RED's editor, in headless Chromium: their forms open, keep what they say and mind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import run
from node_red_editor import CHROMIUM, DRIVER, Editor, example, opened
from node_red_world import PACKAGE, awaited, needs_node_red, running

from outlook_connector.manifest import load

pytest.importorskip("selenium.webdriver", reason="needs selenium, which the dev group installs")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
    ),
]

LIST = {"id": "list", "type": "outlook-messages-list", "z": "outlook-tab", "x": 200, "y": 300, "wires": [[]]}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_node_red()
    place = tmp_path_factory.mktemp("node-red")
    assert run("export", "node-red", "--out", str(place)).code == 0
    return place / PACKAGE


@pytest.fixture(scope="module")
def editor(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with (
        running(tmp_path_factory.mktemp("user"), package) as red,
        opened(red, tmp_path_factory.mktemp("chromium")) as found,
    ):
        found.open([*example(package), {**LIST, "connection": "outlook-host"}])
        yield found


def saved(editor: Editor, node: str) -> dict[str, Any]:
    """What the deployed flow holds of a node."""
    [found] = [one for one in editor.red.get("/flows").json() if one["id"] == node]
    return dict(found)


def test_the_editor_knows_every_node_and_its_scripts_run_without_a_complaint(editor: Editor) -> None:
    manifest = load()
    for name in (*manifest.operations, *manifest.triggers):
        assert editor.js(f"return RED.nodes.getType('outlook-{name.replace('.', '-')}') !== null"), name
    assert editor.complaints() == []


def test_every_node_of_the_example_is_valid(editor: Editor) -> None:
    assert editor.js("return RED.nodes.filterNodes({}).filter(one => !one.valid).map(one => one.id)") == []


def test_a_form_shows_the_inputs_with_their_types(editor: Editor) -> None:
    editor.edit("outlook-reply")
    message = "$('#node-input-in_messageId').typedInput"
    assert editor.js(f"return [{message}('type'), {message}('value')]") == ["msg", "found"]
    assert editor.js("return $('#node-input-in_to').typedInput('type')") == "json"
    assert editor.js("return $('#dialog-form .red-ui-typedInput-container').length") == len(
        load().input_schema("messages.reply")["properties"]
    )
    editor.done()


def test_what_a_form_is_told_is_deployed(editor: Editor) -> None:
    editor.edit("list")
    editor.js("$('#node-input-in_folder').typedInput('value', 'archive')")
    editor.js("$('#node-input-in_importance').typedInput('value', 'high')")
    editor.js("$('#node-input-in_unread').typedInput('value', 'true')")
    editor.js("$('#node-input-in_limit').typedInput('type', 'flow')")
    editor.js("$('#node-input-in_limit').typedInput('value', 'many')")
    editor.done()
    editor.js("$('#red-ui-header-button-deploy').click()")
    found = awaited(lambda: saved(editor, "list") if "in_folder" in saved(editor, "list") else None)
    assert (found["in_folder"], found["in_folder_type"]) == ("archive", "str")
    assert (found["in_importance"], found["in_importance_type"]) == ("high", "choice")
    assert (found["in_unread"], found["in_unread_type"]) == ("true", "truth")
    assert (found["in_limit"], found["in_limit_type"]) == ("many", "flow")
    assert found["in_subject"] == ""


@pytest.mark.parametrize(
    ("node", "field", "value"),
    [("outlook-reply", "messageId", ""), ("list", "limit", "ten"), ("list", "select", "[")],
    ids=["a required input is empty", "no number", "no JSON"],
)
def test_a_form_minds_what_cannot_be(editor: Editor, node: str, field: str, value: str) -> None:
    editor.edit(node)
    own = {"messageId": "str", "limit": "num", "select": "json"}[field]
    editor.js(f"$('#node-input-in_{field}').typedInput('type', '{own}')")
    editor.js(f"$('#node-input-in_{field}').typedInput('value', '{value}')")
    editor.done()
    assert editor.js(f"return RED.nodes.node('{node}').valid") is False
