"""What the host itself refuses, and the status of every error in one table."""

from collections.abc import Mapping
from typing import Any

from ...errors import (
    AuthError,
    ConfigError,
    Conflict,
    ConnectorError,
    ConsentRequired,
    Forbidden,
    GraphError,
    InvalidInput,
    NotFound,
    OperationDenied,
    OutcomeUnknown,
    ServiceUnavailable,
    Throttled,
    TransportError,
    UnexpectedResponse,
    UnknownOperation,
)


class RequestRefused(ConnectorError):
    """The host refuses the request itself: ``code`` says why, and ``OWN`` has its status."""

    default_code = "badRequest"


def stopped() -> RequestRefused:
    """The host was told to stop, and ends what has not."""
    return RequestRefused("The host was stopped before this had ended.", code="stopping", retryable=True)


OWN: Mapping[str, int] = {
    "badRequest": 400,
    "connectionNotNamed": 400,
    "wrongKey": 401,
    "foreignOrigin": 403,
    "foreignHost": 403,
    "unknownConnection": 404,
    "unknownPath": 404,
    "wrongMethod": 405,
    "notAcceptable": 406,
    "tooSlow": 408,
    "tooLarge": 413,
    "notJson": 415,
    "notBytes": 415,
    "busy": 503,
    "stopping": 503,
}
"""Code of a ``RequestRefused`` → status."""

CODES: Mapping[str, int] = {
    "mailsPerHour": 429,
    "limitReached": 429,
    "draftChanged": 409,
    "keyTakenOver": 409,
    "pollTakenOver": 409,
}
"""Code of an error whose kind does not tell it → status."""

TABLE: tuple[tuple[type[ConnectorError], int], ...] = (
    (InvalidInput, 400),
    (UnknownOperation, 404),
    (OperationDenied, 403),
    (ConfigError, 409),
    (ConsentRequired, 403),
    (AuthError, 401),
    (OutcomeUnknown, 424),
    (TransportError, 504),
    (UnexpectedResponse, 502),
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Throttled, 429),
    (ServiceUnavailable, 503),
    (GraphError, 422),
)
"""Error → status, the first that fits. An unknown outcome has none of the 5xx that clients and gateways repeat by
themselves: a mail could go out twice. https://www.rfc-editor.org/rfc/rfc9110#section-15"""

OTHER = 500
LATER = 503


def status_of(error: ConnectorError) -> int:
    """The status of an error. Where the tables have none: 503 for what may be repeated, else 500."""
    if isinstance(error, RequestRefused):
        return OWN.get(error.code, OTHER)
    if error.code in CODES:
        return CODES[error.code]
    otherwise = LATER if error.retryable else OTHER
    return next((status for kind, status in TABLE if isinstance(error, kind)), otherwise)


def headers_of(error: ConnectorError) -> dict[str, str]:
    """``Retry-After`` in whole seconds where one is known; ``WWW-Authenticate`` with a 401, which has to have one."""
    found: dict[str, str] = {}
    wait: Any = error.details.get("retryAfter")
    if isinstance(wait, (int, float)):
        found["Retry-After"] = str(max(1, round(wait + 0.499)))
    if status_of(error) == 401:
        scheme = "ApiKey" if isinstance(error, RequestRefused) else "MicrosoftEntra"
        found["WWW-Authenticate"] = f'{scheme} realm="outlook-connector"'
    return found
