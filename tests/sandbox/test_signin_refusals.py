"""Wrong configurations, each with one message that says what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from signin_cases import ADELE, CASES
from signin_world import World

from outlook_connector.auth import login
from outlook_connector.errors import CredentialExpired, SignInRequired, TransportError


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_configuration_gives_one_clear_message(world: World, name: str) -> None:
    case = CASES[name]
    auth = case.prepare(world)
    with pytest.raises(case.kind) as refused:
        auth.token()
    assert type(refused.value) is case.kind
    assert refused.value.details.get("aadsts") == case.aadsts
    assert case.says in refused.value.message
    assert "\n" not in refused.value.message
    assert refused.value.retryable == (case.kind is TransportError and name != "untrusted certificate")


def test_a_wrong_redirect_uri_is_explained_when_nothing_comes_back(world: World) -> None:
    config = world.config(refreshToken=None, redirectUri="http://localhost/not/registered")
    shown: list[str] = []

    def open_browser(url: str) -> None:
        shown.append(world.http().get(url, headers={"x-sandbox-user": ADELE}, allow_redirects=False).text)

    with pytest.raises(SignInRequired, match=r"AADSTS50011.*http://localhost/not/registered"):
        login(world.auth(config), open_browser=open_browser, timeout=0.3)
    assert "AADSTS50011" in shown[0]


def test_what_was_refused_works_as_soon_as_it_is_put_right(world: World) -> None:
    config = world.config()
    world.sandbox.directory.app.secrets[0].expires = world.sandbox.clock.now() - timedelta(days=1)
    auth = world.auth(config)
    with pytest.raises(CredentialExpired):
        auth.token()
    world.sandbox.directory.app.secrets[0].expires = None
    assert world.me(auth.token()).status_code == 200
