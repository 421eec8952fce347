"""Node-RED's editor in headless Chromium, with the exported example in it.

    python tests/hosts/node_red_editor.py docs/node-red.png docs/node-red-form.png

takes the pictures of the documentation.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from node_red_world import PACKAGE, NodeRed, awaited, running

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1760,900"),
)


class Editor:
    """The editor's page."""

    def __init__(self, driver: Any, red: NodeRed) -> None:
        self.driver, self.red = driver, red

    def open(self, flow: list[dict[str, Any]]) -> None:
        """Deploys the flow, and shows it."""
        self.red.deploy(flow)
        self.driver.get(self.red.url)
        self.until("window.RED && RED.nodes && RED.nodes.workspace && $('.red-ui-flow-node').length > 0")

    def until(self, condition: str, timeout: float = 30) -> Any:
        """The condition's value as soon as it is true; JavaScript in the page."""
        return awaited(lambda: self.js(f"return {condition}"), timeout)

    def js(self, code: str) -> Any:
        """What JavaScript in the page gives."""
        return self.driver.execute_script(code)

    def edit(self, node: str) -> None:
        """Opens a node's form."""
        self.js(f"RED.editor.edit(RED.nodes.node('{node}'))")
        self.until("$('#dialog-form').is(':visible') && !$('.red-ui-editor-stack:animated').length")

    def done(self) -> None:
        """Closes the form, keeping what it says."""
        self.js("$('#node-dialog-ok').click()")
        self.until("$('#dialog-form').length === 0")

    def complaints(self) -> list[str]:
        """What the page's scripts have complained of."""
        return [one["message"] for one in self.driver.get_log("browser") if one["level"] == "SEVERE"]


@contextmanager
def opened(red: NodeRed, profile: Path) -> Iterator[Editor]:
    """An editor of this Node-RED."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    try:
        yield Editor(driver, red)
    finally:
        driver.quit()


def example(package: Path) -> list[dict[str, Any]]:
    """The package's example flow."""
    found: list[dict[str, Any]] = json.loads(
        (package / "examples" / "answer and file.json").read_text(encoding="utf-8")
    )
    return found


def take_pictures(flow_file: Path, form_file: Path) -> None:
    """The example in the editor after it has answered and filed a mail, and the form of the node that answers."""
    from cli_world import config_file
    from http_running import KEY, serving

    from outlook_connector.exporters import exporter
    from outlook_connector.manifest import load
    from outlook_connector.sandbox import Sandbox
    from outlook_connector.sandbox.seed import anchors

    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        place = Path(name)
        exporter("node-red")(load(), place)
        flow = example(place / PACKAGE)
        config = config_file(place, sandbox.config())
        with (
            serving(config) as host,
            running(place / "user", place / PACKAGE) as red,
            opened(red, place / "chromium") as editor,
        ):
            for one in flow:
                if one["type"] == "outlook-connection":
                    one.update(url=host, credentials={"apiKey": KEY})
                if one["type"] == "outlook-message-received":
                    one["interval"] = "1"
            editor.open(flow)
            editor.until("$('.red-ui-flow-node-status-label:contains(watching)').length > 0")
            kim = {"emailAddress": {"name": "Kim Akers", "address": anchors.KIM}}
            sandbox.deliver(anchors.ADELE, {"subject": "Broken pump in hall 7", "from": kim})
            editor.until("$('.red-ui-debug-msg').length > 0")
            editor.js("$('#red-ui-palette-search input').val('message').trigger('change').trigger('keyup')")
            time.sleep(1)  # the palette is filtered
            editor.driver.save_screenshot(str(flow_file))
            editor.edit("outlook-reply")
            time.sleep(1)  # the form slides in
            editor.driver.save_screenshot(str(form_file))


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]), Path(sys.argv[2]))
