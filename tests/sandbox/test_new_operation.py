"""A new operation as a user adds it, by the README's own words: one manifest entry, two schemas, nothing else."""

import json
import re
import shutil
from pathlib import Path

import pytest

from outlook_connector import ManifestError, UnknownOperation, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import package_root

README = Path(__file__).resolve().parents[2] / "README.md"
STAR, NEW = "messages.star", "messages.underline"
"""Under another name, so that who has just tried the README's has it beside this."""


def blocks() -> list[str]:
    """The entry, the schema of the input and that of the output."""
    section = README.read_text(encoding="utf-8").partition("## Adding an operation")[2].partition("\n## ")[0]
    return re.findall(r"```(?:yaml|json)\n(.*?)```", section.replace(STAR, NEW), re.DOTALL)


def copy(directory: Path, entry: str) -> Path:
    """The manifest and its schemas, with one entry more."""
    shutil.copytree(package_root() / "schemas", directory / "schemas")
    manifest = directory / "connector.yaml"
    operations, _, triggers = (package_root() / "connector.yaml").read_text().partition("triggers:\n")
    manifest.write_text(f"{operations.rstrip()}\n\n{entry}\ntriggers:\n{triggers}")
    return manifest


def test_one_entry_and_two_schemas_make_an_operation(tmp_path: Path, outlook_sandbox: Sandbox) -> None:
    entry, given, answer = blocks()
    manifest = copy(tmp_path, entry)
    (tmp_path / "schemas" / f"{NEW}.input.json").write_text(given)
    (tmp_path / "schemas" / f"{NEW}.output.json").write_text(answer)

    with connect(outlook_sandbox.config(), manifest=manifest) as connector:
        for example in json.loads(given)["examples"]:
            assert connector.invoke(NEW, example)["importance"] == "high"
        found = connector.invoke("messages.list", {"folder": "inbox", "limit": 1})["value"][0]
        assert connector.invoke(NEW, {"messageId": found["id"]})["importance"] == "high"
        assert connector.invoke("messages.get", {"messageId": found["id"]})["importance"] == "high"


@pytest.mark.parametrize("handler", ["messages.underlin", "underline.message"])
def test_a_handler_that_is_not_there_is_named(tmp_path: Path, outlook_sandbox: Sandbox, handler: str) -> None:
    entry, given, answer = blocks()
    manifest = copy(tmp_path, re.sub(r"request: .*", f"handler: {handler}", entry))
    (tmp_path / "schemas" / f"{NEW}.input.json").write_text(given)
    (tmp_path / "schemas" / f"{NEW}.output.json").write_text(answer)
    with (
        connect(outlook_sandbox.config(), manifest=manifest) as connector,
        pytest.raises(ManifestError, match=f"the handler {handler}"),
    ):
        connector.invoke(NEW, {"messageId": "AAMk"})


def test_a_value_that_the_input_does_not_have_is_named(tmp_path: Path, outlook_sandbox: Sandbox) -> None:
    entry, given, answer = blocks()
    manifest = copy(tmp_path, entry.replace("{messageId}", "{msgId}"))
    (tmp_path / "schemas" / f"{NEW}.input.json").write_text(given)
    (tmp_path / "schemas" / f"{NEW}.output.json").write_text(answer)
    with (
        connect(outlook_sandbox.config(), manifest=manifest) as connector,
        pytest.raises(ManifestError, match="does not have: msgId"),
    ):
        connector.invoke(NEW, {"messageId": "AAMk"})


def test_a_trigger_and_an_operation_are_not_taken_for_each_other(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config()) as connector:
        with pytest.raises(UnknownOperation, match=r"message\.received is no operation: it is a trigger"):
            connector.invoke("message.received")
        with pytest.raises(UnknownOperation, match=r"messages\.list is no trigger: it is an operation"):
            connector.poll("messages.list")
