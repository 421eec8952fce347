"""What arrived at the sandbox, for tests to look at; never a token, a body or a cookie."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from outlook_connector.sandbox.exchange import Call

Service = Literal["entra", "graph"]
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-identity-header"})


@dataclass
class Recorded:
    """One request. `status` is None until it is answered, and stays so where the connection was dropped. `began` and
    `ended` are seconds of the monotonic clock: when it had arrived, and when its answer was ready or refused."""

    service: Service
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    has_bearer: bool
    status: int | None = None
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Recorder:
    """Requests in the order in which they arrived."""

    def __init__(self) -> None:
        self._requests: list[Recorded] = []
        self._lock = threading.Lock()

    def add(self, service: Service, call: Call) -> Recorded:
        headers = {name: value for name, value in call.headers.items() if name not in _SECRET}
        bearer = call.headers.get("authorization", "").lower().startswith("bearer ")
        recorded = Recorded(service, call.method, call.path, call.query, headers, bearer)
        with self._lock:
            self._requests.append(recorded)
        return recorded

    def all(self) -> list[Recorded]:
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()
