"""``demo``: ten steps, each verified, over real OAuth and HTTP; and the browser that it brings along."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
from cli_world import JWT, run

from outlook_connector.hosts.cli.demo.command import play
from outlook_connector.hosts.cli.demo.stage import Stage
from outlook_connector.hosts.cli.demo.steps import STEPS
from outlook_connector.hosts.cli.following import Follower, LostWay, Page, Returned, sign_in
from outlook_connector.sandbox import Sandbox


def test_the_demo_tells_its_story_and_verifies_each_step() -> None:
    result = run("demo")
    assert result.code == 0, result.err
    assert f"All {len(STEPS)} steps verified" in result.err
    assert all(step.title in result.err for step in STEPS)
    assert result.out == ""


def test_the_demo_lists_its_steps_for_programs() -> None:
    result = run("demo", "--json")
    steps = result.json
    assert [one["step"] for one in steps] == list(range(1, len(STEPS) + 1))
    assert all(one["ok"] for one in steps)
    assert result.err == ""
    assert not JWT.search(result.out)


def test_a_step_that_fails_ends_the_demo_with_a_failure(
    server: Sandbox, sandbox: Sandbox, tmp_path: os.PathLike[str]
) -> None:
    sandbox.fault("POST /me/messages/*/send", status=403, error="ErrorAccessDenied", times=None)
    with Stage(sandbox, str(tmp_path), None) as stage:
        done, code = play(stage, lambda number, step: None, lambda told, table: None)
    assert (len(done), done[-1]["ok"], code) == (4, False, 4)
    assert "403" in done[-1]["said"]


def authorize(sandbox: Sandbox, **changed: str) -> str:
    from urllib.parse import urlencode

    query = {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": sandbox.redirect_uri,
        "scope": "openid Mail.Read",
        **changed,
    }
    return f"{sandbox.authority}/oauth2/v2.0/authorize?{urlencode(query)}"


@pytest.fixture
def follower(sandbox: Sandbox) -> Follower:
    return Follower(sandbox.redirect_uri, sandbox.ca_file)


def test_the_follower_fills_in_the_pages_and_stops_at_the_redirect_uri(
    sandbox: Sandbox, follower: Follower
) -> None:
    user = sandbox.users[0]
    parameters, pages = sign_in(follower, authorize(sandbox, state="kept"), user.address, user.password)
    assert parameters["code"] and parameters["state"] == "kept"
    assert pages == ["Sign in", "Permissions requested"]


def test_the_follower_says_what_the_page_says(sandbox: Sandbox, follower: Follower) -> None:
    with pytest.raises(LostWay, match="AADSTS50126"):
        sign_in(follower, authorize(sandbox), sandbox.users[0].address, "guess")
    with pytest.raises(LostWay, match="AADSTS50011"):
        sign_in(follower, authorize(sandbox, redirect_uri="http://localhost/other"), "adele", "x")


def test_the_follower_can_press_another_button(sandbox: Sandbox, follower: Follower) -> None:
    user = sandbox.users[0]
    page = follower.open(authorize(sandbox))
    consent = (
        follower.submit(page, {"login": user.address, "passwd": user.password})
        if isinstance(page, Page)
        else page
    )
    assert isinstance(consent, Page)
    ended = follower.submit(consent, {}, button="cancel")
    assert isinstance(ended, Returned)
    assert ended.parameters["error"] == "access_denied"
    with pytest.raises(LostWay, match="does not ask"):
        follower.submit(consent, {"no such field": "x"})


def test_the_follower_trusts_no_stranger(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        Follower(sandbox.redirect_uri).open(authorize(sandbox))


def test_the_follower_leaves_plain_http_alone(sandbox: Sandbox) -> None:
    elsewhere = Follower("http://localhost/never", sandbox.ca_file)
    asked: Mapping[str, str] = {"sandbox_user": sandbox.users[0].address}
    with pytest.raises(LostWay, match="neither https"):
        elsewhere.open(authorize(sandbox, **asked))
