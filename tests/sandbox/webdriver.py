"""Headless Chromium through the W3C WebDriver protocol, as far as clicking through a few pages needs it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from typing import Any, Self

import requests

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, TAB = "\ue007", "\ue004"
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


class Browser:
    """One browser window; certificates of the sandbox are accepted unseen."""

    def __init__(self, *, dark: bool = False) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._process = subprocess.Popen([DRIVER, f"--port={port}", "--silent"], stdout=subprocess.DEVNULL)
        self._http = requests.Session()
        self._http.trust_env = False
        self._at = f"http://127.0.0.1:{port}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"binary": CHROMIUM, "args": arguments}
        capabilities = {"acceptInsecureCerts": True, "goog:chromeOptions": options}
        self._wait_for_driver()
        created = self._call("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self._at += f"/{created['sessionId']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._call("DELETE", "")
        finally:
            self._process.terminate()
            self._process.wait(10)

    def open(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    @property
    def url(self) -> str:
        return str(self._call("GET", "/url"))

    @property
    def text(self) -> str:
        """What the page shows, read in one go: an element found first could be gone with its page by then."""
        self._find("body")
        return str(self.run("return document.body.innerText"))

    def type(self, selector: str, text: str) -> None:
        self._call("POST", f"/element/{self._find(selector)}/value", {"text": text})

    def press(self, keys: str) -> None:
        """Types into whatever has the focus."""
        focused = self._call("GET", "/element/active")[ELEMENT]
        self._call("POST", f"/element/{focused}/value", {"text": keys})

    def click(self, selector: str) -> None:
        self._call("POST", f"/element/{self._find(selector)}/click", {})

    def run(self, script: str) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": []})

    def _find(self, selector: str) -> str:
        """The element's id, as soon as the page has it."""
        query = {"using": "css selector", "value": selector}
        deadline = time.monotonic() + 10
        while not (found := self._call("POST", "/elements", query)):
            assert time.monotonic() < deadline, f"no {selector} on {self.url}"
            time.sleep(0.05)
        return str(found[0][ELEMENT])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, self._at + path, json=body, timeout=60)
        value = answer.json()["value"]
        assert answer.ok, value["message"]
        return value

    def _wait_for_driver(self) -> None:
        for _ in range(200):
            try:
                self._http.get(self._at.replace("/session", "/status"), timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("chromedriver doesn't answer")
