"""A new operation as a user adds it: one manifest entry, two schemas, nothing else."""

import json
import shutil
from pathlib import Path

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import package_root

ENTRY = """
  messages.star:
    title: Star a message
    description: Marks a message as important and returns it.
    effect: write
    idempotent: true
    permissions: {delegated: [Mail.ReadWrite], application: [Mail.ReadWrite]}
    request: {method: PATCH, path: "/messages/{messageId}", body: {importance: {const: high}}}
"""
INPUT = {
    "title": "Star a message",
    "type": "object",
    "additionalProperties": False,
    "required": ["messageId"],
    "properties": {
        "messageId": {"$ref": "common/messageId.json"},
        "mailbox": {"$ref": "common/mailbox.json"},
    },
}
OUTPUT = {"title": "Star a message", "$ref": "common/message.json"}


def test_one_entry_and_two_schemas_make_an_operation(tmp_path: Path, outlook_sandbox: Sandbox) -> None:
    shutil.copytree(package_root() / "schemas", tmp_path / "schemas")
    manifest = tmp_path / "connector.yaml"
    operations, _, triggers = (package_root() / "connector.yaml").read_text().partition("triggers:\n")
    manifest.write_text(f"{operations.rstrip()}\n{ENTRY}\ntriggers:\n{triggers}")
    (tmp_path / "schemas" / "messages.star.input.json").write_text(json.dumps(INPUT))
    (tmp_path / "schemas" / "messages.star.output.json").write_text(json.dumps(OUTPUT))

    with connect(outlook_sandbox.config(), manifest=manifest) as connector:
        found = connector.invoke("messages.list", {"folder": "inbox", "limit": 1})["value"][0]
        starred = connector.invoke("messages.star", {"messageId": found["id"]})
        assert starred["importance"] == "high"
        assert connector.invoke("messages.get", {"messageId": found["id"]})["importance"] == "high"
