"""Everything that the connector tells of its work, as a host with OpenTelemetry's SDK and a log hears it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import unquote

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from outlook_connector.telemetry import names

USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every log record has: the rest are fields of ours."""


class Ear(InMemorySpanExporter):
    """Keeps spans while somebody listens: the providers stay for as long as the process lives."""

    listening = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return super().export(spans) if self.listening else SpanExportResult.SUCCESS


class Fragile(SpanProcessor):
    """A host's own processor; raises at the moments that ``breaks`` names."""

    breaks: frozenset[str] = frozenset()

    def on_start(self, span: object, parent_context: object = None) -> None:
        self._at("start")

    def on_end(self, span: object) -> None:
        self._at("end")

    def _at(self, moment: str) -> None:
        if moment in self.breaks:
            raise RuntimeError("the pipeline is broken")


@cache
def providers() -> tuple[Ear, InMemoryMetricReader, Fragile]:
    """The providers of this process, which can be set once only."""
    ear, fragile = Ear(), Fragile()
    tracing = TracerProvider()
    tracing.add_span_processor(fragile)
    tracing.add_span_processor(SimpleSpanProcessor(ear))
    trace.set_tracer_provider(tracing)
    delta = AggregationTemporality.DELTA
    reader = InMemoryMetricReader(preferred_temporality={Counter: delta, Histogram: delta})
    metrics.set_meter_provider(MeterProvider([reader]))
    return ear, reader, fragile


class Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.all: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.all.append(record)


Point = tuple[str, dict[str, Any], float]
"""An instrument's name, the attributes, and how many measurements or how much was counted."""


class Heard:
    """What was told since the last ``clear``."""

    def __init__(self, ear: Ear, reader: InMemoryMetricReader, records: Records, fragile: Fragile) -> None:
        self._ear, self._reader, self._records, self.fragile = ear, reader, records, fragile
        self._points: list[Point] = []

    def clear(self) -> None:
        self._ear.clear()
        self._records.all.clear()
        self._reader.get_metrics_data()
        self._points = []

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self._ear.get_finished_spans()

    @property
    def operations(self) -> list[ReadableSpan]:
        return [one for one in self.spans if names.OPERATION in (one.attributes or {})]

    @property
    def requests(self) -> list[ReadableSpan]:
        return [one for one in self.spans if names.METHOD in (one.attributes or {})]

    @property
    def records(self) -> list[dict[str, Any]]:
        """Message, level, logger and fields of each record."""
        return [
            {"message": one.getMessage(), "level": one.levelname, "logger": one.name, **fields(one)}
            for one in self._records.all
        ]

    @property
    def points(self) -> list[Point]:
        data = self._reader.get_metrics_data()
        for resource in data.resource_metrics if data else []:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        amount = point.count if hasattr(point, "count") else point.value
                        self._points.append((metric.name, dict(point.attributes or {}), amount))
        return self._points

    def counted(self, metric: names.Metric, **attributes: Any) -> float:
        """The sum over the points that have these attributes, named as in ``names``: ``REASON="limits"``."""
        wanted = {getattr(names, name): value for name, value in attributes.items()}
        return sum(
            amount
            for name, told, amount in self.points
            if name == metric.name and wanted.items() <= told.items()
        )

    def everything(self) -> str:
        """All of it as one text, as it is and with percent-encodings resolved."""
        spans = [
            [
                one.name,
                dict(one.attributes or {}),
                one.status.description,
                [repr(vars(it)) for it in one.events],
            ]
            for one in self.spans
        ]
        told = "\n".join(leaves([spans, self.points, self.records]))
        return f"{told}\n{unquote(told)}"


def leaves(value: Any) -> Iterator[str]:
    """Every name and value in a nested value, as texts."""
    if isinstance(value, dict):
        yield from leaves([*value, *value.values()])
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from leaves(one)
    else:
        yield str(value)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in USUAL}


@contextmanager
def hearing() -> Iterator[Heard]:
    ear, reader, fragile = providers()
    logger, records = logging.getLogger("outlook_connector"), Records()
    before = logger.level
    logger.addHandler(records)
    logger.setLevel(logging.DEBUG)
    ear.listening = True
    heard = Heard(ear, reader, records, fragile)
    heard.clear()
    try:
        yield heard
    finally:
        ear.listening, fragile.breaks = False, frozenset()
        logger.setLevel(before)
        logger.removeHandler(records)
