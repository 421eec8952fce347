"""The task ``outlook.poll``: a trigger's events to the exchange, and its cursor in the connection's token store.

The cursor moves on only when the broker has confirmed every event before it, so that a worker may be lost at any
moment: the same events come again then, with the same ids. A lease keeps every other worker away meanwhile.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...assembly import Assembly
from ...sent import digest
from ...store import StoreConflict
from .publishing import TIMEOUT

log = logging.getLogger("outlook_connector.tasks")

ROUNDS = 20
"""Polls of one task at most, where a trigger says that there is more."""
SPARE = 10.0

Publish = Callable[[str, Sequence[dict[str, Any]]], None]


@dataclass(frozen=True)
class Polling:
    """One entry of the schedule on its connection. Another ``input``, ``since`` included, is another place."""

    name: str
    parts: Assembly
    trigger: str
    given: Mapping[str, Any]
    publish: Publish

    def run(self) -> int:
        """How many events were published. Raises ``ConnectorError``; what came before is published and kept."""
        found = 0
        for _ in range(ROUNDS):
            told, more = self._alone()
            found += told
            if not more:
                break
        return found

    def _alone(self) -> tuple[int, bool]:
        """The lease is longer than a poll and its publishing can take."""
        lease = self.parts.store.lease(self._row, self.parts.connector.config.http.deadline + TIMEOUT + SPARE)
        if lease is None:
            log.info("another worker polls %s of %s", self.trigger, self.name)
            return 0, False
        try:
            return self._step()
        finally:
            lease.release()

    def _step(self) -> tuple[int, bool]:
        store = self.parts.store
        blob, version = store.load(self._row)
        known = {"cursor": blob.decode()} if blob else {}
        answer = self.parts.connector.poll(self.trigger, {**self.given, **known})
        if answer["value"]:
            self.publish(self.name, answer["value"])
        if answer["cursor"] != known.get("cursor"):
            try:
                store.save(self._row, answer["cursor"].encode(), version)
            except StoreConflict:
                log.warning("another worker has polled %s of %s meanwhile", self.trigger, self.name)
                return len(answer["value"]), False
        return len(answer["value"]), answer["more"]

    @property
    def _row(self) -> str:
        return "schedule/" + digest([self.name, self.trigger, dict(self.given)])
