"""The package's manifest is read from YAML once, and again whenever it has changed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import manifest_cache
from outlook_connector.schema import package_root
from outlook_connector.yaml_reading import read_yaml

YAML = "operations:\n  messages.list: {title: List}\n"


class Reading:
    """Reads YAML, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, text: str) -> Any:
        self.times += 1
        return read_yaml(text)


@pytest.fixture(autouse=True)
def _keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "connector.yaml"
    made.write_text(YAML)
    return made


def kept(file: Path) -> list[Path]:
    return sorted((file.parent / "__pycache__").glob("*"))


def test_yaml_is_read_once_and_again_when_it_has_changed(file: Path) -> None:
    read = Reading()
    first = manifest_cache.values(file, read)
    assert manifest_cache.values(file, read) == first == read_yaml(YAML)
    assert read.times == 1
    before = file.stat()
    file.write_text(YAML.replace("List", "Lost"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert manifest_cache.values(file, read)["operations"]["messages.list"]["title"] == "Lost"
    assert read.times == 2, "though its size and times are the same"
    assert len(kept(file)) == 1


def truncated(text: str) -> str:
    return text[: len(text) // 2]


def of_another_file(text: str) -> str:
    return json.dumps({**json.loads(text), "of": [manifest_cache.FORM, "0011223344556677"]})


def of_another_form(text: str) -> str:
    document = json.loads(text)
    return json.dumps({**document, "of": [manifest_cache.FORM + 1, document["of"][1]]})


def nested(_: str) -> str:
    return "[" * 100_000


@pytest.mark.parametrize("damaged", [truncated, of_another_file, of_another_form, nested, lambda _: "[]"])
def test_what_is_kept_and_damaged_is_not_believed_and_is_mended(
    damaged: Callable[[str], str], file: Path
) -> None:
    read = Reading()
    manifest_cache.values(file, read)
    [place] = kept(file)
    place.write_text(damaged(place.read_text()))
    assert manifest_cache.values(file, read) == read_yaml(YAML)
    assert manifest_cache.values(file, read) == read_yaml(YAML)
    assert read.times == 2


@pytest.mark.parametrize("text", ["when: 2026-01-01\n", "1: one\n", "a: .nan\n"])
def test_values_that_json_does_not_have_are_not_kept(text: str, file: Path) -> None:
    file.write_text(text)
    read = Reading()
    assert repr(manifest_cache.values(file, read)) == repr(read_yaml(text))
    assert repr(manifest_cache.values(file, read)) == repr(read_yaml(text))
    assert read.times == 2
    assert kept(file) == []


def test_where_nothing_can_be_written_yaml_is_read(file: Path) -> None:
    (file.parent / "__pycache__").write_text("a file where the directory should be")
    read = Reading()
    assert manifest_cache.values(file, read) == manifest_cache.values(file, read) == read_yaml(YAML)
    assert read.times == 2


def test_nothing_is_written_where_python_writes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert manifest_cache.values(file, Reading()) == read_yaml(YAML)
    assert kept(file) == []


def test_another_place_for_what_is_compiled_is_kept_to(
    file: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = tmp_path_factory.mktemp("prefix")
    monkeypatch.setattr(sys, "pycache_prefix", str(prefix))
    manifest_cache.values(file, Reading())
    assert kept(file) == []
    assert len(list(prefix.rglob("connector*.json"))) == 1


PROGRAM = """
import sys
from outlook_connector import ManifestError, manifest
try:
    print(manifest.load().operations["messages.list"].title, "yaml" in sys.modules)
except ManifestError as error:
    print(error)
"""


def test_a_package_reads_what_it_kept_and_checks_it_all_the_same(tmp_path: Path) -> None:
    root = package_root()
    for name in ("outlook_connector", "schemas"):
        shutil.copytree(
            root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "sandbox", "hosts")
        )
    file = shutil.copy(root / "connector.yaml", tmp_path)

    def told() -> str:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=environment, cwd=tmp_path
        )
        return done.stdout.strip()

    title, from_yaml = told().rsplit(" ", 1)
    assert from_yaml == "True"
    assert told() == f"{title} False"
    [place] = kept(Path(file))
    document = json.loads(place.read_text())
    document["values"]["operations"]["messages.list"]["effect"] = "anything"
    place.write_text(json.dumps(document))
    assert "/operations/messages.list/effect" in told()
