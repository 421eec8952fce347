"""`docs/operations.md` is what the manifest and the schemas say today."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from outlook_connector.exporters import KINDS, exporter
from outlook_connector.exporters.reference import FILE, render
from outlook_connector.manifest import load

DOCS = Path(__file__).resolve().parents[2] / "docs"
MANIFEST = load()
PAGE = render(MANIFEST)


def test_the_reference_is_current() -> None:
    assert (DOCS / FILE).read_text(encoding="utf-8") == PAGE, (
        "docs/operations.md is older than the manifest: run python -m outlook_connector.exporters.reference"
    )


def test_every_operation_and_trigger_has_its_section_with_every_input() -> None:
    for name in (*MANIFEST.operations, *MANIFEST.triggers):
        section = PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        assert section, f"{name} is missing"
        for one in MANIFEST.input_schema(name)["properties"]:
            assert f"`{one}`" in section, f"{name} does not tell of {one}"


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    headings = [
        re.sub(r"[^a-z0-9 -]", "", one.lower()) for one in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    ]
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= set(headings)


def test_every_table_is_whole() -> None:
    for line in PAGE.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 4, line


def test_it_can_be_made_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "outlook_connector.exporters.reference", str(tmp_path / "new")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == str(tmp_path / "new" / FILE)
    assert (tmp_path / "new" / FILE).read_text(encoding="utf-8") == PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_export_that_tells_what_it_wrote(kind: str, tmp_path: Path) -> None:
    written = exporter(kind)(MANIFEST, tmp_path)
    assert written
    assert all(one.is_file() for one in written)


def test_there_is_no_other_kind() -> None:
    with pytest.raises(KeyError):
        exporter("shapes")
