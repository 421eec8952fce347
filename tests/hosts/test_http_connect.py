"""A person connects a mailbox in the browser, and nobody does it in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from http_world import Client, error, serving

from outlook_connector.sandbox import Sandbox

KEY = "k-6f1f0c1d2f"
ADELE = "adele@contoso.example"


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"sales": sandbox.config(refreshToken=None)}) as client:
        yield client


@pytest.fixture
def locked(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"sales": sandbox.config(refreshToken=None)}, keys=(KEY,)) as client:
        yield client


class Browser:
    """One person's browser: it keeps cookies, and signs in as Adele wherever Microsoft's page asks."""

    def __init__(self, host: Client, sandbox: Sandbox) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.home, self._sandbox = f"http://localhost:{host.port}", sandbox

    def open(self, address: str) -> requests.Response:
        return self.session.get(address, allow_redirects=False, timeout=20)

    def begun(self, name: str = "sales") -> str:
        """Microsoft's address, where the host has sent this browser."""
        answer = self.open(f"{self.home}/connect/{name}")
        assert answer.status_code == 303
        return answer.headers["Location"]

    def signed_in(self, address: str, more: str = f"&sandbox_user={ADELE}") -> str:
        """Where Microsoft's page sends the browser back to."""
        answer = self.session.get(
            address + more, allow_redirects=False, timeout=20, verify=self._sandbox.ca_file
        )
        return answer.headers["Location"]


def connected(host: Client) -> bool:
    return bool(host.get("/connections", headers={"X-API-Key": KEY}).json()["connections"][0]["signedIn"])


def test_who_has_not_signed_in_is_told_where(host: Client) -> None:
    assert "/connect/sales" in host.get("/connections").json()["connections"][0]["advice"]


def test_a_mailbox_is_connected_in_the_browser(host: Client, sandbox: Sandbox) -> None:
    browser = Browser(host, sandbox)
    page = browser.open(browser.signed_in(browser.begun()))
    assert page.status_code == 200
    assert "Signed in" in page.text and ADELE in page.text
    assert host.invoke("profile.get").json()["userPrincipalName"] == ADELE


def test_the_sign_in_lets_the_person_choose_an_account_and_comes_back_to_one_address(
    host: Client, sandbox: Sandbox
) -> None:
    asked = parse_qs(urlsplit(Browser(host, sandbox).begun()).query)
    assert asked["prompt"] == ["select_account"]
    assert asked["redirect_uri"] == [f"http://localhost:{host.port}/callback"]


def test_an_address_of_numbers_leads_to_the_name_that_microsoft_takes(host: Client) -> None:
    answer = host.get("/connect/sales", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (
        307,
        f"http://localhost:{host.port}/connect/sales",
    )


def test_a_redirect_uri_of_the_connections_own_that_leads_here_is_used(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    public = "https://connect.example.com"
    own = f"{public}/connect/sales/callback"
    config = sandbox.config(refreshToken=None, redirectUri=own)
    with serving(tmp_path, {"sales": config}, public_url=public, keys=(KEY,)) as client:
        answer = client.get("/connect/sales", allow_redirects=False, headers={"X-API-Key": KEY})
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"] == [own]
    assert "secure" in answer.headers["Set-Cookie"].lower()


def test_another_browser_cannot_complete_a_sign_in(host: Client, sandbox: Sandbox) -> None:
    mine, theirs = Browser(host, sandbox), Browser(host, sandbox)
    back = mine.signed_in(mine.begun())
    assert theirs.open(back).status_code == 400
    theirs.begun()
    assert theirs.open(back).status_code == 400
    assert not connected(host)
    assert mine.open(back).status_code == 200


def test_two_mailboxes_are_connected_side_by_side(sandbox: Sandbox, tmp_path: Path) -> None:
    config = sandbox.config(refreshToken=None)
    with serving(tmp_path, {"sales": config, "support": config}) as client:
        browser = Browser(client, sandbox)
        back = [browser.signed_in(browser.begun(name)) for name in ("sales", "support")]
        assert [browser.open(one).status_code for one in back] == [200, 200]
        assert all(one["signedIn"] for one in client.get("/connections").json()["connections"])


def test_a_sign_in_is_completed_once(host: Client, sandbox: Sandbox) -> None:
    browser = Browser(host, sandbox)
    back = browser.signed_in(browser.begun())
    assert [browser.open(back).status_code for _ in range(2)] == [200, 400]


def test_what_microsoft_refuses_is_shown_with_advice(host: Client, sandbox: Sandbox) -> None:
    browser = Browser(host, sandbox)
    state = parse_qs(urlsplit(browser.begun()).query)["state"][0]
    page = browser.open(
        f"{browser.home}/callback?state={state}&error=access_denied&error_description=AADSTS65004"
    )
    assert page.status_code in (401, 403)
    assert "Not signed in" in page.text and not connected(host)


def test_pages_load_nothing_and_are_kept_nowhere(host: Client, sandbox: Sandbox) -> None:
    page = Browser(host, sandbox).open(f"http://localhost:{host.port}/callback?state=x&code=secret-code")
    assert page.status_code == 400
    assert "secret-code" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_an_unknown_connection_has_no_sign_in(host: Client) -> None:
    answer = host.session.get(f"http://localhost:{host.port}/connect/nobody", allow_redirects=False)
    assert answer.status_code == 404


def test_a_connection_without_people_says_so_on_a_page(sandbox: Sandbox, tmp_path: Path) -> None:
    with serving(tmp_path, {"robot": sandbox.config(auth="application")}) as client:
        address = f"http://localhost:{client.port}/connect/robot"
        page = client.session.get(address, headers={"Accept": "text/html"}, timeout=20)
        told = client.session.get(address, timeout=20)
    assert page.status_code == told.status_code == 409
    assert "Not signed in" in page.text and "application" in page.text
    assert error(told)["error"] == "ConfigError"


def test_where_there_are_keys_a_sign_in_needs_one(locked: Client, sandbox: Sandbox) -> None:
    browser = Browser(locked, sandbox)
    form = browser.open(f"{browser.home}/connect/sales")
    assert form.status_code == 401
    assert re.search(r'<form method="post">.*name="key" type="password"', form.text)
    wrong = browser.session.post(f"{browser.home}/connect/sales", data={"key": "wrong"}, timeout=20)
    assert wrong.status_code == 401
    assert "none of this host" in wrong.text
    assert not browser.session.cookies


def test_the_form_with_a_key_leads_to_the_sign_in(locked: Client, sandbox: Sandbox) -> None:
    browser = Browser(locked, sandbox)
    page = browser.session.post(f"{browser.home}/connect/sales", data={"key": KEY}, timeout=20)
    address = re.search(r'href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert KEY not in page.text + address
    assert browser.open(browser.signed_in(address)).status_code == 200
    assert connected(locked)


def test_a_key_is_asked_for_under_the_name_that_the_sign_in_has(locked: Client) -> None:
    """A browser would hold a form's way on to another name for another site's."""
    answer = locked.get("/connect/sales", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (
        307,
        f"http://localhost:{locked.port}/connect/sales",
    )


def test_another_sites_form_begins_no_sign_in(locked: Client, sandbox: Sandbox) -> None:
    browser = Browser(locked, sandbox)
    answer = browser.session.post(
        f"{browser.home}/connect/sales",
        data={"key": KEY},
        headers={"Origin": "https://evil.example"},
        timeout=20,
    )
    assert answer.status_code == 403
