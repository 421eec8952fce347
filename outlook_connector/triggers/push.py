"""What a watch with a subscription does next: one machine for notifications, lifecycle events, answers and time. Pure.

``after`` takes what has happened, ``wanted`` says what is to be done now, ``rest`` how long nothing is. What polls
read goes through the machines of the sources (``arrivals`` and the others), so that events and their ids are the
same whichever way a change became known.
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from dataclasses import dataclass, replace
from enum import Enum

REMOVED, REAUTHORIZE, MISSED = "subscriptionRemoved", "reauthorizationRequired", "missed"
LIFECYCLE = (REMOVED, REAUTHORIZE, MISSED)
LEAST = 0.5
"""Seconds from one poll to the next that a notification wakes, so that a busy mailbox costs a poll for many mails."""
REMADE = 2.0
"""Seconds from one subscription or renewal to the next at least: where Graph removes them as soon as they are made, or
lets them end before."""
FIRST_WAIT, LONGEST_WAIT = 10.0, 900.0
"""Seconds until what failed is tried again: the first time, and at most. They double from time to time."""


class Command(Enum):
    """What a watch can do."""

    POLL = "poll"
    SUBSCRIBE = "subscribe"
    RENEW = "renew"
    REAUTHORIZE = "reauthorize"


@dataclass(frozen=True)
class Pace:
    """Seconds between two polls: without a subscription, and with one, when polls look for what no notification told
    of."""

    alone: float
    beside: float


@dataclass(frozen=True)
class Push:
    """Times are epoch seconds. ``subscription`` is its id, empty where there is none; it was made or renewed at
    ``begun`` and ends at ``expires``. ``asked``: Graph wants to hear that the app still may. Graph's own business,
    not that of polls, rests until ``again`` after ``failures`` in a row. The next poll is due at ``due``; ``placed``
    says that one was answered since this worker has begun, the last at ``polled``."""

    subscription: str = ""
    begun: float = 0.0
    expires: float = 0.0
    asked: bool = False
    failures: int = 0
    again: float = 0.0
    due: float = 0.0
    placed: bool = False
    polled: float = 0.0


@dataclass(frozen=True)
class Heard:
    """What arrived at the receiver: ``changed``, where notifications did, and lifecycle events with the ids of their
    subscriptions. Nothing of either is a moment that passed."""

    changed: bool = False
    lifecycle: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Polled:
    """A poll was answered and its events were taken over; ``more`` of them can be had at once."""

    more: bool


@dataclass(frozen=True)
class PollFailed:
    """A poll failed in a way that passes."""


@dataclass(frozen=True)
class Subscribed:
    """There is a subscription now, or it was renewed."""

    subscription: str
    expires: float


@dataclass(frozen=True)
class Reauthorized:
    """Graph has heard that the app still may."""


@dataclass(frozen=True)
class Failed:
    """A command other than a poll failed; ``gone``: since there is no such subscription."""

    gone: bool = False


Happened = Heard | Polled | PollFailed | Subscribed | Reauthorized | Failed


def after(state: Push, happened: Happened, now: float, pace: Pace) -> Push:
    """The state after what has happened. In whichever order and however often Graph tells of something, the worst
    that comes of it is one more poll."""
    state = _believed(state, now, pace)
    match happened:
        case Heard():
            return _heard(state, happened, now)
        case Polled(more):
            due = now if more else now + _between(state, now, pace)
            return replace(state, placed=True, polled=now, due=due)
        case PollFailed():
            return replace(state, due=now + min(pace.alone, _between(state, now, pace)))
        case Subscribed(name, expires):
            due = state.due if name == state.subscription else now
            return replace(
                state,
                subscription=name,
                begun=now,
                expires=expires,
                asked=False,
                failures=0,
                again=now + REMADE,
                due=due,
            )
        case Reauthorized():
            return replace(state, asked=False, failures=0, again=now + REMADE)
        case Failed(gone):
            return _without(state, now) if gone and state.subscription else _later(state, now)


def wanted(state: Push, now: float) -> Command | None:
    """What is to be done now; ``None`` where nothing is. A poll comes first, so that all that a subscription can tell
    of lies behind its place."""
    if not state.placed:
        return Command.POLL if state.due <= now else None
    business = _business(state, now) if state.again <= now else None
    return business or (Command.POLL if state.due <= now else None)


def rest(state: Push, now: float) -> float:
    """Seconds until something is to be done, if nothing is heard until then."""
    if not state.placed:
        return max(state.due - now, 0.0)
    renewal = state.begun + (state.expires - state.begun) / 2 if state.subscription else 0.0
    business = max(state.again, 0.0 if state.asked else renewal)
    return max(min(state.due, business) - now, 0.0)


def _believed(state: Push, now: float, pace: Pace) -> Push:
    """The state without what can only have been written by a clock that was set back since: nothing waits longer than
    it would from now, and a subscription that was made in the future is renewed, which tells when it ends."""
    begun = state.begun if state.begun <= now else min(2 * now - state.expires, now)
    return replace(
        state,
        begun=begun,
        again=min(state.again, now + (_wait(state.failures) if state.failures else REMADE)),
        due=min(state.due, now + _between(state, now, pace)),
        polled=min(state.polled, now),
    )


def _business(state: Push, now: float) -> Command | None:
    if not state.subscription or state.expires <= now:
        return Command.SUBSCRIBE
    if state.begun + (state.expires - state.begun) / 2 <= now:
        return Command.RENEW  # which says as well that the app still may
    return Command.REAUTHORIZE if state.asked else None


def _heard(state: Push, heard: Heard, now: float) -> Push:
    """Events of a subscription that is not this one change nothing of it: it was replaced, or never known of."""
    if heard.changed or any(event in (MISSED, REMOVED) for event, _ in heard.lifecycle):
        state = replace(state, due=min(state.due, max(now, state.polled + LEAST)))
    if not state.subscription:
        return state
    mine = {event for event, name in heard.lifecycle if name == state.subscription}
    if REAUTHORIZE in mine:
        state = replace(state, asked=True)
    return _without(state, now) if REMOVED in mine else state


def _without(state: Push, now: float) -> Push:
    """The subscription is gone."""
    return replace(state, subscription="", expires=0.0, asked=False, due=now)


def _later(state: Push, now: float) -> Push:
    failures = state.failures + 1
    return replace(state, failures=failures, again=now + _wait(failures))


def _wait(failures: int) -> float:
    return min(FIRST_WAIT * 2.0 ** min(failures - 1, 16), LONGEST_WAIT)


def _between(state: Push, now: float, pace: Pace) -> float:
    is_told = state.subscription and now < state.expires
    return pace.beside if is_told else pace.alone
