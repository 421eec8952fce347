"""A host that watches by push: a watch in a thread, and a receiver that hands to a connector what Graph posts."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from webhook import Webhook, serving

from outlook_connector import Connector, ConnectorError
from outlook_connector.sandbox import Sandbox

Event = dict[str, Any]
PATIENCE = 10.0


class Ended(Exception):
    """The host ends in the middle of things."""


@dataclass
class Watching:
    """What one watch told of; ``failed`` is what ended it."""

    connector: Connector
    settings: dict[str, Any]
    events: list[Event] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    problems: list[ConnectorError] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)
    stopping: bool = False
    thread: threading.Thread | None = None

    def start(self, trigger: str, given: dict[str, Any], interval: float) -> None:
        def run() -> None:
            try:
                for event in self.connector.watch(
                    trigger,
                    given,
                    interval=interval,
                    push=self.settings,
                    on_cursor=self._moved,
                    on_problem=self.problems.append,
                ):
                    self.events.append(event)
                    self._look()
            except Ended:
                pass
            except Exception as error:  # noqa: BLE001 - the test looks at whatever it was
                self.failed.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ends it in the middle of the next event, or at the next cursor."""
        self.stopping = True

    def close(self) -> None:
        """Ends it with its connector."""
        self.connector.close()
        if self.thread is not None:
            self.thread.join(PATIENCE)
            assert not self.thread.is_alive()

    def subjects(self) -> list[str]:
        return sorted(one["message"]["subject"] for one in self.events)

    def _moved(self, cursor: str) -> None:
        self.cursors.append(cursor)
        self._look()

    def _look(self) -> None:
        if self.stopping:
            raise Ended


@dataclass
class Push:
    """A sandbox, a receiver for what its Graph posts, and the watches that were begun. Where ``deaf`` is true, the
    receiver takes notifications and tells nobody."""

    sandbox: Sandbox
    hook: Webhook
    connector: Connector
    deaf: bool = False
    bodies: list[bytes] = field(default_factory=list)
    watches: list[Watching] = field(default_factory=list)

    def watch(
        self,
        trigger: str = "message.received",
        given: dict[str, Any] | None = None,
        *,
        connector: Connector | None = None,
        interval: float = 30.0,
        until: str | None = "subscribed",
        **settings: Any,
    ) -> Watching:
        push = {"notificationUrl": f"{self.hook.url}/graph", **settings}
        found = Watching(connector or self.connector, push)
        before = len(self.subscriptions)
        found.start(trigger, given or {}, interval)
        self.watches.append(found)
        if until == "subscribed":
            wait_for(lambda: len(self.subscriptions) > before and len(found.cursors) >= 2)
        return found

    @property
    def subscriptions(self) -> list[dict[str, Any]]:
        return list(self.connector.iterate("subscriptions.list"))

    def take(self, path: str, query: str, body: bytes) -> tuple[int, str, bytes]:
        tokens = parse_qs(query).get("validationToken")
        self.bodies.append(body)
        if self.deaf and not tokens:
            return 202, "text/plain", b""
        answer = self.connector.notified(body, validation_token=tokens[0] if tokens else None)
        return answer.status, answer.headers["Content-Type"], answer.body


@contextmanager
def pushing(sandbox: Sandbox, connector: Connector) -> Iterator[Push]:
    with serving() as hook:
        push = Push(sandbox, hook, connector)
        hook.take = push.take
        try:
            yield push
        finally:
            for one in push.watches:
                one.close()


def wait_for(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)
