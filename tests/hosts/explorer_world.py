"""The explorer page in headless Chromium: what a person sees and does there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE = 60
"""Seconds; the machine may have much else to do."""

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors"),
    "--disable-dev-shm-usage",
)


@contextmanager
def browsing(profile: Path) -> Iterator[Any]:
    """A browser of its own, which tells what its pages log and which addresses they ask for."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    driver.set_script_timeout(PATIENCE)
    driver.set_page_load_timeout(PATIENCE)
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """The explorer of one host in one browser."""

    def __init__(self, browser: Any, port: int) -> None:
        self.browser, self.home = browser, f"http://localhost:{port}/"

    def open(self, operation: str = "") -> None:
        """The page anew, with the operation's form drawn where one is named."""
        self.browser.get("about:blank")
        self.browser.get(f"{self.home}#{operation}")
        self.until(".input .run" if operation else ".start")

    def all(self, selector: str) -> list[Any]:
        return list(self.browser.find_elements("css selector", selector))

    def one(self, selector: str) -> Any:
        return self.until(selector)

    def until(self, selector: str, holds: Callable[[Any], bool] = lambda element: True) -> Any:
        """The first element that the selector finds and of which it holds, as soon as there is one."""
        from selenium.common.exceptions import StaleElementReferenceException
        from selenium.webdriver.support.ui import WebDriverWait

        def found(browser: Any) -> Any:
            return next((one for one in browser.find_elements("css selector", selector) if holds(one)), None)

        wait = WebDriverWait(self.browser, PATIENCE, 0.1, (StaleElementReferenceException,))
        return wait.until(found, f"nothing like {selector}")

    def click(self, selector: str) -> None:
        self.one(selector).click()

    def write(self, field: str, text: str) -> None:
        """Into the form's field, as a person would."""
        place = self.one(f'[name="input[{field}]"]')
        place.clear()
        place.send_keys(text)

    def run(self) -> Any:
        """Runs what the form holds, and gives the result's element once it is there."""
        self.click("#run")
        return self.result()

    def result(self) -> Any:
        return self.until('#result[aria-busy="false"] .done, #result .problem').find_element(
            "xpath", "ancestor::*[@id='result']"
        )

    def script(self, body: str, *given: Any) -> Any:
        """What an asynchronous function with this body returns in the page; ``given`` are its arguments ``a``."""
        return self.browser.execute_async_script(
            "const a = [...arguments], done = a.pop();"
            f"(async () => {{ {body} }})().then(done, (error) => done({{thrown: String(error)}}));",
            *given,
        )

    def complaints(self) -> list[str]:
        """What the browser found wrong with the page since it was asked last."""
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]

    def asked(self) -> list[str]:
        """The addresses that pages have asked for since this was called last."""
        messages = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        sent = [one["params"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]
