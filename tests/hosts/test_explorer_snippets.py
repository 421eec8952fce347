"""The calls that the explorer page writes are the call of its form, wherever they are run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cli_world import config_file, environment
from explorer_world import CHROMIUM, DRIVER, Page, browsing
from http_world import Client, serving

from outlook_connector.sandbox import Sandbox

pytest.importorskip("selenium.webdriver", reason="needs selenium, which the dev group installs")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
    ),
]

KEY = "k-6f1f0c1d2f-of-the-snippet-tests"
AWKWARD = 'It\'s "quoted", $HOME `id` \\n </subject> & 💥 {${x}} ]]>\u2028'
DRAFT = {
    "to": ["Kim Akers <kim@contoso.example>"],
    "subject": AWKWARD,
    "body": "One\nTwo",
    "readReceipt": True,
    "headers": {"x-order": "'4711'"},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("snippets")


@pytest.fixture(scope="module")
def host(server: Sandbox, directory: Path) -> Iterator[Client]:
    config_file(directory, server.config(), "sales.yaml")
    with serving(directory, {"sales": server.config(), "other": server.config()}, keys=(KEY,)) as client:
        yield client


@pytest.fixture(scope="module")
def written(host: Client, directory: Path) -> dict[str, str]:
    """The page's snippets of one call, by their names."""
    call = {"name": "drafts.create", "input": DRAFT, "url": host.url, "connection": "sales", "keyed": True}
    with browsing(directory / "chromium") as browser:
        browser.get(f"http://localhost:{host.port}/")
        told = Page(browser, host.port).script(
            'const { SNIPPETS } = await import("/explorer/snippets.js");'
            "return Object.fromEntries(SNIPPETS.map(([name, , made]) => [name, made(a[0])]));",
            call,
        )
    assert set(told) == {"curl", "python", "cli", "wso2"}
    assert not [name for name, text in told.items() if KEY in text]
    return dict(told)


def drafted(answer: Any, host: Client) -> None:
    """The draft is the form's, to the letter."""
    kept = host.invoke(
        "messages.get", {"messageId": answer["id"]}, **{"X-API-Key": KEY, "X-Connection": "sales"}
    )
    message = kept.json()
    assert message["subject"] == AWKWARD
    assert message["toRecipients"] == [
        {"emailAddress": {"name": "Kim Akers", "address": "kim@contoso.example"}}
    ]
    assert message["isReadReceiptRequested"] is True


def output(command: list[str], directory: Path) -> str:
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment({"OUTLOOK_KEY": KEY, "PATH": path, "NO_PROXY": "*"}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_takes_the_key_from_the_environment(
    written: dict[str, str], host: Client, directory: Path
) -> None:
    drafted(json.loads(output(["sh", "-c", written["curl"]], directory)), host)


def test_the_command_line(written: dict[str, str], host: Client, directory: Path) -> None:
    drafted(json.loads(output(["sh", "-c", written["cli"]], directory)), host)


def test_python(written: dict[str, str], host: Client, directory: Path) -> None:
    program = written["python"].replace("print(answer)", "import json\nprint(json.dumps(answer))")
    drafted(json.loads(output([sys.executable, "-c", program], directory)), host)


def test_wso2_gives_every_input_to_the_exported_template(written: dict[str, str]) -> None:
    call = ElementTree.fromstring(written["wso2"])
    given = {one.tag: one.text for one in call}
    assert call.tag == "outlook.drafts_create"
    assert (given.pop("responseVariable"), given.pop("overwriteBody")) == ("answer", "false")
    assert given.pop("headers") == "'" + json.dumps(DRAFT["headers"], separators=(",", ":")) + "'"
    assert json.loads(given.pop("to")) == DRAFT["to"]
    assert given == {"subject": AWKWARD, "body": "One\nTwo", "readReceipt": "true"}
