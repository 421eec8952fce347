"""Faults that a test orders: a status instead of the work, a dropped connection, a delay."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import unquote

from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.recorder import Service

Drop = Literal["before", "after", "during"]

# Status -> Graph's error code and message: https://learn.microsoft.com/graph/errors
_GRAPH_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "The request is malformed or incorrect."),
    401: ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
    403: ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    404: ("ErrorItemNotFound", "The specified object was not found in the store."),
    409: ("ErrorIrresolvableConflict", "The send or update operation could not be performed."),
    410: ("SyncStateNotFound", "The sync state generation is not found."),
    412: (
        "ErrorIrresolvableConflict",
        "The change key passed in the request does not match the current one.",
    ),
    413: ("ErrorMessageSizeExceeded", "The message exceeds the maximum supported size."),
    423: ("ErrorMailboxLocked", "The mailbox is being moved. Try again later."),
    429: ("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    500: ("ErrorInternalServerError", "An internal server error occurred. The operation failed."),
    502: ("BadGateway", "Bad gateway."),
    503: ("ErrorServerBusy", "The server cannot service this request right now. Try again later."),
    504: ("GatewayTimeout", "The gateway did not receive a response in time."),
    507: ("ErrorQuotaExceeded", "The mailbox exceeded its quota."),
    509: ("ErrorBandwidthLimitExceeded", "Your app has been throttled for exceeding the bandwidth cap."),
}
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_TRANSIENT = (90033, "A transient error has occurred. Please try again.")
_ENTRA_ERRORS: Mapping[int, tuple[int, str]] = {
    429: (90055, "There are too many incoming requests for the tenant. Please try again later."),
}


@dataclass(frozen=True)
class Fault:
    """One order. `match` is "METHOD path-glob"; `times` is None where it holds for ever."""

    match: str
    status: int | None = None
    error: str | None = None
    body: str | None = None
    retry_after: float | None = None
    drop: Drop | None = None
    delay: float = 0.0
    times: int | None = 1

    def __post_init__(self) -> None:
        if len(self.match.split(" ", 1)) != 2:
            raise ValueError('match must be "METHOD path", as in "POST /me/sendMail"')
        if self.drop not in (None, *get_args(Drop)):
            raise ValueError('drop must be "before", "after" or "during"')
        if not (self.status or self.drop or self.delay):
            raise ValueError("a fault needs a status, a drop or a delay")

    def fits(self, service: Service, call: Call) -> bool:
        """Compares the path unescaped and without regard to case; a Graph path counts without its version."""
        method, glob = self.match.split(" ", 1)
        path = unquote(call.path)
        if service == "graph":
            path = re.sub(r"^/(v1\.0|beta)(?=/|$)", "", path)
        pattern = ".*".join(re.escape(unquote(part)) for part in glob.split("*"))
        return method.upper() in ("*", call.method) and bool(
            re.fullmatch(pattern, path, re.IGNORECASE | re.DOTALL)
        )

    def answer(self, service: Service, call: Call, now: datetime) -> Answer | None:
        """What is answered in place of the work; None where the work is done as ever."""
        if self.status is None:
            return None
        ids = {
            "request-id": str(uuid.uuid4()),
            "client-request-id": call.headers.get("client-request-id", ""),
        }
        headers = {**ids, "Content-Type": "application/json"}
        if self.retry_after is not None:
            headers["Retry-After"] = f"{self.retry_after:g}"
        if self.body is not None:
            return Answer(self.status, self.body.encode(), headers)
        make = _graph_error if service == "graph" else _entra_error
        return Answer.json(
            self.status, make(self, {"date": now.strftime("%Y-%m-%dT%H:%M:%S"), **ids}), headers
        )


class Faults:
    """The faults in force, oldest first; the first that fits a request is used up by it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, service: Service, call: Call) -> Fault | None:
        """The fault that hits this request, its `times` counted down."""
        with self._lock:
            found = next((f for f in self._faults if f.times != 0 and f.fits(service, call)), None)
            if found is not None and found.times is not None:
                self._faults[self._faults.index(found)] = replace(found, times=found.times - 1)
            return found

    def in_place(self, service: Service, call: Call, now: datetime) -> Answer | None:
        """What a fault answers for one part of a batch: it has no connection, so a drop becomes a 504 instead."""
        fault = self.take(service, call)
        if fault is None:
            return None
        time.sleep(fault.delay)
        ordered = replace(fault, status=504) if fault.drop else fault
        return ordered.answer(service, call, now)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()


def _graph_error(fault: Fault, inner: dict[str, str]) -> dict[str, Any]:
    code, message = _GRAPH_ERRORS.get(fault.status or 0, ("UnknownError", "An unknown error occurred."))
    return {"error": {"code": fault.error or code, "message": message, "innerError": inner}}


def _entra_error(fault: Fault, inner: dict[str, str]) -> dict[str, Any]:
    number, text = _ENTRA_ERRORS.get(fault.status or 0, _TRANSIENT)
    return {
        "error": fault.error or "temporarily_unavailable",
        "error_description": f"AADSTS{number}: {text}",
        "error_codes": [number],
        "trace_id": inner["request-id"],
        "correlation_id": inner["client-request-id"],
    }
