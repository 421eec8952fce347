"""What is heavy is imported when it is used, and not before: in a process of its own, by the modules in its memory."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "requests", "urllib3", "msal", "cryptography", "jsonschema", "jsonschema_rs", "referencing", "sqlite3", "redis",
    "celery", "starlette", "uvicorn", "mcp", "rich", "click", "opentelemetry", "concurrent.futures.thread",
}  # fmt: skip
CATALOGUE = "from outlook_connector import manifest; manifest.load().names"
CONFIG = {
    "auth": "hostToken", "accessToken": "x", "mailbox": "adele@contoso.example", "graphUrl": "https://localhost:1/v1.0",
}  # fmt: skip
CONNECTION = f"from outlook_connector import connect; connect({CONFIG!r}).operations"


def imported(code: str) -> set[str]:
    """The modules that ``code`` leaves in memory, beside those that Python has anyway."""
    told = "import sys, json; print(json.dumps(sorted(sys.modules)))"
    found = [
        subprocess.run([sys.executable, "-c", one], capture_output=True, text=True, check=True).stdout
        for one in (told, f"{code}; {told}")
    ]
    before, after = map(json.loads, found)
    return set(after) - set(before)


def test_the_manifest_is_read_without_http_sign_in_or_validators() -> None:
    assert not imported(CATALOGUE) & {*HEAVY, "difflib", "http.client"}


def test_the_errors_alone_need_no_more_than_python_itself() -> None:
    modules = imported("import outlook_connector")
    assert {one for one in modules if one.startswith("outlook_connector")} == {
        "outlook_connector",
        "outlook_connector.errors",
    }


@pytest.mark.parametrize(
    "part",
    [
        *("triggers.polling", "triggers.webhook", "telemetry.observing", "telemetry.signals", "graph.keeper"),
        *(
            "store.sqlite",
            "store.sealed",
            "auth.loopback",
            "auth.device_login",
            "auth.refusals",
            "auth.advice",
            "auth.managed",
            "hosts",
            "exporters",
            "sandbox",
        ),
        *("testing", "operations.messages"),
    ],
)
def test_a_connection_imports_no_part_that_it_does_not_use_yet(part: str, connected: set[str]) -> None:
    assert f"outlook_connector.{part}" not in connected


def test_a_connection_needs_no_extra_and_no_explanations_of_refusals(connected: set[str]) -> None:
    absent = (
        HEAVY
        - {"requests", "urllib3", "msal", "cryptography", "jsonschema_rs"}
        - {"concurrent.futures.thread"}
    )
    assert not connected & {*absent, "difflib"}


@pytest.fixture(scope="module")
def connected() -> set[str]:
    return imported(CONNECTION)
