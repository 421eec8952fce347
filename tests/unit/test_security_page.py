"""SECURITY.md names the test that holds each of its claims."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def test_every_test_that_the_page_names_exists() -> None:
    assert len(NAMED) > 20
    missing = [f"{file}::{name}" for file, name in NAMED if name not in _tests(ROOT / file)]
    assert not missing


def test_every_claim_names_a_test() -> None:
    table = (
        (ROOT / "SECURITY.md")
        .read_text(encoding="utf-8")
        .partition("## Who attacks")[2]
        .partition("## What is not")[0]
    )
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert not [row for row in rows if "::test_" not in row]


def _tests(file: Path) -> set[str]:
    if not file.exists():
        return set()
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
