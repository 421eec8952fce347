"""Tokens that stay fresh: one exchange however many ask, and the right outcome of every failure."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from signin_world import PatientClock, World, ask_together

from outlook_connector.auth import Wanted
from outlook_connector.errors import SignInRequired, TransportError, UnexpectedResponse

TOKEN = "POST */oauth2/v2.0/token"


SANDBOX = {"single_use_refresh_tokens": True}


def test_a_token_is_asked_for_once_while_it_lives(world: World) -> None:
    auth = world.auth()
    assert {auth.token() for _ in range(5)} == {auth.token()}
    assert world.posts() == 1
    assert world.me(auth.token()).status_code == 200


def test_a_second_worker_takes_the_token_from_the_store(world: World) -> None:
    config = world.config()
    assert world.auth(config).token() == world.auth(config).token()
    assert world.posts() == 1


def test_sixteen_threads_with_one_expired_token_make_one_exchange(world: World) -> None:
    auth = world.auth()
    old = auth.token()
    world.pass_time(3600)
    answers = ask_together(16, auth.token)
    assert len(set(answers)) == 1
    assert answers[0] != old
    assert world.posts() == 2
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_workers_with_one_expired_token_make_one_exchange(world: World) -> None:
    world.clock = PatientClock()
    config = world.config()
    workers = [world.auth(config) for _ in range(8)]
    for worker in workers:
        worker.token()
    world.pass_time(3600)
    world.sandbox.fault(TOKEN, delay=0.3)
    answers = ask_together(8, iter_tokens(workers))
    assert len(set(answers)) == 1
    assert world.posts() == 2
    assert world.sandbox.entra.spent_refresh_tokens == 0


def iter_tokens(workers: list[Any]) -> Any:
    left, lock = list(workers), threading.Lock()

    def ask() -> str:
        with lock:
            worker = left.pop()
        return str(worker.token())

    return ask


def test_a_refused_token_is_replaced_once_for_all_who_hold_it(world: World) -> None:
    auth = world.auth()
    old = auth.token()
    answers = ask_together(8, lambda: auth.token(Wanted(rejected=old)))
    assert len(set(answers)) == 1
    assert answers[0] != old
    assert world.posts() == 2


def test_a_token_that_another_worker_has_replaced_already_is_not_replaced_again(world: World) -> None:
    config = world.config()
    first, second = world.auth(config), world.auth(config)
    old = second.token()
    new = first.token(Wanted(rejected=old))
    assert second.token(Wanted(rejected=old)) == new
    assert world.posts() == 2


def test_a_token_is_renewed_before_its_end(world: World) -> None:
    auth = world.auth()
    old = auth.token()
    world.pass_time(3600 - 240)
    assert auth.token() != old
    assert world.posts() == 2


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}, {"status": 429, "retry_after": 60}])
def test_an_ageing_token_serves_on_while_the_service_fails(world: World, fault: dict[str, Any]) -> None:
    auth = world.auth()
    old = auth.token()
    world.pass_time(3600 - 240)
    world.sandbox.fault(TOKEN, times=None, **fault)
    assert auth.token() == old
    tried = world.posts()
    assert auth.token() == old
    assert world.posts() == tried
    world.sandbox.clear_faults()
    world.pass_time(31)
    assert auth.token() != old


def test_a_short_lived_token_serves_to_its_end_while_the_service_fails(world: World) -> None:
    auth = world.auth()
    old = auth.token()
    world.pass_time(3600 - 30)
    world.sandbox.fault(TOKEN, status=503, times=None)
    assert auth.token() == old
    assert auth.token(Wanted(minimum_life=300)) == old
    with pytest.raises(TransportError):
        auth.token(Wanted(rejected=old))


def test_a_session_that_has_ended_fails_no_call_while_its_token_lives(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    old = auth.token()
    world.pass_time(3600 - 240)
    world.sandbox.entra.expire_refresh_tokens()
    assert auth.token() == old
    assert "700082" in auth.status()["reason"]
    world.pass_time(240)
    with pytest.raises(SignInRequired):
        auth.token()


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}])
def test_an_expired_token_and_a_failing_service_is_an_error_to_be_retried(
    world: World, fault: dict[str, Any]
) -> None:
    auth = world.auth()
    auth.token()
    world.pass_time(3600)
    world.sandbox.fault(TOKEN, times=None, **fault)
    with pytest.raises(TransportError) as failed:
        auth.token()
    assert failed.value.retryable is True
    world.sandbox.clear_faults()
    assert world.me(auth.token()).status_code == 200


def test_a_failure_in_passing_is_not_even_noticed(world: World) -> None:
    world.sandbox.fault(TOKEN, status=503, retry_after=0.5)
    world.sandbox.fault(TOKEN, drop="before")
    assert world.me(world.auth().token()).status_code == 200


@pytest.mark.parametrize(
    "body", ["<html>Log in to the hotel network</html>", "[]", '{"token_type": "Bearer"}']
)
def test_an_answer_that_is_no_token_is_an_unexpected_response(world: World, body: str) -> None:
    world.sandbox.fault(TOKEN, status=200, body=body)
    with pytest.raises(UnexpectedResponse):
        world.auth().token()


def test_an_ended_session_is_noted_in_the_row_and_not_asked_about_again(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    world.sandbox.entra.revoke("adele@contoso.example")
    world.pass_time(3600)
    with pytest.raises(SignInRequired) as refused:
        auth.token()
    assert refused.value.details["aadsts"] == 50173
    posts = world.posts()
    for worker in (auth, world.nobody()):
        with pytest.raises(SignInRequired, match="50173"):
            worker.token()
    assert world.posts() == posts
    status = auth.status()
    assert (status["signedIn"], status["username"]) == (False, "adele@contoso.example")
    assert "50173" in status["reason"]
    assert "Sign in again" in status["advice"]


def test_signing_in_again_ends_the_need_to(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    old = auth.token()
    world.sandbox.entra.revoke("adele@contoso.example")
    with pytest.raises(SignInRequired):
        auth.refresh()
    other = world.nobody()
    world.sign_in(other)
    assert world.me(auth.token(Wanted(rejected=old))).status_code == 200
    assert auth.status()["reason"] is None


def test_a_withdrawn_demand_is_found_out_by_a_forced_refresh(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    world.sandbox.entra.require("adele@contoso.example", "conditional_access")
    with pytest.raises(SignInRequired, match="53003"):
        auth.refresh()
    world.sandbox.entra.require("adele@contoso.example")
    assert auth.refresh()["username"] == "adele@contoso.example"
    assert auth.status()["signedIn"] is True
