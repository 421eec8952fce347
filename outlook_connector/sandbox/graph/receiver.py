"""The sandbox's own receiver of notifications, for clients that want a subscription and have no receiver.

It behaves as one must (https://learn.microsoft.com/graph/change-notifications-delivery-webhooks): it answers the
handshake with the token, and takes notifications with 202 and keeps them to be looked at.
"""

import json
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
RECEIVER = "https://localhost/_sandbox/notifications"
"""Its address, the same in every sandbox. Nothing listens there: what goes to it is handed over in the process."""


class Receiver:
    """What arrived at `RECEIVER` since the last reset."""

    def __init__(self) -> None:
        self._received: list[Json] = []
        self._lock = threading.Lock()

    def is_at(self, url: str) -> bool:
        """Whether an address is this receiver's; its query may be anything."""
        return url.partition("?")[0] == RECEIVER

    def take(self, url: str, body: bytes) -> tuple[int, str, bytes]:
        """Answers one POST: status, content type and body."""
        tokens = parse_qs(urlsplit(url).query).get("validationToken")
        if tokens:
            return 200, "text/plain", tokens[0].encode()
        with self._lock:
            self._received += json.loads(body)["value"]
        return 202, "text/plain", b""

    def all(self) -> list[Json]:
        """The notifications and lifecycle events, oldest first."""
        with self._lock:
            return list(self._received)

    def clear(self) -> None:
        with self._lock:
            self._received.clear()
