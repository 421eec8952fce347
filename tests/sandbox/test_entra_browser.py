"""A person clicks through the sign-in pages, in headless Chromium, by mouse and by keyboard alone."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from entra_client import EntraClient
from webdriver import CHROMIUM, DRIVER, ENTER, TAB, Browser

from outlook_connector.sandbox.tenant import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
    ),
]


class Application(ThreadingHTTPServer):
    """The web application's side: keeps what comes back to its redirect URI."""

    block_on_close = False  # Chromium holds a spare connection open

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.returned = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def first(self):
        """What came back first, once it has: the browser may still be on its way."""
        deadline = time.monotonic() + 20
        while not self.returned and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.returned[0]

    @property
    def redirect_uri(self):
        return f"http://localhost:{self.server_port}/callback"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._keep(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._keep({name: values[0] for name, values in parse_qs(body).items()})

    def _keep(self, values):
        if values:
            self.server.returned.append(values)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Back</title><p id=back>Welcome back</p>")

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture
def application():
    application = Application()
    yield application
    application.shutdown()
    application.server_close()


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


def start(browser, client, application, **params):
    """Opens the authorize URL, as an application's redirect would."""
    prepared = client.authorize(redirect_uri=application.redirect_uri, **params)
    browser.open(prepared.url)


def sign_in(browser, password=PASSWORD):
    browser.type("#login", "adele@contoso.example")
    browser.type("#passwd", password)
    browser.click("#submit")


def test_clicking_through_brings_a_code_that_works(browser, client, application):
    start(browser, client, application)
    assert "Sandbox, not Microsoft" in browser.text
    sign_in(browser)
    browser.click("#accept")
    assert "Welcome back" in browser.text
    code = application.first()["code"]
    assert client.redeem(code, redirect_uri=application.redirect_uri).ok


def test_the_keyboard_alone_is_enough(browser, client, application):
    start(browser, client, application)
    browser.press("adele@contoso.example" + TAB)
    browser.press(PASSWORD + ENTER)
    browser.type("#accept", ENTER)
    assert "Welcome back" in browser.text
    assert application.first()["code"]


def test_a_wrong_password_can_be_corrected(browser, client, application):
    start(browser, client, application)
    sign_in(browser, password="guess")
    assert "AADSTS50126" in browser.text
    browser.type("#passwd", PASSWORD)
    browser.click("#submit")
    browser.click("#accept")
    assert "Welcome back" in browser.text


def test_cancel_goes_back_without_a_code(browser, client, application):
    start(browser, client, application)
    sign_in(browser)
    browser.click("#cancel")
    assert "Welcome back" in browser.text
    assert application.first()["error"] == "access_denied"


def test_form_post_posts_itself(browser, client, application):
    start(browser, client, application, response_mode="form_post")
    sign_in(browser)
    browser.click("#accept")
    browser.click("#back")
    assert application.first()["code"]


def test_a_second_factor_is_one_more_click(browser, client, application, outlook_sandbox):
    outlook_sandbox.entra.require("adele@contoso.example", "mfa")
    start(browser, client, application)
    sign_in(browser)
    browser.click("#approve")
    browser.click("#accept")
    assert application.first()["code"]


def test_nothing_is_loaded_from_elsewhere_and_no_policy_is_broken(browser, client, application):
    start(browser, client, application)
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.run("return getComputedStyle(document.querySelector('.primary')).cursor") == "pointer"


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_in_light_and_dark(client, application, dark):
    with Browser(dark=dark) as browser:
        start(browser, client, application)
        for selector in ("h1", ".soft", "label", ".note", "button.primary"):
            assert browser.run(CONTRAST % selector) >= 4.5, selector


CONTRAST = """
const parse = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
  .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
let behind = document.querySelector('%s');
const front = light(parse(getComputedStyle(behind).color));
const solid = node => { const c = parse(getComputedStyle(node).backgroundColor); return c.length < 4 || c[3] > 0; };
while (!solid(behind)) behind = behind.parentElement;
const back = light(parse(getComputedStyle(behind).backgroundColor));
return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
"""
