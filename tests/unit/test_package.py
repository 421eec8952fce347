"""The package as it is installed: what the wheel carries, what an editable install reads, what the face shows."""

import json
import os
import subprocess
import sys
import venv
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import outlook_connector
from outlook_connector import errors
from outlook_connector.manifest import load
from outlook_connector.schema import package_root

ROOT = Path(__file__).resolve().parents[2]

LIST = "import json; from outlook_connector.manifest import load; print(json.dumps(load().names))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_the_wheel_in_a_clean_environment_lists_the_operations(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [python, "-m", "pip", "install", "-q", "--no-deps", str(wheel), "pyyaml"]
    subprocess.run(install, check=True, cwd=tmp_path)
    told = subprocess.run([python, "-c", LIST], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert tuple(json.loads(told.stdout)) == load().names


def test_an_editable_install_reads_the_checkout() -> None:
    assert package_root() == ROOT
    assert load().schemas_directory == ROOT / "schemas"


def test_a_host_finds_the_plugin_by_its_entry_point() -> None:
    (found,) = entry_points(group="integration_platform.connectors", name="outlook")
    assert found.load() is outlook_connector.connect


def test_the_face_shows_every_error_and_nothing_else_by_chance() -> None:
    public = {name for name, value in vars(errors).items() if isinstance(value, type) and name.isidentifier()}
    assert public - {"Any", "ClassVar", "Mapping", "Sequence"} == set(outlook_connector.__all__) - {
        "Connector",
        "__version__",
        "connect",
    }
    for name in outlook_connector.__all__:
        assert getattr(outlook_connector, name) is not None


def test_the_errors_form_the_tree_that_is_drawn() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    names = [line.split("──")[-1].split()[0] for line in drawn]
    assert set(names) == {name for name in outlook_connector.__all__ if name[0].isupper()} - {"Connector"}


def test_reading_the_manifest_imports_no_http_and_no_validators() -> None:
    heavy = "[name for name in ('requests', 'msal', 'jsonschema', 'jsonschema_rs') if name in sys.modules]"
    code = f"import sys; from outlook_connector.manifest import load; load(); print({heavy})"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
