"""Signing in on another device: any process may ask whether it has happened, and no code is asked for too often."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from signin_world import World, ask_together

from outlook_connector.auth import login_device
from outlook_connector.errors import AuthError, ConsentRequired, SignInRequired, TransportError

ADELE = "adele@contoso.example"


def test_a_person_signs_in_with_the_code_and_another_process_completes_it(world: World) -> None:
    begun = world.nobody().begin_device()
    assert begun["verificationUri"].startswith("https://")
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    other = world.nobody()
    answer = other.complete_device(begun["deviceSession"])
    assert (answer["pending"], answer["username"]) == (False, ADELE)
    assert world.me(other.token()).status_code == 200
    assert world.handed[-1]["refreshToken"]


def test_a_public_client_signs_in_on_another_device_too(world: World) -> None:
    config = world.config(refreshToken=None, clientSecret=None, clientId=world.sandbox.public_client_id)
    auth = world.auth(config)
    begun = auth.begin_device()
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    assert auth.complete_device(begun["deviceSession"])["username"] == ADELE
    assert world.me(auth.refresh() and auth.token()).status_code == 200


def test_what_was_asked_for_by_name_is_known_to_have_been(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device(["Mail.Send"])
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    assert world.nobody().complete_device(begun["deviceSession"])["username"] == ADELE
    assert world.nobody().named() == ("Mail.Send",)


def test_while_nobody_has_signed_in_the_answer_tells_when_to_ask_again(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    posts = world.posts()
    early = auth.complete_device(begun["deviceSession"])
    assert early["pending"] is True
    assert 0 < early["retryAfter"] <= begun["interval"]
    assert world.posts() == posts, "Microsoft Entra is not asked before the interval is over"
    world.pass_time(begun["interval"])
    assert auth.complete_device(begun["deviceSession"]) == {"pending": True, "retryAfter": begun["interval"]}
    assert world.posts() == posts + 1


def test_many_who_ask_at_once_ask_microsoft_once(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    world.pass_time(begun["interval"])
    posts = world.posts()
    answers = ask_together(8, lambda: auth.complete_device(begun["deviceSession"]))
    assert all(answer["pending"] for answer in answers)
    assert world.posts() == posts + 1


def test_a_slow_answer_loses_nothing_where_another_process_asks_meanwhile(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    world.sandbox.fault("POST */oauth2/v2.0/token", delay=1.0)
    answers: list[Any] = []
    slow = threading.Thread(target=lambda: answers.append(auth.complete_device(begun["deviceSession"])))
    posts = world.posts()
    slow.start()
    while world.posts() == posts:
        time.sleep(0.01)
    world.clock.ahead += begun["interval"]
    world.sandbox.fault("POST */oauth2/v2.0/token", status=503, times=None)
    with pytest.raises(TransportError):
        world.nobody().complete_device(begun["deviceSession"])
    slow.join()
    assert answers[0]["username"] == ADELE
    assert world.nobody().status()["signedIn"] is True


def test_a_sign_in_is_completed_once(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    auth.complete_device(begun["deviceSession"])
    with pytest.raises(AuthError, match="not known here"):
        auth.complete_device(begun["deviceSession"])


def test_another_connection_does_not_complete_it_and_it_stays_good_for_its_own(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    other = world.auth(world.config(refreshToken=None, clientId="0a0a0a0a-0000-0000-0000-000000000001"))
    with pytest.raises(AuthError, match="clientId") as refused:
        other.complete_device(begun["deviceSession"])
    assert (refused.value.code, refused.value.details["differs"]) == ("signInUnknown", ["clientId"])
    assert auth.complete_device(begun["deviceSession"])["username"] == ADELE


def test_another_person_does_not_take_the_account_over_from_another_device(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    begun = auth.begin_device()
    world.sandbox.entra.approve_device(begun["userCode"], "kim@contoso.example")
    world.pass_time(begun["interval"])
    with pytest.raises(AuthError) as refused:
        auth.complete_device(begun["deviceSession"])
    assert refused.value.code == "otherPerson"
    assert auth.status()["username"] == ADELE


def test_a_code_that_nobody_entered_expires(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    world.pass_time(899)
    assert auth.complete_device(begun["deviceSession"])["pending"] is True
    world.pass_time(10)
    with pytest.raises(AuthError):
        auth.complete_device(begun["deviceSession"])


def test_a_person_who_declines_ends_the_sign_in(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin_device()
    world.sandbox.entra.decline_device(begun["userCode"])
    world.pass_time(begun["interval"])
    with pytest.raises(ConsentRequired, match="declined"):
        auth.complete_device(begun["deviceSession"])


def test_login_shows_the_code_and_waits_for_the_person(world: World) -> None:
    auth = world.nobody()
    told: list[str] = []

    def announce(line: str) -> None:
        told.append(line)
        world.sandbox.entra.approve_device(line.rsplit(" ", 1)[-1], ADELE)

    assert login_device(auth, announce=announce)["username"] == ADELE
    assert "enter the code" in told[0]


def test_login_gives_up_in_time(world: World) -> None:
    with pytest.raises(SignInRequired, match="60 seconds"):
        login_device(world.nobody(), announce=lambda line: None, timeout=60)
