"""One HTTP request of an invocation: its span, its duration, its record.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from . import names, records
from .addresses import METHODS, Address
from .signals import Signals, alone
from .unseen import Kind, Unwatched

if TYPE_CHECKING:
    from opentelemetry.trace import Span

Ended = Callable[[int | None, str | None], None]
"""Hears of the answer's status and Graph's request id."""


@dataclass(frozen=True)
class Sent:
    """What is known of a request before its answer. ``attempt`` counts from 1."""

    operation: str
    method: str
    address: Address
    attempt: int
    client_request_id: str | None

    @property
    def attributes(self) -> dict[str, Any]:
        known = {
            names.METHOD: self.method if self.method in METHODS else names.OTHER,
            names.SERVER: self.address.server,
            names.PORT: self.address.port,
            names.URL: self.address.full,
            names.TEMPLATE: self.address.template,
            names.RESENT: self.attempt - 1 or None,
            names.CLIENT_REQUEST_ID: [self.client_request_id] if self.client_request_id else None,
        }
        return {name: one for name, one in known.items() if one is not None}

    @property
    def title(self) -> str:
        method = self.method if self.method in METHODS else "HTTP"
        return f"{method} {self.address.template}" if self.address.template else method


class Exchange(Unwatched):
    """A request that is looked at, with a span below ``parent`` where there are ``signals``."""

    def __init__(self, sent: Sent, signals: Signals | None, parent: "Span | None", ended: Ended) -> None:
        self._sent = sent
        self._signals = signals
        self._ended = ended
        self._status: int | None = None
        self._request_id: str | None = None
        self._quiet = ExitStack()
        self._begun = perf_counter()
        self._span = signals.span(sent.title, sent.attributes, parent, client=True) if signals else None

    def __enter__(self) -> Self:
        if self._signals:
            self._quiet.enter_context(alone())
        return self

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        self._quiet.close()
        self._status, self._request_id = status, records.request_id(headers)

    def __exit__(self, kind: Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        seconds = perf_counter() - self._begun
        self._quiet.close()
        refused = str(self._status) if self._status is not None and self._status >= 400 else None
        failure = refused if error is None else records.error_type(error)
        self._ended(self._status, self._request_id)
        self._record(seconds, failure)
        if self._signals is None or self._span is None:
            return
        told = {names.STATUS: self._status, names.ERROR: failure}
        found = {name: one for name, one in told.items() if one is not None}
        ids = {names.REQUEST_ID: [self._request_id]} if self._request_id else {}
        self._signals.end(self._span, {**found, **ids}, failed=failure is not None)
        self._signals.measured(names.REQUEST_DURATION, seconds, {**self._sent.attributes, **found})

    def _record(self, seconds: float, failure: str | None) -> None:
        if not records.operations.isEnabledFor(logging.DEBUG):
            return
        sent = self._sent
        outcome = failure or str(self._status)
        records.operations.debug(
            "%s: %s in %.3f s",
            sent.title,
            outcome,
            seconds,
            extra=records.fields(
                operation=sent.operation,
                method=sent.method,
                url_template=sent.address.template,
                attempt=sent.attempt,
                outcome=outcome,
                status=self._status,
                request_id=self._request_id,
                client_request_id=sent.client_request_id,
                duration=seconds,
            ),
        )
