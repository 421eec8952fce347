"""Every name that telemetry uses, as tables: what is not here is not told.

Where OpenTelemetry has a name for something, it is that one: https://opentelemetry.io/docs/specs/semconv/http/
"""

from collections.abc import Mapping, Sequence

from ..frozen import frozen

SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"
"""The version of OpenTelemetry's names that is meant."""

OTHER = "_OTHER"
"""Stands for a name that is not one of those known, which could be anything. The word is OpenTelemetry's."""

OPERATION = "outlook_connector.operation"
EFFECT = "outlook_connector.effect"
MAILBOX = "outlook_connector.mailbox"
REQUESTS = "outlook_connector.requests"
RETRIES = "outlook_connector.retries"
WAITED = "outlook_connector.waited"
EVENTS = "outlook_connector.events"
REASON = "outlook_connector.wait.reason"
TRIGGER = "outlook_connector.trigger"
AUTH = "outlook_connector.auth"
ERROR = "error.type"
METHOD = "http.request.method"
STATUS = "http.response.status_code"
RESENT = "http.request.resend_count"
SERVER = "server.address"
PORT = "server.port"
URL = "url.full"
TEMPLATE = "url.template"
REQUEST_ID = "http.response.header.request-id"
CLIENT_REQUEST_ID = "http.request.header.client-request-id"

ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "operation": (
        OPERATION, EFFECT, MAILBOX, REQUESTS, RETRIES, WAITED, EVENTS, ERROR, STATUS, REQUEST_ID,
    ),
    "request": (
        METHOD, URL, TEMPLATE, SERVER, PORT, RESENT, STATUS, ERROR, REQUEST_ID, CLIENT_REQUEST_ID,
    ),
    "refresh": (AUTH, ERROR),
}  # fmt: skip
"""Kind of span → the attributes that it may have."""

FIELDS = (
    "operation", "effect", "mailbox", "outcome", "requests", "retries", "waited", "events", "status", "request_id",
    "client_request_id", "duration", "method", "url_template", "attempt", "failure", "wait", "auth",
)  # fmt: skip
"""The fields of log records."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""The bounds that OpenTelemetry advises for the duration of HTTP requests."""
LONGER = (*SECONDS, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Those, and what a whole operation or a wait for Graph's ``Retry-After`` can take."""


@frozen
class Metric:
    """One instrument: a histogram of seconds where it has ``buckets``, else a counter."""

    name: str
    unit: str
    description: str
    attributes: Sequence[str]
    buckets: Sequence[float] = ()


OPERATION_DURATION = Metric(
    "outlook_connector.operation.duration",
    "s",
    "Time that an operation or a poll took, waits included; of an iteration, without the caller's own time.",
    (OPERATION, EFFECT, ERROR),
    LONGER,
)
REQUEST_DURATION = Metric(
    "http.client.request.duration",
    "s",
    "Duration of HTTP client requests.",
    (METHOD, SERVER, PORT, TEMPLATE, STATUS, ERROR),
    SECONDS,
)
WAIT_DURATION = Metric(
    "outlook_connector.wait.duration",
    "s",
    "Time spent waiting: for the mailbox's limits, or before a repetition, by what made it needed.",
    (OPERATION, REASON),
    LONGER,
)
RETRIED = Metric(
    "outlook_connector.retries", "{retry}", "Requests sent again, by what had failed.", (OPERATION, REASON)
)
REFRESHES = Metric("outlook_connector.token.refreshes", "{refresh}", "Tokens asked for.", (AUTH, ERROR))
HAPPENED = Metric(
    "outlook_connector.trigger.events", "{event}", "Events that polls have answered with.", (TRIGGER,)
)

METRICS = (OPERATION_DURATION, REQUEST_DURATION, WAIT_DURATION, RETRIED, REFRESHES, HAPPENED)
