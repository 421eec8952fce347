"""Takes docs/explorer-*.png: ``python tests/hosts/explorer_pictures.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from explorer_world import Page, browsing
from http_world import serving

from outlook_connector.sandbox import Sandbox

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = (
    ("light", "messages.list", 1200, 1060, True),
    ("dark", "messages.send", 1200, 1060, False),
    ("narrow", "messages.list", 360, 1120, True),
)
"""Name, operation, width and height in pixels, and whether it runs."""


def main() -> None:
    with tempfile.TemporaryDirectory() as made, Sandbox() as sandbox:
        directory = Path(made)
        configs = {"sales": sandbox.config(), "support": sandbox.config(refreshToken=None)}
        with serving(directory, configs) as host, browsing(directory / "chromium") as browser:
            for picture in PICTURES:
                taken(Page(browser, host.port), *picture)


def taken(page: Page, name: str, operation: str, width: int, height: int, runs: bool) -> None:
    metrics: dict[str, Any] = {
        "width": width,
        "height": height,
        "deviceScaleFactor": 1,
        "mobile": width < 500,
    }
    scheme = "dark" if name == "dark" else "light"
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    page.browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    page.open(operation)
    page.click("[data-example='0']")
    if runs:
        page.run()
    page.script(
        "document.activeElement.blur(); window.scrollTo(0, a[0] ? document.body.scrollHeight : 0);",
        width < 500,
    )
    page.browser.save_screenshot(str(DOCS / f"explorer-{name}.png"))


if __name__ == "__main__":
    main()
