"""One invocation: its span, its measurements, and the record of its end."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import TracebackType
from typing import Any

from . import names, records
from .addresses import graph_address, upload_address
from .listening import Entry
from .requesting import Exchange, Sent
from .signals import Signals
from .tally import Tally
from .unseen import Kind, Unseen, Unwatched


class Observation(Unseen):
    """An invocation that is looked at. Its requests may come from several threads."""

    def __init__(self, entry: Entry | None, signals: Signals | None) -> None:
        self._name = entry.name if entry else names.OTHER
        self._told: dict[str, Any] = {names.OPERATION: self._name}
        if entry:
            self._told[names.EFFECT] = entry.effect
        self._signals = signals
        self._tally = Tally()
        self._begun = perf_counter()
        self._span = signals.span(self._name, self._told) if signals else None
        self._entered: Any = None

    def __enter__(self) -> "Observation":
        if self._signals and self._span:
            self._entered = self._signals.enter(self._span)
        return self

    def __exit__(self, kind: Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end(perf_counter() - self._begun, error)
        if self._signals and self._entered:
            self._signals.leave(self._entered)

    def on(self, owner: str, keys: Callable[[], bytes]) -> None:
        self._tally.mailbox = hmac.new(keys(), b"mailbox\0" + owner.encode(), hashlib.sha256).hexdigest()[:16]

    def request(self, method: str, base: str, address: str, told: tuple[int, str | None]) -> Unwatched:
        where = graph_address(base, address) if base else upload_address(address)
        sent = Sent(self._name, method, where, *told)
        return Exchange(sent, self._signals, self._span, self._tally.answered)

    def waited(self, reason: str, seconds: float) -> None:
        if seconds > 0:
            self._tally.waited(seconds)
            self._measured(names.WAIT_DURATION, seconds, {names.REASON: reason})

    def retried(self, reason: str, seconds: float) -> None:
        self._tally.retried()
        self._measured(names.RETRIED, 1, {names.REASON: reason})
        self.waited(reason, seconds)

    def happened(self, events: int) -> None:
        self._tally.events = events
        if events:
            self._measured(names.HAPPENED, events, {names.TRIGGER: self._name})

    @contextmanager
    def beginning(self) -> Iterator[None]:
        try:
            with self._current():
                yield
        except BaseException as error:
            self._end(perf_counter() - self._begun, error)
            raise

    def items(self, source: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The caller's own time between two items is not the operation's: it is in the span, and is not measured."""
        busy = perf_counter() - self._begun
        failed: BaseException | None = None
        try:
            while True:
                begun = perf_counter()
                try:
                    with self._current():
                        item = next(source, None)
                finally:
                    busy += perf_counter() - begun
                if item is None:
                    return
                yield item
        except GeneratorExit:
            raise
        except BaseException as error:
            failed = error
            raise
        finally:
            self._end(busy, failed)
            failed = None

    @contextmanager
    def _current(self) -> Iterator[None]:
        """The span is the current one while the connector works, and not while its caller does."""
        entered = self._signals.enter(self._span) if self._signals and self._span else None
        try:
            yield
        finally:
            if self._signals and entered:
                self._signals.leave(entered)

    def _measured(self, metric: names.Metric, amount: float, attributes: dict[str, Any]) -> None:
        if self._signals:
            self._signals.measured(metric, amount, {**self._told, **attributes})

    def _end(self, seconds: float, error: BaseException | None) -> None:
        failure = records.error_type(error)
        self._record(seconds, failure)
        told = {names.ERROR: failure} if failure else {}
        self._measured(names.OPERATION_DURATION, seconds, told)
        if self._signals and self._span:
            self._signals.end(self._span, {**self._tally.attributes, **told}, failed=error is not None)

    def _record(self, seconds: float, failure: str | None) -> None:
        records.operations.info(
            "%s: %s in %.3f s",
            self._name,
            failure or "done",
            seconds,
            extra=records.fields(
                operation=self._name,
                effect=self._told.get(names.EFFECT),
                outcome=failure or "done",
                duration=seconds,
                **self._tally.fields,
            ),
        )
