"""``watch`` with a subscription: the machine of ``push``, driven by the store, Graph and the clock.

One worker at a time holds the watch and drives it; others wait. What it lives by is in the store: the secret, the
subscription, the place that the host has taken events over to, and the marks of notifications.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ConnectorError, InvalidInput, NotFound
from ..store import Store, StoreConflict
from . import push, watches
from .bell import Bell
from .holding import Hold
from .polling import Answer
from .push import Command, Failed, Happened, Heard, Pace, Polled, PollFailed, Push, Reauthorized
from .source import Subject
from .subscribing import Address, Call, Subscribing
from .watches import Marks, Watch
from .webhook import client_state, new_secret

log = logging.getLogger("outlook_connector.triggers")

LOOK = 1.0
"""Seconds between two looks at the marks, which another process may have left."""
CATCH_UP, TAKE_OVER = 300.0, 30.0
"""Seconds between two polls beside a subscription, and after which another worker goes on for one that was killed."""
LOOKS = 200
"""Messages that notifications named and one poll looks at."""
BEGINNINGS = frozenset({"cursor", "since"})
"""Inputs that say where a watch begins that has no place, or one that is refused."""


@dataclass(frozen=True)
class Means:
    """What a watch is driven by. ``poll`` takes the input and the ids that notifications named; ``clock`` gives epoch
    seconds; ``bell`` rings when notifications arrive in this process, and when the connection is closed."""

    store: Store
    poll: Callable[[Mapping[str, Any], tuple[str, ...]], Answer]
    call: Call
    clock: Callable[[], float]
    bell: Bell


@dataclass(frozen=True)
class Settings:
    """``name`` is the watch's in the store; ``take_over`` seconds after a worker has died another one goes on."""

    name: str
    given: Mapping[str, Any]
    address: Address
    pace: Pace
    take_over: float
    on_cursor: Callable[[str], object] = lambda cursor: None
    on_problem: Callable[[ConnectorError], object] = lambda error: None


class _Lost(Exception):
    """Another worker has the watch."""


def watch(means: Means, settings: Settings) -> Iterator[dict[str, Any]]:
    """Events as they come, until the connection is closed. Raises every ``ConnectorError`` of a poll that does not pass
    by itself; what fails about the subscription ``on_problem`` hears, and polls go on without it."""
    while not means.bell.closed:
        hold = Hold(means.store, f"hold/{settings.name}", settings.take_over)
        if not _attempted(hold, settings):
            means.bell.wait(means.bell.rings, min(LOOK, settings.take_over / 4))
            continue
        try:
            with hold:
                yield from _Worker(means, settings, hold).events()
        except (_Lost, StoreConflict):
            log.info("another worker goes on with a watch")
        except ConnectorError as error:
            if not error.retryable:
                raise
            # The store's: what was not written down comes again, with the same ids.
            settings.on_problem(error)
            means.bell.wait(means.bell.rings, settings.pace.alone)


def _attempted(hold: Hold, settings: Settings) -> bool:
    try:
        return hold.take()
    except ConnectorError as error:
        if not error.retryable:
            raise
        settings.on_problem(error)
        return False


class _Worker:
    """The worker that holds a watch."""

    def __init__(self, means: Means, settings: Settings, hold: Hold) -> None:
        self._means, self._settings, self._hold = means, settings, hold
        found, self._version = watches.load_watch(means.store, settings.name)
        self._watch = found or Watch(new_secret())
        self._saved = found
        self._subject: Subject | None = None
        self._push = self._watch.push if self._watch.address == settings.address.print else Push()
        self._marks, self._anew = Marks(), False

    def events(self) -> Iterator[dict[str, Any]]:
        self._save()
        while not self._means.bell.closed:
            self._check()
            rings = self._means.bell.rings
            self._hear()
            command = push.wanted(self._push, self._means.clock())
            if command is None:
                idle = push.rest(self._push, self._means.clock()) + 0.001
                self._means.bell.wait(rings, min(LOOK, idle))
            elif command is Command.POLL:
                yield from self._polled()
            else:
                self._settle(command)

    def _hear(self) -> None:
        """Takes up the marks, and that time has passed. Ids stay in the store until a poll has kept what came of them;
        of the rest, what has to outlive this worker is in its row, and whoever goes on after it polls at once."""
        self._marks, _ = watches.load_marks(self._means.store, self._settings.name)
        self._happened(Heard(self._marks.heard > 0, self._marks.lifecycle))
        if not (self._marks.heard or self._marks.lifecycle):
            return
        self._check()
        watches.drop_marks(
            self._means.store,
            self._settings.name,
            Marks(self._marks.heard, lifecycle=self._marks.lifecycle),
        )

    def _polled(self) -> Iterator[dict[str, Any]]:
        cursor = None if self._anew else self._watch.cursor
        ids = self._marks.ids[:LOOKS]
        asked = {**self._settings.given, **({"cursor": cursor} if cursor else {})}
        try:
            answer = self._means.poll(asked, ids)
        except ConnectorError as error:
            self._check()  # a worker that was taken over asks with a cursor that is kept no more
            if cursor and _is_of_cursor(error) and BEGINNINGS & self._settings.given.keys():
                self._begin_anew()
            elif error.retryable:
                self._problem("a poll", error, PollFailed())
            else:
                raise
            return
        self._subject = answer.subject
        if self._subject is None:
            raise not_pushed()
        for event in answer.told["value"]:
            yield event
            self._check()
        self._watch, self._anew = replace(self._watch, cursor=answer.told["cursor"]), False
        more = answer.told["more"] or len(self._marks.ids) > len(ids) or bool(ids and not answer.looked)
        self._happened(Polled(more))
        if answer.looked and ids:
            watches.drop_marks(self._means.store, self._settings.name, Marks(ids=ids))
        self._settings.on_cursor(answer.told["cursor"])

    def _begin_anew(self) -> None:
        """The place that is refused stays until there is another, so that it is not lost unnoticed."""
        given = " and ".join(sorted(BEGINNINGS & self._settings.given.keys()))
        told = f"The place of a watch is kept no more: it begins anew with the {given} that the input gives."
        log.warning(told)
        self._anew = True
        self._settings.on_problem(InvalidInput(told, code="cursorLost"))

    def _settle(self, command: Command) -> None:
        """Does what is Graph's business with the subscription, and nothing that a poll must wait for if it fails."""
        state = client_state(self._settings.name, self._watch.secret)
        graph = Subscribing(self._means.call, self._settings.address, state, self._means.clock)
        try:
            self._happened(self._done(graph, command))
        except NotFound as error:
            self._problem(command.value, error, Failed(gone=command is not Command.SUBSCRIBE))
        except ConnectorError as error:
            self._problem(command.value, error, Failed())

    def _done(self, graph: Subscribing, command: Command) -> Happened:
        if command is Command.SUBSCRIBE and self._subject is not None:
            return graph.create(self._subject)
        if command is Command.RENEW:
            return graph.renew(self._push.subscription)
        graph.reauthorize(self._push.subscription)
        return Reauthorized()

    def _problem(self, what: str, error: ConnectorError, happened: Happened) -> None:
        log.warning("%s failed (%s); it is tried again", what, error.code)
        self._happened(happened)
        self._settings.on_problem(error)

    def _happened(self, happened: Happened) -> None:
        self._push = push.after(self._push, happened, self._means.clock(), self._settings.pace)
        self._save()

    def _save(self) -> None:
        """Writes the row where something changed that outlives this worker. Raises ``StoreConflict``."""
        lasting = replace(self._push, due=0.0, placed=False, polled=0.0)
        kept = replace(self._watch, push=lasting, address=self._settings.address.print)
        if kept != self._saved:
            self._version = watches.save_watch(self._means.store, self._settings.name, kept, self._version)
            self._saved = kept

    def _check(self) -> None:
        if not self._hold.ours:
            raise _Lost


def _is_of_cursor(error: ConnectorError) -> bool:
    problems = error.details.get("problems", ()) if isinstance(error, InvalidInput) else ()
    return any(one["pointer"] == "/cursor" for one in problems)


def not_pushed() -> InvalidInput:
    """The error for a trigger that Graph has no notifications for."""
    return InvalidInput(
        "Graph has no notifications of folders: leave push out, and the trigger is polled.", code="notPushed"
    )
