"""Posts notifications to their receivers, in threads of its own, and asks receivers whether they are there.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import http.client
import json
import ssl
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlsplit

from outlook_connector.sandbox.graph.receiver import Receiver

Json = dict[str, Any]
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
# Seconds between one attempt and the next: the real service's four hours, made short.
_PAUSES = (0.2, 1.0, 3.0)
_PATIENCE = 10.0


class Courier:
    """Sends to loopback addresses alone; nothing of a sandbox's mail leaves the machine."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._idle = threading.Condition()
        self._under_way = 0
        self._generation = 0
        self.receiver = Receiver()

    def validate(self, url: str, patience: float = _PATIENCE) -> str:
        """What is wrong with a receiver, in Graph's words; empty where it answers the handshake as it must."""
        token = (
            f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
        )
        mark = "&" if urlsplit(url).query else "?"
        try:
            status, kind, body = self._post(
                f"{url}{mark}validationToken={quote(token)}", b"", "text/plain", patience
            )
        except TimeoutError:
            return "Subscription validation request timed out."
        except (OSError, http.client.HTTPException):
            return "Subscription validation request failed. The notification endpoint could not be reached."
        if status != 200:
            return (
                "Subscription validation request failed. Notification endpoint must respond with 200 OK to "
                "validation request."
            )
        if body.decode("utf-8", "replace") != token or not kind.startswith("text/plain"):
            return (
                "Subscription validation request failed. Response must exactly match validationToken query "
                "parameter."
            )
        return ""

    def send(self, url: str, payload: Json, failed: Callable[[], object]) -> None:
        """Posts soon; tries again where the answer is no 2xx, and calls `failed` in the end if none was."""
        with self._idle:
            self._under_way += 1
            generation = self._generation
            if self._pool is None:
                self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox-courier")
            self._pool.submit(self._deliver, url, json.dumps(payload).encode(), failed, generation)

    def wait(self, seconds: float = 10.0) -> bool:
        """Waits until nothing is under way; false where that took longer."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._under_way, seconds)

    def drop_all(self) -> None:
        """Forgets what is still to be sent."""
        with self._idle:
            self._generation += 1
            self._idle.notify_all()
        self.receiver.clear()

    def _deliver(self, url: str, body: bytes, failed: Callable[[], object], generation: int) -> None:
        try:
            if not self._sent(url, body, generation):
                failed()
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _sent(self, url: str, body: bytes, generation: int) -> bool:
        """Whether one of the attempts was answered 2xx, or the state that they belong to is gone."""
        for pause in (*_PAUSES, None):
            if self._generation != generation or self._accepted(url, body):
                return True
            if pause is not None:
                with self._idle:
                    self._idle.wait_for(lambda: self._generation != generation, pause)
        return False

    def _accepted(self, url: str, body: bytes) -> bool:
        try:
            status, _, _ = self._post(url, body, "application/json; charset=utf-8", _PATIENCE)
        except (OSError, http.client.HTTPException):
            return False
        return 200 <= status < 300

    def _post(self, url: str, body: bytes, kind: str, patience: float) -> tuple[int, str, bytes]:
        if self.receiver.is_at(url):
            return self.receiver.take(url, body)
        return _post(url, body, kind, patience)


def is_local(url: str) -> bool:
    """Whether an address is HTTPS on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.hostname in _LOOPBACK


def _post(url: str, body: bytes, kind: str, patience: float) -> tuple[int, str, bytes]:
    parts = urlsplit(url)
    # The receiver is a test on this machine, with a certificate that nobody else knows.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=patience, context=context
    )
    try:
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        connection.request("POST", target, body, {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read(65536)
    finally:
        connection.close()
