"""A person signs a device in, and an administrator consents, in headless Chromium."""

from urllib.parse import urlencode

import pytest
from entra_client import SCOPE, EntraClient
from test_entra_browser import CONTRAST, Application
from webdriver import CHROMIUM, DRIVER, ENTER, Browser

from outlook_connector.sandbox.tenant import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
    ),
]


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


@pytest.fixture
def device(client, outlook_sandbox):
    url = f"{outlook_sandbox.authority}/oauth2/v2.0/devicecode"
    form = {"client_id": outlook_sandbox.public_client_id, "scope": SCOPE}
    return client.http.post(url, data=form).json()


def poll(client, device):
    return client.token(
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        client_id=client.sandbox.public_client_id,
        client_secret=None,
        device_code=device["device_code"],
    )


def sign_in(browser, user):
    browser.type("#login", user)
    browser.type("#passwd", PASSWORD)
    browser.click("#submit")


def test_the_device_is_signed_in_by_keyboard_alone(browser, client, device):
    browser.open(device["verification_uri"])
    browser.press(device["user_code"] + ENTER)
    browser.type("#login", "adele@contoso.example")
    browser.type("#passwd", PASSWORD + ENTER)
    browser.type("#accept", ENTER)
    browser.click("h1")
    assert "You have signed in to" in browser.text
    assert poll(client, device).ok


def test_the_second_device_is_confirmed_or_declined(browser, client, device, outlook_sandbox):
    outlook_sandbox.entra.approve_device(device["user_code"], "adele@contoso.example")
    url = f"{outlook_sandbox.authority}/oauth2/v2.0/devicecode"
    form = {"client_id": outlook_sandbox.public_client_id, "scope": SCOPE}
    second = client.http.post(url, data=form).json()
    browser.open(second["verification_uri"])
    browser.type("#otc", second["user_code"])
    browser.click("#next")
    sign_in(browser, "adele@contoso.example")
    browser.click("#cancel")
    assert "You declined" in browser.text
    assert poll(client, second).json()["error"] == "authorization_declined"


def test_a_wrong_code_is_explained_beside_its_field(browser, device):
    browser.open(device["verification_uri"])
    browser.type("#otc", "WRONGCODE")
    browser.click("#next")
    assert "AADSTS70018" in browser.text
    assert browser.run("return document.activeElement.getAttribute('aria-describedby')") == "error"


def test_an_administrator_consents_for_everybody(browser, outlook_sandbox):
    application = Application()
    query = {
        "client_id": outlook_sandbox.client_id,
        "redirect_uri": application.redirect_uri,
        "scope": "https://graph.microsoft.com/.default",
    }
    browser.open(f"{outlook_sandbox.authority}/v2.0/adminconsent?{urlencode(query)}")
    sign_in(browser, "nestor@contoso.example")
    browser.click("#accept")
    browser.click("#back")
    assert application.first()["admin_consent"] == "True"
    application.shutdown()
    application.server_close()


@pytest.mark.parametrize("dark", [False, True])
def test_the_device_page_can_be_read_in_light_and_dark(device, dark):
    with Browser(dark=dark) as browser:
        browser.open(device["verification_uri"])
        for selector in ("h1", ".soft", "label", "button.primary"):
            assert browser.run(CONTRAST % selector) >= 4.5, selector
