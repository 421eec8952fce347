"""A watch by push tells the same events as polls do, soon, and whatever happens to its subscription."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from push_watch import Push, pushing, wait_for
from trigger_watch import Host, arrive, move

from outlook_connector import Connector, connect
from outlook_connector.assembly import assemble
from outlook_connector.sandbox import Sandbox
from outlook_connector.triggers.polling import Answer, Poll, lasting
from outlook_connector.triggers.received import received

INBOX = {"folder": "inbox"}
WAYS = pytest.mark.parametrize("given", [{}, INBOX], ids=["the mailbox", "a folder"])
REMOVED = "subscriptionRemoved"


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def push(outlook_sandbox: Sandbox, outlook_connector: Connector) -> Iterator[Push]:
    with pushing(outlook_sandbox, outlook_connector) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def later(outlook_sandbox: Sandbox, clock: Clock) -> Iterator[Push]:
    """The same, with a connector that has ``clock``."""
    parts = assemble(outlook_sandbox.config())
    plain, context = parts.connector, replace(parts.context, clock=clock)
    with (
        Connector(plain.manifest, plain.manifest.schemas, plain.config, context, plain.close) as connector,
        pushing(outlook_sandbox, connector) as running,
    ):
        yield running


def asked(push: Push, method: str, word: str) -> int:
    return sum(one.method == method and word in one.path for one in push.sandbox.requests)


@WAYS
def test_push_gives_the_events_that_polls_give_with_their_ids(given: dict[str, str], push: Push) -> None:
    host = Host(push.connector, "message.received", dict(given))
    watching = push.watch(given=dict(given))
    for number in range(3):
        arrive(push.sandbox, f"mail {number}")
    wait_for(lambda: len(watching.events) == 3)
    assert {one["id"]: one for one in watching.events} == {one["id"]: one for one in host.told()}


def test_a_message_that_left_the_folder_before_the_poll_is_told_by_the_id_that_a_notification_named(
    push: Push,
) -> None:
    """Two polls that notifications wake lie half a second apart: the second message is gone before its poll."""
    folder = Host(push.connector, "message.received", dict(INBOX))
    mailbox = Host(push.connector, "message.received", {})
    watching = push.watch(given=dict(INBOX))
    arrive(push.sandbox, "first")
    wait_for(lambda: len(watching.events) == 1)
    move(push.connector, arrive(push.sandbox, "moved on"), "archive")
    wait_for(lambda: len(watching.events) == 2)
    assert folder.subjects() == ["first"], "which no poll of the folder can know"
    assert {one["id"] for one in watching.events} == {one["id"] for one in mailbox.told()}


def test_a_message_that_came_and_was_deleted_between_two_polls_is_told_as_deleted(push: Push) -> None:
    watching = push.watch("message.deleted")
    one, two, three = (arrive(push.sandbox, subject) for subject in ("one", "two", "three"))
    push.connector.invoke("messages.delete", {"messageId": one})
    push.connector.invoke("messages.deletePermanently", {"messageId": two})
    move(push.connector, three, "archive")
    wait_for(lambda: len(watching.events) == 2)
    assert {event["messageId"]: event["permanently"] for event in watching.events} == {one: False, two: True}


@pytest.mark.parametrize("trigger", ["message.updated", "message.flagged"])
def test_changes_are_told_by_push(trigger: str, push: Push) -> None:
    message = arrive(push.sandbox, "one")
    watching = push.watch(trigger)
    push.connector.invoke("messages.flag", {"messageId": message})
    wait_for(lambda: watching.events)
    assert [one["messageId"] for one in watching.events] == [message]


def test_notifications_that_are_lost_cost_time_and_no_mail(push: Push) -> None:
    push.deaf = True
    watching = push.watch(catchUp=0.5)
    arrive(push.sandbox, "nobody was told")
    wait_for(lambda: watching.events)
    assert watching.subjects() == ["nobody was told"]


def test_beside_a_subscription_polls_are_seldom(push: Push) -> None:
    watching = push.watch(interval=0.1)
    before = asked(push, "GET", "/messages")
    arrive(push.sandbox, "one")
    wait_for(lambda: watching.events)
    assert asked(push, "GET", "/messages") == before + 1


def test_doubled_notifications_are_one_event(push: Push) -> None:
    watching = push.watch(catchUp=0.2)
    push.sandbox.graph.switches.double_notifications = 5
    for number in range(5):
        arrive(push.sandbox, f"mail {number}")
    wait_for(lambda: len(watching.events) >= 5)
    moved = len(watching.cursors)
    wait_for(lambda: len(watching.cursors) > moved + 2)
    assert len(watching.events) == 5


def test_missed_leads_to_a_poll(push: Push) -> None:
    watching = push.watch()
    push.sandbox.graph.switches.lose_notifications = 1
    arrive(push.sandbox, "missed")
    wait_for(lambda: watching.events)


def test_a_subscription_that_is_removed_is_made_anew_and_what_came_meanwhile_is_told(push: Push) -> None:
    watching = push.watch()
    (before,) = push.subscriptions
    push.sandbox.graph.lifecycle(REMOVED)
    arrive(push.sandbox, "in between")
    wait_for(lambda: push.subscriptions)
    assert push.subscriptions[0]["id"] != before["id"]
    wait_for(lambda: watching.events)
    arrive(push.sandbox, "by the new one")
    wait_for(lambda: len(watching.events) == 2)


def test_graph_hears_that_the_app_still_may(push: Push) -> None:
    push.watch()
    push.sandbox.graph.lifecycle("reauthorizationRequired")
    wait_for(lambda: asked(push, "POST", "/reauthorize") == 1)


def test_a_subscription_is_renewed_when_half_of_its_life_is_over(later: Push, clock: Clock) -> None:
    later.watch()
    (before,) = later.subscriptions
    clock.ahead = 13 * 3600
    wait_for(lambda: asked(later, "PATCH", "/subscriptions/") == 1)
    wait_for(lambda: later.subscriptions[0]["expirationDateTime"] > before["expirationDateTime"])
    assert later.subscriptions[0]["id"] == before["id"]


def test_a_subscription_that_went_unheard_is_made_anew_when_it_was_to_be_renewed(
    later: Push, clock: Clock
) -> None:
    later.watch()
    (before,) = later.subscriptions
    later.connector.invoke("subscriptions.delete", {"subscriptionId": before["id"]})
    clock.ahead = 13 * 3600
    wait_for(lambda: later.subscriptions)
    assert later.subscriptions[0]["id"] != before["id"]


def test_a_receiver_that_is_not_there_costs_time_and_no_mail(push: Push) -> None:
    push.hook.handshake = (500, "text/plain", "")
    push.sandbox.fault("POST /subscriptions", status=400, error="ValidationError", times=None)
    watching = push.watch(interval=0.2, until=None)
    wait_for(lambda: watching.problems)
    arrive(push.sandbox, "polled")
    wait_for(lambda: watching.events)
    assert not watching.failed
    assert {one.code for one in watching.problems} == {"badRequest"}


def test_ids_stay_though_the_connection_uses_others(outlook_sandbox: Sandbox) -> None:
    with (
        connect(outlook_sandbox.config(immutableIds=False)) as connector,
        pushing(outlook_sandbox, connector) as push,
    ):
        watching = push.watch(given=dict(INBOX))
        arrive(outlook_sandbox, "first")
        wait_for(lambda: len(watching.events) == 1)
        with connect(outlook_sandbox.config()) as mover:
            message = arrive(outlook_sandbox, "moved on")
            move(mover, message, "archive")
        wait_for(lambda: len(watching.events) == 2)
        assert watching.events[1]["messageId"] == message


def test_an_application_watches_the_mailbox_that_the_input_names(outlook_sandbox: Sandbox) -> None:
    kim = "kim@contoso.example"
    with (
        connect(outlook_sandbox.config(auth="application")) as connector,
        pushing(outlook_sandbox, connector) as push,
    ):
        watching = push.watch(given={"mailbox": kim})
        assert kim in push.subscriptions[0]["resource"]
        arrive(outlook_sandbox, "for Adele")
        outlook_sandbox.deliver(kim, {"subject": "for Kim"})
        wait_for(lambda: watching.events)
        assert [(one["message"]["subject"], one["mailbox"]) for one in watching.events] == [("for Kim", kim)]


def test_what_notifications_named_is_looked_at_though_there_is_more_to_read(outlook_sandbox: Sandbox) -> None:
    """After Graph has lost its place, 250 messages are read again by pages of 10, 20 in a poll."""
    parts = assemble(outlook_sandbox.config())
    with parts.connector as connector:
        context = replace(lasting(parts.context), owner="adele")

        def poll(ids: tuple[str, ...] = (), **cursor: str) -> Answer:
            given = {**INBOX, "limit": 10, **cursor}
            return Poll("message.received", context, received, given, lambda: dict(given), ids).run()

        cursor = poll().told["cursor"]
        for number in range(250):
            arrive(outlook_sandbox, f"mail {number}")
        while (answer := poll(cursor=cursor)).told["more"]:
            cursor = answer.told["cursor"]
        cursor = answer.told["cursor"]
        outlook_sandbox.graph.forget_sync_states()
        gone = arrive(outlook_sandbox, "gone")
        move(connector, gone, "archive")
        answer = poll((gone,), cursor=cursor)
    assert answer.told["more"]
    assert answer.looked
    assert [one["messageId"] for one in answer.told["value"]] == [gone]
