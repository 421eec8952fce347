"""What adds up in the course of one invocation."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from . import names


@dataclass
class Tally:
    """Requests, repetitions and seconds of waiting, and the last answer. The methods may be called by many threads."""

    mailbox: str | None = None
    events: int | None = None
    _requests: int = 0
    _retries: int = 0
    _seconds: float = 0.0
    _status: int | None = None
    _request_id: str | None = None
    _lock: Lock = field(default_factory=Lock)

    def answered(self, status: int | None, request_id: str | None) -> None:
        """One more request is over, with an answer where there is a status."""
        with self._lock:
            self._requests += 1
            self._status, self._request_id = status or self._status, request_id or self._request_id

    def waited(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds

    def retried(self) -> None:
        with self._lock:
            self._retries += 1

    @property
    def fields(self) -> dict[str, Any]:
        """For a record: by the names of ``names.FIELDS``, ``None`` where nothing is known."""
        return {
            "mailbox": self.mailbox,
            "events": self.events,
            "requests": self._requests,
            "retries": self._retries,
            "waited": self._seconds,
            "status": self._status,
            "request_id": self._request_id,
        }

    @property
    def attributes(self) -> dict[str, Any]:
        """For a span."""
        told = {
            names.MAILBOX: self.mailbox,
            names.EVENTS: self.events,
            names.REQUESTS: self._requests,
            names.RETRIES: self._retries,
            names.WAITED: self._seconds,
            names.STATUS: self._status,
            names.REQUEST_ID: [self._request_id] if self._request_id else None,
        }
        return {name: one for name, one in told.items() if one is not None}
