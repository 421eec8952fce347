"""`export` writes what other tools need, and says what it wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_world import run

from outlook_connector.exporters import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_export_writes_a_kind_into_a_directory_and_names_the_files(kind: str, tmp_path: Path) -> None:
    result = run("export", kind, "--out", str(tmp_path / "new"), "--json")
    assert result.code == 0
    assert result.json["files"]
    assert all(
        Path(one).is_relative_to(tmp_path / "new") and Path(one).is_file() for one in result.json["files"]
    )


def test_export_tells_the_kinds_there_are() -> None:
    listed = run("export", "--help").out
    assert all(kind in listed for kind in KINDS)


def test_another_kind_is_a_wrong_input() -> None:
    assert run("export", "nothing").code == 2
