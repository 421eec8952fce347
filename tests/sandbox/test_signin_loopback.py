"""``login``: a person, a browser, and a listener on this machine."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from signin_world import World

from outlook_connector.auth import login
from outlook_connector.errors import ConfigError, ConsentRequired, SignInRequired

ADELE, ADMIN = "adele@contoso.example", "nestor@contoso.example"


class Browser:
    """Signs in and follows the redirect to this machine, in a thread of its own, as a real browser would."""

    def __init__(
        self, world: World, before: Callable[[str], None] = lambda back: None, user: str = ADELE
    ) -> None:
        self._world, self._before, self._user = world, before, user
        self.page: requests.Response | None = None
        self.back = ""

    def open(self, url: str) -> None:
        self._thread = threading.Thread(target=self._go, args=(url,))
        self._thread.start()

    def _go(self, url: str) -> None:
        headers = {"x-sandbox-user": self._user}
        answer = self._world.http().get(url, headers=headers, allow_redirects=False)
        self.back = answer.headers["Location"]
        self._before(self.back)
        self.page = requests.get(self.back, timeout=10)

    def shown(self) -> requests.Response:
        self._thread.join()
        assert self.page is not None
        return self.page


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_a_person_signs_in_and_the_page_says_so(world: World) -> None:
    auth, browser, told = world.nobody(), Browser(world), []
    done = login(auth, open_browser=browser.open, timeout=20, announce=told.append)
    assert done["username"] == "adele@contoso.example"
    assert world.me(auth.token()).status_code == 200
    page = browser.shown()
    assert page.status_code == 200
    assert "adele@contoso.example" in page.text
    assert "https://" in told[0]


def test_an_administrator_consents_for_the_tenant_and_the_page_says_so(world: World) -> None:
    browser = Browser(world, user=ADMIN)
    done = login(
        world.nobody(), open_browser=browser.open, timeout=20, scopes=["Mail.Send"], admin_consent=True
    )
    assert (done["adminConsent"], done["tenantId"], done["scopes"]) == (
        True,
        world.sandbox.tenant_id,
        ["Mail.Send"],
    )
    assert "Consent given" in browser.shown().text


def test_scopes_are_asked_for_besides_those_granted_before(world: World) -> None:
    auth = world.nobody()
    for scope in ("Mail.Read", "Mail.Send"):
        browser = Browser(world)
        done = login(auth, open_browser=browser.open, timeout=20, scopes=[scope])
    assert {"Mail.Read", "Mail.Send"} <= set(done["scopes"])


def test_the_page_shows_no_code_keeps_none_and_loads_nothing(world: World) -> None:
    browser = Browser(world)
    login(world.nobody(), open_browser=browser.open, timeout=20)
    page = browser.shown()
    code = query_of(browser.back)["code"]
    assert code not in page.text
    assert "history.replaceState" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http" not in page.text.replace("http-equiv", "")
    assert "prefers-color-scheme: dark" in page.text


def test_a_failed_sign_in_is_told_on_the_page_and_to_the_program(world: World) -> None:
    cancelled = {"error": "access_denied", "error_description": "AADSTS65004: <script>alert(1)</script>"}
    pages: list[requests.Response] = []

    def open_browser(url: str) -> None:
        asked = query_of(url)
        back = f"{asked['redirect_uri']}/?{urlencode({**cancelled, 'state': asked['state']})}"
        threading.Thread(target=lambda: pages.append(requests.get(back, timeout=10))).start()

    with pytest.raises(ConsentRequired) as refused:
        login(world.nobody(), open_browser=open_browser, timeout=20)
    assert refused.value.details["aadsts"] == 65004
    while not pages:
        pass
    assert pages[0].status_code == 400
    assert "cancelled" in pages[0].text
    assert "alert(1)" not in pages[0].text


def test_what_is_not_the_sign_in_is_ignored(world: World) -> None:
    refused: list[int] = []

    def pester(back: str) -> None:
        base, query = back.split("?", 1)
        base = base.rstrip("/")
        parts = urlsplit(base)
        foreign = {"Host": f"evil.example:{parts.port}"}
        with_other_state = urlencode({**query_of(back), "state": "another"})
        without_code = urlencode({"state": query_of(back)["state"]})
        attempts: list[tuple[str, dict[str, str]]] = [
            (f"{base}/favicon.ico", {}),
            (f"{base}/?{with_other_state}", {}),
            (f"{base}/?{without_code}", {}),
            (f"{base}/other?{query}", {}),
            (f"{base}/?{query}", foreign),
        ]
        for url, headers in attempts:
            refused.append(requests.get(url, headers=headers, timeout=10).status_code)
        refused.append(requests.post(back, timeout=10).status_code)

    browser = Browser(world, pester)
    done = login(world.nobody(), open_browser=browser.open, timeout=20)
    assert refused == [404] * 5 + [501]
    assert done["username"] == "adele@contoso.example"
    assert world.posts() == 1


def test_connections_that_say_nothing_hold_nobody_up(world: World) -> None:
    silent: list[socket.socket] = []

    def preconnect(back: str) -> None:
        port = urlsplit(back).port or 0
        silent.extend(socket.create_connection(("127.0.0.1", port)) for _ in range(3))

    browser = Browser(world, preconnect)
    assert login(world.nobody(), open_browser=browser.open, timeout=20)["username"]
    for connection in silent:
        connection.close()


def test_it_listens_on_the_loopback_interface_alone(world: World) -> None:
    reached: list[str] = []

    def look(back: str) -> None:
        port = urlsplit(back).port
        outside = socket.gethostbyname(socket.gethostname())
        if outside.startswith("127."):
            outside = "127.0.0.2"
        try:
            http.client.HTTPConnection(outside, port, timeout=2).connect()
            reached.append(outside)
        except OSError:
            pass

    browser = Browser(world, look)
    login(world.nobody(), open_browser=browser.open, timeout=20)
    assert reached == []


def test_the_configured_loopback_redirect_uri_is_used_with_its_path(world: World) -> None:
    opened: list[str] = []
    browser = Browser(world)

    def open_browser(url: str) -> None:
        opened.append(url)
        browser.open(url)

    config = world.config(refreshToken=None, redirectUri="http://localhost/callback")
    login(world.auth(config), open_browser=open_browser, timeout=20)
    asked = urlsplit(query_of(opened[0])["redirect_uri"])
    assert (asked.hostname, asked.path) == ("localhost", "/callback")
    assert asked.port


def test_nothing_coming_back_is_explained_with_the_uri_to_register(world: World) -> None:
    opened: list[str] = []
    with pytest.raises(SignInRequired) as refused:
        login(world.nobody(), open_browser=opened.append, timeout=0.2)
    uri = parse_qs(urlsplit(opened[0]).query)["redirect_uri"][0]
    assert refused.value.details["redirectUri"] == uri
    assert "AADSTS50011" in refused.value.message
    assert uri in refused.value.message
    assert f"add {uri.rpartition(':')[0]} " in refused.value.message
    assert "for Web" in refused.value.message
    assert "ignores the port" in refused.value.message
    assert "http://localhost " in refused.value.message


def test_a_taken_port_is_told_by_its_config_key(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = world.config(refreshToken=None, redirectUri=f"http://localhost:{port}")
        with pytest.raises(ConfigError, match=f"redirectUri names port {port}"):
            login(world.auth(config), open_browser=lambda url: None, timeout=1)


def test_a_browser_that_cannot_be_opened_frees_the_port(world: World) -> None:
    ports: list[Any] = []

    def broken(url: str) -> None:
        ports.append(urlsplit(query_of(url)["redirect_uri"]).port)
        raise OSError("no browser")

    with pytest.raises(OSError, match="no browser"):
        login(world.nobody(), open_browser=broken, timeout=5)
    with socket.create_server(("127.0.0.1", ports[0])):
        pass
