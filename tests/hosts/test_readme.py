"""The README is true: its code runs, and its tables name what is there, all of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import outlook_connector
from outlook_connector.hosts.cli.program import cli
from outlook_connector.schema import package_root

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def first_column(heading: str) -> list[str]:
    """What stands in backticks in the first column of the table under a heading."""
    section = README.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def leaves(schema: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, node in schema["properties"].items():
        found += leaves(node, f"{prefix}{name}.") if "properties" in node else [prefix + name]
    return found


def test_the_five_lines_print_real_messages() -> None:
    told = subprocess.run(
        [sys.executable, "-c", blocks("python")[0]], capture_output=True, text=True, check=True
    )
    assert len(told.stdout.splitlines()) == 5
    assert "Quarterly report" in told.stdout


def test_the_test_of_a_flow_passes_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "test_flow.py").write_text(blocks("python")[-1])
    run = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    told = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "1 passed" in told.stdout, told.stdout


def test_the_configuration_table_has_every_key() -> None:
    schema = json.loads((package_root() / "schemas" / "config.json").read_text())
    assert sorted(first_column("## Configuration")) == sorted(leaves(schema))


def test_the_errors_table_has_every_error() -> None:
    errors = {name for name in outlook_connector.__all__ if name[0].isupper()} - {
        "Connector",
        "ConnectorError",
    }
    assert set(first_column("## Errors, and what to do about each")) == errors


def test_the_commands_table_has_every_command() -> None:
    listed = {name.split()[0] for name in first_column("### Command line")}
    assert listed - {"\\|"} == set(cli.commands)


def test_links_within_the_project_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
