"""What a watch with a subscription does next: whatever happens in whichever order, it is told again and never rests
with something to do.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlook_connector.triggers.push import (
    LEAST,
    LONGEST_WAIT,
    MISSED,
    REAUTHORIZE,
    REMADE,
    REMOVED,
    Command,
    Failed,
    Happened,
    Heard,
    Pace,
    Polled,
    PollFailed,
    Push,
    Reauthorized,
    Subscribed,
    after,
    rest,
    wanted,
)

PACE = Pace(alone=30, beside=300)
NOW, DAY = 1_800_000_000.0, 86_400.0
WATCHING = Push("s1", begun=NOW, expires=NOW + DAY, due=NOW + 300, placed=True, polled=NOW - 10)


def happens(state: Push, *happenings: Happened, now: float = NOW) -> Push:
    for one in happenings:
        state = after(state, one, now, PACE)
    return state


def done(state: Push, now: float) -> Push:
    """The state once all that is wanted was done and went well."""
    for _ in range(5):
        command = wanted(state, now)
        if command is None:
            return state
        state = happens(state, WELL[command](now), now=now)
    raise AssertionError(f"it never rests: {state}")


WELL: dict[Command, Callable[[float], Happened]] = {
    Command.POLL: lambda now: Polled(more=False),
    Command.SUBSCRIBE: lambda now: Subscribed("new", now + DAY),
    Command.RENEW: lambda now: Subscribed("s1", now + DAY),
    Command.REAUTHORIZE: lambda now: Reauthorized(),
}


def commands(state: Push, now: float) -> list[Command]:
    found = []
    while (command := wanted(state, now)) is not None:
        found.append(command)
        state = happens(state, WELL[command](now), now=now)
    return found


def test_it_begins_with_a_place_then_subscribes_then_looks_for_what_came_in_between() -> None:
    assert commands(Push(), NOW) == [Command.POLL, Command.SUBSCRIBE, Command.POLL]


def test_beside_a_subscription_it_polls_slowly_and_without_one_more_often() -> None:
    assert happens(WATCHING, Polled(more=False)).due == NOW + 300
    assert happens(replace(WATCHING, subscription=""), Polled(more=False)).due == NOW + 30
    assert happens(replace(WATCHING, expires=NOW), Polled(more=False)).due == NOW + 30
    assert happens(WATCHING, Polled(more=True)).due == NOW


@pytest.mark.parametrize("heard", [Heard(changed=True), Heard(lifecycle=((MISSED, "s1"),))])
def test_a_notification_or_a_missed_one_wakes_a_poll(heard: Heard) -> None:
    assert commands(WATCHING, NOW) == []
    assert commands(happens(WATCHING, heard), NOW) == [Command.POLL]


def test_many_notifications_wake_few_polls() -> None:
    state = happens(replace(WATCHING, polled=NOW), Heard(changed=True), Heard(changed=True))
    assert (wanted(state, NOW), rest(state, NOW)) == (None, LEAST)
    assert wanted(state, NOW + LEAST) is Command.POLL


def test_a_removed_subscription_is_made_anew_and_what_came_meanwhile_is_read() -> None:
    state = happens(WATCHING, Heard(lifecycle=((REMOVED, "s1"),)))
    assert commands(state, NOW + 20) == [Command.SUBSCRIBE, Command.POLL]


def test_one_that_is_removed_as_soon_as_it_is_made_is_not_made_anew_at_once() -> None:
    state = happens(WATCHING, Subscribed("s1", NOW + DAY), Heard(lifecycle=((REMOVED, "s1"),)))
    assert commands(state, NOW) == [Command.POLL]
    assert rest(done(state, NOW), NOW) == REMADE


def test_one_that_is_over_as_soon_as_it_is_made_is_not_made_anew_at_once() -> None:
    state = happens(Push(), Polled(more=False), Subscribed("s1", NOW - 1), Polled(more=False))
    assert wanted(state, NOW) is None
    assert wanted(state, NOW + REMADE) is Command.SUBSCRIBE


def test_what_happens_to_another_subscription_changes_nothing_of_this_one() -> None:
    state = happens(WATCHING, Heard(lifecycle=((REMOVED, "s0"), (REAUTHORIZE, "s0"))))
    assert commands(state, NOW) == [Command.POLL]


def test_graph_hears_that_the_app_still_may() -> None:
    state = happens(WATCHING, Heard(lifecycle=((REAUTHORIZE, "s1"),)))
    assert commands(state, NOW) == [Command.REAUTHORIZE]


def test_it_renews_when_half_of_the_life_is_over() -> None:
    assert commands(replace(WATCHING, due=NOW + DAY), NOW + DAY / 2 - 1) == []
    assert commands(replace(WATCHING, due=NOW + DAY), NOW + DAY / 2) == [Command.RENEW]


def test_one_that_has_expired_is_made_anew() -> None:
    assert commands(replace(WATCHING, due=NOW + 2 * DAY), NOW + DAY) == [Command.SUBSCRIBE, Command.POLL]


@pytest.mark.parametrize("gone", [True, False])
def test_a_renewal_that_fails_is_tried_later_or_the_subscription_made_anew(gone: bool) -> None:
    late = NOW + DAY / 2
    state = happens(replace(WATCHING, due=late + 300), Failed(gone), now=late)
    assert commands(state, late) == ([Command.SUBSCRIBE, Command.POLL] if gone else [])
    assert commands(state, late + 20)[0] is (Command.SUBSCRIBE if gone else Command.RENEW)


def test_what_fails_again_and_again_is_tried_ever_more_seldom_while_polls_go_on() -> None:
    state, waits = happens(Push(), Polled(more=False)), []
    for _ in range(12):
        state = happens(state, Failed())
        waits.append(state.again - NOW)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, LONGEST_WAIT)
    assert commands(state, NOW + 30) == [Command.POLL]


def test_a_poll_that_failed_is_tried_soon() -> None:
    assert rest(happens(WATCHING, PollFailed()), NOW) == 30
    impatient = after(WATCHING, PollFailed(), NOW, Pace(alone=30, beside=2))
    assert rest(impatient, NOW) == 2


def test_a_clock_that_is_set_back_holds_up_no_poll() -> None:
    before = happens(WATCHING, Polled(more=False))
    back = happens(before, Heard(), now=NOW - 2 * DAY)
    assert rest(back, NOW - 2 * DAY) <= PACE.beside
    told = happens(before, Heard(changed=True), now=NOW - 2 * DAY)
    assert Command.POLL in commands(told, NOW - 2 * DAY + LEAST)


def test_a_clock_that_is_set_back_has_the_subscription_renewed() -> None:
    back = happens(WATCHING, Heard(), now=NOW - DAY / 4)
    assert commands(back, NOW - DAY / 4) == [Command.RENEW]


def test_what_failed_while_the_clock_was_ahead_is_tried_again_as_soon_as_ever() -> None:
    failed = happens(Push(), Failed(), now=NOW + 30 * DAY)
    state = happens(failed, Polled(more=False))
    assert wanted(state, NOW + 10) is Command.SUBSCRIBE


def test_however_often_graph_asks_it_hears_it_seldom() -> None:
    asks = Heard(lifecycle=((REAUTHORIZE, "s1"),))
    state = happens(WATCHING, asks, Reauthorized(), asks)
    assert commands(state, NOW) == []
    assert commands(state, NOW + REMADE) == [Command.REAUTHORIZE]


NAMES = st.sampled_from(["s1", "new", "other"])
EVENTS = st.tuples(st.sampled_from([REMOVED, REAUTHORIZE, MISSED]), NAMES)
HAPPENINGS: st.SearchStrategy[Happened] = st.one_of(
    st.builds(Heard, st.booleans(), st.lists(EVENTS, max_size=3).map(tuple)),
    st.builds(Polled, st.booleans()),
    st.just(PollFailed()),
    st.builds(Subscribed, NAMES, st.floats(NOW, NOW + 7 * DAY)),
    st.just(Reauthorized()),
    st.builds(Failed, st.booleans()),
)
STORIES = st.lists(st.tuples(st.floats(-DAY, DAY), HAPPENINGS), max_size=20)
"""With the seconds from one to the next, by a clock that may be set back."""


@settings(max_examples=50, deadline=None)
@given(STORIES)
def test_whatever_happens_it_comes_to_rest_subscribed_and_knows_when_to_go_on(
    story: list[tuple[float, Happened]],
) -> None:
    state, now = Push(), NOW
    for passed, happened in story:
        now += passed
        state = after(state, happened, now, PACE)
    quiet = done(state, now)
    assert 0 <= rest(quiet, now) <= PACE.beside
    later = now + LONGEST_WAIT
    settled = done(quiet, later)
    assert settled.subscription, "whatever failed, there is one again within the longest wait"
    assert later < settled.expires
    assert not settled.asked


@settings(max_examples=50, deadline=None)
@given(STORIES)
def test_whatever_happened_a_notification_leads_to_a_poll(story: list[tuple[float, Happened]]) -> None:
    state, now = Push(), NOW
    for passed, happened in story:
        now += passed
        state = after(state, happened, now, PACE)
    state = done(state, now)
    told = after(state, Heard(changed=True), now, PACE)
    assert Command.POLL in commands(told, now + LEAST)


@settings(max_examples=50, deadline=None)
@given(STORIES)
def test_while_it_rests_nothing_is_wanted(story: list[tuple[float, Happened]]) -> None:
    state, now = Push(), NOW
    for passed, happened in story:
        now += passed
        state = after(state, happened, now, PACE)
    pause = rest(state, now)
    assert (wanted(state, now) is None) == (pause > 0)
    assert wanted(state, now + pause + 0.001) is not None
