"""Access tokens of so short a life that they end while a call is under way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outlook_connector import connect
from outlook_connector.errors import AuthError
from outlook_connector.sandbox import Sandbox

LIST = ("messages.list", {"limit": 1})
MATCH = "GET /me/messages"


def posts(sandbox: Sandbox) -> int:
    return sum(r.method == "POST" and r.path.endswith("/token") for r in sandbox.requests)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(token_lifetime=1) as running:
        yield running


def test_a_token_that_ends_twice_during_a_call_fails_none(sandbox: Sandbox) -> None:
    with connect(sandbox.config()) as connector:
        connector.invoke(*LIST)
        before = posts(sandbox)
        sandbox.fault(match=MATCH, delay=1.2, times=2)
        assert connector.invoke(*LIST)["value"]
        assert 2 <= posts(sandbox) - before <= 3


def test_one_that_ends_ever_again_ends_the_call(sandbox: Sandbox) -> None:
    with connect(sandbox.config()) as connector:
        connector.invoke(*LIST)
        before = posts(sandbox)
        sandbox.fault(match=MATCH, delay=1.2, times=10)
        with pytest.raises(AuthError) as refused:
            connector.invoke(*LIST)
        assert refused.value.code == "tokenRefused"
        assert posts(sandbox) - before <= 3


def test_a_good_token_that_is_refused_is_replaced_once() -> None:
    with Sandbox() as sandbox, connect(sandbox.config()) as connector:
        connector.invoke(*LIST)
        before = posts(sandbox)
        sandbox.fault(match=MATCH, status=401, times=10)
        with pytest.raises(AuthError) as refused:
            connector.invoke(*LIST)
        assert refused.value.code == "tokenRefused"
        assert posts(sandbox) - before == 1
