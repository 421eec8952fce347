"""What an answer of Graph means. Pure: status, headers and body come in, a result or an error goes out.

https://learn.microsoft.com/graph/errors
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import (
    AuthError,
    Conflict,
    ConnectorError,
    Forbidden,
    GraphError,
    NotFound,
    ServiceUnavailable,
    Throttled,
    UnexpectedResponse,
)
from .frozen import frozen
from .json_reading import read_json
from .redaction import one_line

LONGEST_MESSAGE = 500
LONGEST_NAME = 100
LONGEST_TEXT = 4096
"""Characters of an id, an address or a time."""
LONGEST_WAIT = 600.0


@frozen
class Reply:
    """One answer: ``headers`` answer to lower-case names. ``value`` is the body where that was read already, as a part
    of a batch; ``body`` is empty then."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    value: Any = None

    def json(self) -> dict[str, Any]:
        """The body as an object; an empty body is ``{}``. Raises ``UnexpectedResponse``."""
        if self.value is None and not self.body.strip():
            return {}
        try:
            value = self.read()
        except ValueError:
            raise UnexpectedResponse(
                "Graph's answer is not JSON.", details=_facts(self, {}), retryable=False
            ) from None
        if not isinstance(value, dict):
            raise UnexpectedResponse("Graph's answer is not a JSON object.", details=_facts(self, {}))
        return value

    def read(self) -> Any:
        """The body's value. Raises ``ValueError`` where it has none."""
        return read_json(self.body) if self.value is None else self.value


_BY_STATUS: Mapping[int, type[GraphError]] = {
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    429: Throttled,
}

_CODES: Mapping[int, str] = {400: "badRequest", 405: "badRequest", 413: "tooLarge", 415: "badRequest"}

_ADVICE: Mapping[str, str] = {
    "MailboxNotEnabledForRESTAPI": "The account has no Exchange Online mailbox that Graph can reach: check its "
    "licence, or whether the mailbox is on-premises, inactive or soft-deleted.",
    "ErrorAccessDenied": "The token lacks a permission for this, or the mailbox is not shared with the account: "
    "`outlook-connector doctor` shows which permissions are granted.",
    "Authorization_RequestDenied": "The token lacks a permission for this: `outlook-connector doctor` shows which "
    "permissions are granted.",
    "ErrorSendAsDenied": "The account may not send as this sender: grant Send As or Send on Behalf in Exchange, or "
    "leave `from` out.",
    "ErrorItemNotFound": "The item is not there: it was deleted, moved under an id that is not immutable, or is in "
    "another mailbox.",
    "ErrorInvalidUser": "The tenant knows no such mailbox: check `mailbox`.",
    "Request_ResourceNotFound": "The tenant knows no such user: check `mailbox`.",
    "ErrorInvalidIdMalformed": "The id is not one of Graph's: pass it on exactly as it was received.",
    "ErrorMessageSizeExceeded": "The message is larger than the mailbox allows.",
    "InefficientFilter": "Graph cannot filter and sort that way: the properties of orderBy must come first in "
    "filter, in the same order.",
}


def error_of(reply: Reply) -> ConnectorError:
    """The error that a refusal (status 300 or more) stands for."""
    told = _told(reply)
    graph_code = _short(told.get("code") or "")
    text = one_line(str(told.get("message") or "no explanation given")[:LONGEST_MESSAGE])
    if reply.status == 401:
        return _refused_token(reply, graph_code, text)
    kind = _BY_STATUS.get(reply.status) or (ServiceUnavailable if reply.status >= 500 else GraphError)
    advice = _ADVICE.get(graph_code)
    return kind(
        f"Graph refused with {reply.status} {graph_code}: {text}" + (f" {advice}" if advice else ""),
        status=reply.status,
        graph_code=graph_code or None,
        request_id=request_id(reply, told),
        retry_after=retry_after(reply.headers, datetime.now(UTC)),
        code=_CODES.get(reply.status),
        retryable=reply.status in (429, 502, 503, 504, 509),
        details={"advice": advice} if advice else None,
    )


_REFUSED: tuple[tuple[str, str], ...] = (
    ("audience", "it was issued for another service or cloud"),
    ("expired", "it has expired, or this machine's clock is off"),
    ("lifetime", "it has expired, or this machine's clock is off"),
    ("80049228", "it has expired, or this machine's clock is off"),
    ("signature", "its signature is not that of this cloud's Microsoft Entra"),
    ("signing key", "its signature is not that of this cloud's Microsoft Entra"),
    ("revoked", "the sign-in behind it was revoked"),
    ("parsing", "it is no token of Microsoft Entra"),
    ("well formed", "it is no token of Microsoft Entra"),
    ("is empty", "none arrived: a proxy on the way may have taken it out"),
)
"""What Graph writes with a 401 → what is told of it. Nothing of the text itself is: it may quote the token, which is
no word that could be recognised and taken out."""


def _refused_token(reply: Reply, graph_code: str, text: str) -> AuthError:
    advice = (
        "Check that `cloud`, `graphUrl` and `graphAudience` belong together; sign in again if the account's "
        "sessions were revoked."
    )
    why = next((f": {told}" for word, told in _REFUSED if word in text.lower()), "")
    named = {"graphCode": graph_code} if graph_code.replace("_", "").isalpha() else {}
    return AuthError(
        f"Graph refused the access token{why}. {advice}",
        code="tokenRefused",
        details={**_facts(reply, {}), **named, "advice": advice},
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from a number (fractions too) or an HTTP date; clamped to 0..600. ``None`` if not given.
    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None  # noqa: PLR0124 - not NaN


def request_id(reply: Reply, told: Mapping[str, Any] | None = None) -> str | None:
    """Graph's id of the request, for a support case: in a header, or in the error in several spellings."""
    told = told or {}
    inner = told.get("innerError") or told.get("innererror")
    inner = inner if isinstance(inner, dict) else {}
    found = reply.headers.get("request-id") or inner.get("request-id") or inner.get("requestId")
    return _short(found) if found else None


def _short(told: Any) -> str:
    """What Graph calls something: a name or an id, and no more than that."""
    return one_line(str(told)[:LONGEST_NAME])


def text_of(resource: Mapping[str, Any], name: str) -> str:
    """A text that Graph has to give. Raises ``UnexpectedResponse`` where it does not."""
    value = resource.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise UnexpectedResponse(f"Graph's answer has no {name} where one is due.")
    return value


def _told(reply: Reply) -> Mapping[str, Any]:
    try:
        value = reply.read()
    except ValueError:
        return {}
    told = value.get("error") if isinstance(value, dict) else None
    return told if isinstance(told, dict) else {}


def _facts(reply: Reply, told: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": reply.status, "requestId": request_id(reply, told)}
