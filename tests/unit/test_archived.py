"""A message's line in an export: whatever Graph makes of its attachments, none is left out."""

import json
from pathlib import Path
from typing import Any

import pytest
import responses

from outlook_connector import UnexpectedResponse
from outlook_connector.assembly import assemble
from outlook_connector.operations.archived import LINES, JsonLines

GRAPH = "https://graph.microsoft.com/v1.0/me/messages/AAMk1"
CONFIG = {"auth": "hostToken", "accessToken": "a-token", "tokenStore": "memory:"}


def attachment(name: str) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.fileAttachment", "id": name, "name": name, "size": 1}


def line_of(directory: Path) -> dict[str, Any]:
    config = {**CONFIG, "files": {"allow": [str(directory)]}}
    parts = assemble(config)
    with parts.connector:
        lines = JsonLines(parts.context, directory, {})
        lines.resume()
        lines.write({"id": "AAMk1"}, "")
        lines.close()
    found: dict[str, Any] = json.loads((directory / LINES).read_text())
    return found


@responses.activate
def test_attachments_that_come_in_pages_are_all_there(tmp_path: Path) -> None:
    more = f"{GRAPH}/attachments?$skip=1"
    message = {"id": "AAMk1", "subject": "Files", "attachments": [attachment("one")]}
    responses.get(GRAPH, json={**message, "attachments@odata.nextLink": more})
    responses.get(more, json={"value": [attachment("two")]})
    line = line_of(tmp_path)
    assert [one["name"] for one in line["attachments"]] == ["one", "two"]
    assert line["subject"] == "Files"
    assert not [name for name in line if "nextLink" in name]


@responses.activate
def test_a_link_to_another_host_is_not_followed(tmp_path: Path) -> None:
    message = {"id": "AAMk1", "attachments": [attachment("one")]}
    responses.get(GRAPH, json={**message, "attachments@odata.nextLink": "https://evil.example/more"})
    with pytest.raises(UnexpectedResponse):
        line_of(tmp_path)
    assert len(responses.calls) == 1
    assert (tmp_path / LINES).read_text() == ""
