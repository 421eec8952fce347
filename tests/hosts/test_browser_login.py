"""A person signs in by ``outlook-connector login``, clicking through the pages in headless Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import Running, config_file, run, started

from outlook_connector.sandbox import Sandbox

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium, which the dev group installs")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
    ),
]

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors"),
)
AUTHORIZE = r"(?m)^https://127\S+/authorize\S+"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    driver.implicitly_wait(10)
    yield driver
    driver.quit()


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> str:
    made = sandbox.config(refreshToken=None, tokenStore=f"sqlite:///{tmp_path}/tokens.sqlite3")
    sandbox.entra.withdraw_consent(sandbox.users[0].address)
    return config_file(tmp_path, made)


def password_page(browser: Any, running: Running, sandbox: Sandbox) -> None:
    """Opens the address that login printed, and signs the first user in."""
    browser.get(running.said(AUTHORIZE))
    browser.find_element("id", "login").send_keys(sandbox.users[0].address)
    browser.find_element("id", "passwd").send_keys(sandbox.users[0].password)
    browser.find_element("id", "submit").click()


def heading(browser: Any, words: str) -> None:
    """The page with these words as its heading, as soon as it is there."""
    browser.find_element("xpath", f"//h1[normalize-space()='{words}']")


def test_clicking_through_signs_in_for_every_later_command(
    browser: Any, sandbox: Sandbox, config: str
) -> None:
    with started("login", "--no-browser", "--config", config) as running:
        password_page(browser, running, sandbox)
        assert "Send mail as you" in browser.find_element("id", "permissions").text
        browser.find_element("id", "accept").click()
        heading(browser, "Signed in")
        assert sandbox.users[0].address in browser.find_element("tag name", "main").text
        assert "code=" not in browser.current_url
        result = running.result()
    assert result.code == 0
    assert result.json["username"] == sandbox.users[0].address
    listed = run("invoke", "messages.list", '{"limit": 1}', "--config", config)
    assert len(listed.json["value"]) == 1


def test_cancel_is_told_on_the_page_and_by_the_command(browser: Any, sandbox: Sandbox, config: str) -> None:
    with started("login", "--no-browser", "--config", config, "--json") as running:
        password_page(browser, running, sandbox)
        browser.find_element("id", "cancel").click()
        heading(browser, "Not signed in")
        assert "cancelled" in browser.find_element("tag name", "main").text
        result = running.result()
    assert result.code == 3
    error = result.json["error"]
    assert (error["error"], error["details"]["aadsts"]) == ("ConsentRequired", 65004)


def test_a_wrong_password_can_be_corrected(browser: Any, sandbox: Sandbox, config: str) -> None:
    with started("login", "--no-browser", "--hint", "kim@contoso.example", "--config", config) as running:
        browser.get(running.said(AUTHORIZE))
        assert browser.find_element("id", "login").get_attribute("value") == "kim@contoso.example"
        browser.find_element("id", "passwd").send_keys("guess")
        browser.find_element("id", "submit").click()
        assert "AADSTS50126" in browser.find_element("id", "error").text
        browser.find_element("id", "passwd").send_keys(sandbox.users[1].password)
        browser.find_element("id", "submit").click()
        browser.find_element("id", "accept").click()
        heading(browser, "Signed in")
        assert running.result().json["username"] == "kim@contoso.example"


def test_a_person_can_sign_in_to_the_demo(browser: Any) -> None:
    with started("demo", "--browser", extra={"BROWSER": "true"}) as running:
        browser.get(running.said(AUTHORIZE))
        password = running.said(r"(?<=with the password )\S+(?=\. )")
        browser.find_element("id", "passwd").send_keys(password)
        browser.find_element("id", "login").clear()
        browser.find_element("id", "login").send_keys("adele@contoso.example")
        browser.find_element("id", "submit").click()
        browser.find_element("id", "accept").click()
        heading(browser, "Signed in")
        result = running.result()
    assert result.code == 0, result.err
    assert "steps verified" in result.err
