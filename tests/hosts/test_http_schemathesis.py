"""What /openapi.json says of the host is so: schemathesis asks it of every operation, over the sandbox.

https://schemathesis.readthedocs.io/en/stable/
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openapi_spec_validator
import pytest
from cli_world import Running, config_file, started
from http_world import Client

from outlook_connector import manifest
from outlook_connector.exporters.openapi import document
from outlook_connector.exporters.openapi_paths import PATHS
from outlook_connector.sandbox import Sandbox

CATALOGUE = manifest.load()
CHECKS = (
    *(
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
    ),
    *("response_schema_conformance", "negative_data_rejection", "missing_required_header"),
)
"""Left out: that all data which fits the schema is taken (a cursor is not, unless it was given), and that undeclared
methods are refused (GET on an operation's path describes it)."""

HERE = Path(__file__).parent
SLOW = "/operations/conversations.waitForReply"
"""It waits as long as it is told to, so only its examples are asked of it."""


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[str]:
    allowed = {"operations": {"allow": ["*", "graph.request", "graph.batch"]}}
    config = config_file(tmp_path, sandbox.config(**allowed))
    with started("serve", "--port", "0", "--connection", f"default={config}", "--json") as running:
        yield url_of(running)


def url_of(running: Running) -> str:
    told: str = json.loads(running.process.stdout.readline())["url"]
    return told


def schemathesis(directory: Path, url: str, *options: str) -> str:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{url}/openapi.json",
        "--no-color",
    ]
    given = [
        "--checks",
        ",".join(CHECKS),
        "--suppress-health-check",
        "all",
        "--seed",
        "1",
        "--warnings",
        "off",
    ]
    quiet = {
        **os.environ,
        "NO_PROXY": "*",
        "no_proxy": "*",
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "PYTHONPATH": str(HERE),
    }
    done = subprocess.run(
        [*command, *given, *options],
        check=False,
        capture_output=True,
        text=True,
        env=quiet,
        timeout=900,
        cwd=directory,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout


def test_every_answer_of_every_operation_is_as_described(host: str, tmp_path: Path) -> None:
    told = schemathesis(
        tmp_path, host, "--phases", "examples,fuzzing", "-n", "1", "-w", "2", "--exclude-path", SLOW
    )
    everything = len(document(CATALOGUE)["paths"])
    assert re.search(rf"Tested:\s+{everything - 1}\b", told)
    schemathesis(tmp_path, host, "--phases", "examples", "--include-path", SLOW, "--request-timeout", "120")
    assert Client(host).get("/readyz").status_code == 200


def test_the_description_is_valid_openapi() -> None:
    openapi_spec_validator.validate(document(CATALOGUE))


def test_the_description_has_every_operation_and_trigger_with_its_examples() -> None:
    made = document(CATALOGUE)
    expected = {f"/operations/{name}" for name in CATALOGUE.operations} | {
        f"/triggers/{name}/poll" for name in CATALOGUE.triggers
    }
    assert set(made["paths"]) == expected | set(PATHS)
    for name in CATALOGUE.operations:
        body = made["paths"][f"/operations/{name}"]["post"]["requestBody"]["content"]["application/json"]
        shown = [one["value"] for one in body["examples"].values()]
        assert shown == CATALOGUE.input_schema(name)["examples"]


def test_the_description_leads_to_no_other_file() -> None:
    references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(document(CATALOGUE)))
    assert references
    assert all(one.startswith("#/components/") for one in references)


def test_names_of_operations_differ() -> None:
    made = document(CATALOGUE)
    ids = [one["operationId"] for path in made["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+)+", one) for one in ids)
