"""The imports point downwards only."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "outlook_connector"

LAYERS = (
    {"errors", "frozen", "stamps"},
    {"explaining"},
    {"schema", "yaml_reading", "progress", "telemetry", "directories", "json_reading", "redaction"},
    {"manifest_cache", "manifest_reading", "manifest_triggers"},
    {"store", "manifest", "config", "config_source", "config_building"},
    {"auth", "policy", "normalise", "binding", "reply", "files", "sent", "hourly", "permissions", "plain"},
    {"graph"},
    {"context"},
    {"operations", "triggers", "consenting", "frames", "checks", "handlers"},
    {"connection"},
    {"triggering"},
    {"dispatcher"},
    {"assembly"},
    {"hosts", "exporters", "testing"},
)
"""From the ground up. A part may import what stands below it, and its own; the last also use the face, ``""``."""

BESIDE = {
    ("permissions", "policy"),
    ("config_building", "config"),
    ("config_building", "config_source"),
    ("manifest", "schema"),
    ("manifest_triggers", "manifest_reading"),
    ("triggers", "operations"),
    ("hosts", "exporters"),
}
"""Imports between neighbours of one layer that are meant."""

ONLY = {"msal": {"auth"}, "requests": {"graph"}, "urllib3": {"graph"}, "opentelemetry": {"telemetry"}}
"""Packages that one part alone may import."""

FILES = sorted(path for path in PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def level(part: str) -> int:
    return next(index for index, names in enumerate(LAYERS) if part in names)


def imports(path: Path) -> list[str]:
    """Dotted names, those of the package itself beginning with ``outlook_connector``."""
    here = ["outlook_connector", *path.relative_to(PACKAGE).parts[:-1]]
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found += [f"{stem}.{alias.name}" for alias in node.names]
    return found


def named_part(name: str) -> str:
    part = name.split(".")[1] if "." in name else ""
    return part if any(part in names for names in LAYERS) or part == "sandbox" else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_part_imports_only_what_stands_below_it(path: Path) -> None:
    part = part_of(path)
    used = {named_part(name) for name in imports(path) if name.split(".")[0] == "outlook_connector"}
    if part == "":
        return
    if part == "sandbox":
        assert used <= {"sandbox", "errors"}, "the sandbox shares no code with the connector"
        return
    for other in used - {part, ""}:
        if other == "sandbox":
            assert part in {"hosts", "testing"}, f"{part} must not need the sandbox"
        elif (part, other) not in BESIDE:
            assert level(other) < level(part), f"{part} imports {other}, which does not stand below it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_msal_and_requests_have_one_importer_each(path: Path) -> None:
    for name in imports(path):
        allowed = ONLY.get(name.split(".")[0])
        assert allowed is None or part_of(path) in allowed, f"{part_of(path)} imports {name}"


def test_every_part_has_a_layer() -> None:
    parts = {part_of(path) for path in FILES} - {"", "sandbox"}
    assert parts <= set().union(*LAYERS)
