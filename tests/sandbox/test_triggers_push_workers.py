"""Workers that share a watch: one at a time, another one goes on, and what nobody took over comes again."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from push_watch import Push, pushing, wait_for
from trigger_watch import arrive

from outlook_connector import Connector, ConnectorError, InvalidInput, OperationDenied, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers.watches import Watch

PUSH = {"notificationUrl": "https://flows.example.com/outlook"}


@pytest.fixture
def config(outlook_sandbox: Sandbox, tmp_path: Path) -> dict[str, Any]:
    return outlook_sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")


@pytest.fixture
def push(outlook_sandbox: Sandbox, config: dict[str, Any]) -> Iterator[Push]:
    with connect(config) as connector, pushing(outlook_sandbox, connector) as running:
        yield running


@pytest.fixture
def other(config: dict[str, Any]) -> Iterator[Connector]:
    """Another worker's connector, with the same store."""
    with connect(config) as connector:
        yield connector


def test_one_watches_while_the_other_waits_and_goes_on_from_its_place(push: Push, other: Connector) -> None:
    first = push.watch(catchUp=0.3, takeOver=1)
    second = push.watch(connector=other, until=None, catchUp=0.3, takeOver=1)
    arrive(push.sandbox, "one")
    wait_for(lambda: first.events)
    first.stop()
    wait_for(lambda: second.cursors)
    arrive(push.sandbox, "two")
    wait_for(lambda: second.events)
    assert (first.subjects(), second.subjects()) == (["one"], ["two"])
    assert len(push.subscriptions) == 1, "the second goes on with the subscription of the first"


def test_notifications_reach_a_watch_in_another_process(push: Push, other: Connector) -> None:
    """The receiver's connector and the watch's share nothing but the store."""
    watching = push.watch(connector=other)
    arrive(push.sandbox, "one")
    wait_for(lambda: watching.events)


def test_watches_of_two_names_get_all_events_each(push: Push) -> None:
    both = [push.watch(name=name) for name in ("one", "two")]
    arrive(push.sandbox, "mail")
    for one in both:
        wait_for(lambda one=one: one.events)


def test_what_was_not_taken_over_comes_again_with_its_id(push: Push) -> None:
    first = push.watch()
    first.stop()
    arrive(push.sandbox, "one")
    wait_for(lambda: first.events)
    second = push.watch(until=None)
    wait_for(lambda: second.events)
    assert [one["id"] for one in second.events] == [one["id"] for one in first.events]


def test_a_watch_begins_at_the_cursor_of_a_host_that_polled_before(push: Push) -> None:
    cursor = push.connector.poll("message.received")["cursor"]
    arrive(push.sandbox, "before the watch")
    watching = push.watch(given={"cursor": cursor}, until=None)
    wait_for(lambda: watching.events)


def test_a_cursor_that_is_refused_is_not_remembered(push: Push) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        next(push.connector.watch("message.received", {"cursor": "x"}, push=PUSH))
    watching = push.watch()
    arrive(push.sandbox, "one")
    wait_for(lambda: watching.events)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({}, "/push"),
        ({"notificationUrl": "http://flows.example.com/"}, "/push/notificationUrl"),
        ({**PUSH, "expiresIn": 0}, "/push/expiresIn"),
        ({**PUSH, "clientState": "mine"}, "/push"),
    ],
)
def test_wrong_settings_are_refused_at_once(
    outlook_connector: Connector, wrong: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        outlook_connector.watch("message.received", push=wrong)
    assert caught.value.details["problems"][0]["pointer"].startswith(pointer)


def test_folders_have_no_notifications(outlook_connector: Connector) -> None:
    with pytest.raises(InvalidInput, match="polled") as caught:
        next(outlook_connector.watch("folder.changed", push=PUSH))
    assert caught.value.code == "notPushed"


def test_who_may_not_subscribe_may_not_watch_by_push(outlook_sandbox: Sandbox) -> None:
    config = outlook_sandbox.config(operations={"deny": ["subscriptions.create"]})
    with connect(config) as connector, pytest.raises(OperationDenied, match=r"subscriptions\.create"):
        connector.watch("message.received", push=PUSH)


class Remembering(MemoryStore):
    """A store that remembers everything that was written of watches."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        if key.partition("/")[0] in ("watch", "marks", "hold", "trigger"):
            self.written.append(blob or b"")
        return super().save(key, blob, version, ttl=ttl)


def test_the_secret_is_in_no_log_and_no_content_in_the_store(
    outlook_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = Remembering()
    with (
        connect(outlook_sandbox.config(), token_store=store) as connector,
        pushing(outlook_sandbox, connector) as push,
    ):
        watching = push.watch()
        arrive(outlook_sandbox, "Confidential matter")
        wait_for(lambda: watching.events)
    secrets = [
        one.split(b'"secret":"')[1].split(b'"')[0].decode() for one in store.written if b'"secret"' in one
    ]
    assert secrets
    assert len(secrets[0]) > 40
    assert secrets[0] in str(push.bodies), "which is what notifications prove themselves by"
    assert secrets[0] not in caplog.text
    assert secrets[0] not in repr(Watch(secrets[0]))
    assert not any(b"Confidential" in one for one in store.written)


class Moody(MemoryStore):
    """A store that fails for a while."""

    failing = False

    def load(self, key: str) -> tuple[bytes | None, int]:
        if self.failing and key.startswith("marks/"):
            raise ConnectorError("not now", code="storeBusy", retryable=True)
        return super().load(key)


def test_a_store_that_fails_for_a_while_ends_no_watch(outlook_sandbox: Sandbox) -> None:
    store = Moody()
    with (
        connect(outlook_sandbox.config(), token_store=store) as connector,
        pushing(outlook_sandbox, connector) as push,
    ):
        watching = push.watch(interval=0.1)
        store.failing = True
        arrive(outlook_sandbox, "while it fails")
        wait_for(lambda: len(watching.problems) > 2)
        store.failing = False
        wait_for(lambda: watching.events)
        assert {one.code for one in watching.problems} == {"storeBusy"}
        assert not watching.failed
