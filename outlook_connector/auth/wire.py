"""The HTTP client that msal is given: the connector's session, with every failure turned into one of our errors.

msal sees good answers only. So it caches no refusal (a 400 would be repeated from memory for a minute), and nothing
that went wrong reaches its logs, which would quote whole answers.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ..config import Config
from ..errors import ConnectorError, TransportError, UnexpectedResponse
from ..frozen import frozen
from ..json_reading import read_json
from ..store import Clock

LONGEST_WAIT = 10.0
"""Seconds to wait for an answer at most: a lease is held meanwhile."""

PAUSES = (0.2, 0.8)
"""Seconds before the second and the third attempt."""

REPEATABLE = frozenset({"refresh_token", "client_credentials"})
"""Grants that may be sent again after a lost answer; a code is good for one attempt only."""


@frozen
class Received:
    """A good answer in the form that msal reads; its headers are left out, since they would steer msal's cache."""

    status_code: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """A good answer has nothing to raise."""


class Wire:
    """``get`` and ``post`` for msal. Raises ``AuthError``, ``TransportError`` or ``UnexpectedResponse``.

    ``skew`` is by how many seconds this machine's clock is ahead of the last answer's ``Date``; ``None`` before one.
    ``session`` is a ``requests.Session``, or an object whose ``current()`` returns one. ``explain`` makes the error of
    a refusal, ``transient`` are statuses that count as 5xx does.
    """

    def __init__(
        self,
        config: Config,
        session: Any,
        clock: Clock = time,
        explain: Callable[[Mapping[str, Any]], ConnectorError] | None = None,
        transient: frozenset[int] = frozenset(),
    ) -> None:
        self._explain = explain or partial(_explained, config)
        self._transient = transient
        self.skew: float | None = None
        self._session = session
        self._clock = clock
        self._timeout = (
            min(config.http.connect_timeout, LONGEST_WAIT),
            min(config.http.timeout, LONGEST_WAIT),
        )

    def get(self, url: str, **options: Any) -> Received:
        return self._exchange("get", url, options, PAUSES)

    def post(self, url: str, **options: Any) -> Received:
        grant = dict(options.get("data") or {}).get("grant_type")
        return self._exchange("post", url, options, PAUSES if grant in REPEATABLE else ())

    def close(self) -> None:
        """The session belongs to whoever gave it."""

    def _exchange(
        self, method: str, url: str, options: dict[str, Any], pauses: tuple[float, ...]
    ) -> Received:
        for pause in pauses:
            outcome = self._attempt(method, url, options)
            if not (isinstance(outcome, TransportError) and outcome.retryable and _soon(outcome)):
                break
            self._clock.sleep(max(pause, float(outcome.details.get("retryAfter", 0))))
        else:
            outcome = self._attempt(method, url, options)
        if isinstance(outcome, ConnectorError):
            raise outcome
        return outcome

    def _attempt(self, method: str, url: str, options: dict[str, Any]) -> "Received | ConnectorError":
        """Returns the error instead of raising it, so that no traceback leads to the request and its secrets."""
        current = getattr(self._session, "current", None)
        session = current() if callable(current) else self._session
        host = urlsplit(url).netloc
        try:
            response = getattr(session, method)(url, **options, timeout=self._timeout, allow_redirects=False)
            status, text, headers = response.status_code, response.text, response.headers
        except (OSError, ValueError) as error:  # requests' errors are OSErrors, and ValueErrors for bad URLs
            from . import refusals

            return refusals.no_answer(error, host)
        self._compare(headers.get("Date"))
        return self._judged(host, int(status), str(text), headers)

    def _compare(self, date: str | None) -> None:
        try:
            stated = parsedate_to_datetime(date).timestamp() if date else None
        except ValueError:
            return
        if stated is not None:
            self.skew = self._clock.time() - stated

    def _judged(
        self, host: str, status: int, text: str, headers: Mapping[str, str]
    ) -> "Received | ConnectorError":
        if status == 429 or status >= 500 or status in self._transient:
            from . import refusals

            return refusals.unavailable(status, host, _seconds(headers.get("Retry-After")))
        answer = _json_object(text)
        if answer is None or 300 <= status < 400:
            return UnexpectedResponse(
                f"{host} answered with something else than JSON (HTTP {status}). Check that no proxy or network "
                "sign-in page stands in between, and authority where it is set.",
                details={"host": host, "status": status, "configKey": "authority"},
            )
        if status >= 400 or "error" in answer:
            return self._explain(answer)
        return Received(status, text)


def _explained(config: Config, answer: Mapping[str, Any]) -> ConnectorError:
    from . import refusals  # late, as all that explains: most processes meet no refusal

    return refusals.explain(answer, config)


def _soon(outcome: TransportError) -> bool:
    """Whether it makes sense to come again within the second; a timeout has cost enough by now."""
    return (
        float(outcome.details.get("retryAfter", 0)) <= 1
        and outcome.details.get("configKey") != "http.timeout"
    )


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = read_json(text.encode())
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
