"""OpenTelemetry, through its API alone: the host brings the SDK, the exporters and their settings.

A host that has configured OpenTelemetry has imported it, so a look at the modules in memory tells whether anybody
listens, and an application without it never pays for the import.
https://opentelemetry.io/docs/specs/otel/library-guidelines/
"""

import logging
import sys
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from .. import __version__
from .listening import unused
from .names import (
    METRICS,
    SCHEMA_URL,
    Metric,
)
from .unseen import ALONE, Nothing

if TYPE_CHECKING:
    from opentelemetry.trace import Span

log = logging.getLogger("outlook_connector.telemetry")

SCOPE = "outlook_connector"

Attributes = Mapping[str, Any]
Given = ParamSpec("Given")
Result = TypeVar("Result")


def _harmless(method: Callable[Given, Result]) -> Callable[Given, Result | None]:
    """The same method, which gives ``None`` where it fails: the host's processors and readers may raise anything, and
    an operation neither fails nor is left half done because of them."""

    @wraps(method)
    def called(*given: Given.args, **named: Given.kwargs) -> Result | None:
        try:
            return method(*given, **named)
        except Exception as error:  # noqa: BLE001 - it is the host's, and is logged by its type
            log.warning("a span or a measurement was lost: OpenTelemetry raised %s", type(error).__name__)
            return None

    return called


class Signals:
    """The tracer and the instruments. They find the host's providers whenever those are set."""

    def __init__(self) -> None:
        from opentelemetry import context, metrics, trace

        self._trace, self._context = trace, context
        self._tracer = trace.get_tracer(SCOPE, __version__, schema_url=SCHEMA_URL)
        meter = metrics.get_meter(SCOPE, __version__, schema_url=SCHEMA_URL)
        self._histograms = {
            one.name: meter.create_histogram(
                one.name, one.unit, one.description, explicit_bucket_boundaries_advisory=one.buckets
            )
            for one in METRICS
            if one.buckets
        }
        self._counters = {
            one.name: meter.create_counter(one.name, one.unit, one.description)
            for one in METRICS
            if not one.buckets
        }

    @_harmless
    def span(
        self, name: str, attributes: Attributes, parent: "Span | None" = None, client: bool = False
    ) -> "Span":
        """A span that has begun, below ``parent``, else below the current one."""
        kind = self._trace.SpanKind.CLIENT if client else self._trace.SpanKind.INTERNAL
        where = self._trace.set_span_in_context(parent) if parent is not None else None
        return self._tracer.start_span(name, where, kind, dict(attributes))

    @_harmless
    def end(self, span: "Span", attributes: Attributes, failed: bool) -> None:
        """Ends it. A failure has no text, since an error's message may name an address."""
        span.set_attributes(dict(attributes))
        if failed:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()

    def enter(self, span: "Span") -> Any:
        """Makes it the current one, until ``leave`` is called with what this gives."""
        return self._context.attach(self._trace.set_span_in_context(span))

    def leave(self, token: Any) -> None:
        self._context.detach(token)

    @_harmless
    def measured(self, metric: Metric, amount: float, attributes: Attributes) -> None:
        """``amount`` seconds, or times, with those of the attributes that the metric has."""
        told = {name: one for name, one in attributes.items() if name in metric.attributes}
        if metric.buckets:
            self._histograms[metric.name].record(amount, told)
        else:
            self._counters[metric.name].add(int(amount), told)


def signals() -> Signals | None:
    """OpenTelemetry, if anybody in this process uses it."""
    return None if unused() else _found()


def alone() -> Nothing:
    """A block in which instrumentations of HTTP libraries stay silent, where the host uses any.
    https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/base/instrumentor.html"""
    instrumentation = sys.modules.get("opentelemetry.instrumentation.utils")
    quiet = getattr(instrumentation, "suppress_http_instrumentation", None)
    return quiet() if quiet else ALONE


@cache
def _found() -> Signals | None:
    try:
        return Signals()
    except (ImportError, AttributeError, TypeError) as error:
        log.warning(
            "OpenTelemetry's API cannot be used (%s): version 1.30 or later is needed", type(error).__name__
        )
        return None
