"""A schema whose author made a mistake is told of as one, by its file, whatever the mistake."""

import json
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import ManifestError
from outlook_connector.schema import Schemas

MISTAKES = (
    {"type": "objekt"},
    {"required": "headers"},
    {"properties": {"a": {"pattern": "("}}},
    {"items": {"$ref": "common/none.json"}},
    {"items": {"$ref": "common/there.json#/$defs/none"}},
    {"$ref": "https://contoso.example/schema.json"},
)


def _schemas(folder: Path, document: dict[str, Any]) -> Schemas:
    (folder / "common").mkdir()
    (folder / "common" / "there.json").write_text('{"type": "string"}')
    (folder / "op.json").write_text(json.dumps(document))
    return Schemas(folder)


@pytest.mark.parametrize("mistake", MISTAKES, ids=json.dumps)
def test_what_is_no_schema_is_refused_by_its_file(mistake: dict[str, Any], tmp_path: Path) -> None:
    schemas = _schemas(tmp_path, mistake)
    for _ in range(2):
        with pytest.raises(ManifestError, match=r"op\.json is not valid: "):
            schemas.is_valid("op.json", {})


@pytest.mark.parametrize("place", ["$defs/none", "type/x", "x/y"])
def test_a_reference_that_leads_nowhere_is_told_with_the_file_that_holds_it(
    place: str, tmp_path: Path
) -> None:
    reference = f"common/there.json#/{place}"
    schemas = _schemas(tmp_path, {"$ref": reference})
    with pytest.raises(ManifestError, match=r"op\.json refers to " + reference.replace("$", r"\$")):
        schemas.resolve(schemas.document("op.json"), "op.json")
