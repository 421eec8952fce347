"""A worker process that sends mails under their keys, and may be killed at a chosen moment of the first one."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from outlook_connector import Connector, connect
from outlook_connector.errors import ConnectorError
from outlook_connector.store import Lease, Store

from .worker import say

MOMENTS = (
    "with the draft written and not noted",
    "between draft and send",
    "with the mail sent and not noted",
)


class DiesAt:
    """A store whose process is killed at one of ``MOMENTS`` in the life of a key's row. Its leases are short."""

    def __init__(self, store: Store, moment: str, ttl: float) -> None:
        self._store = store
        self._moment = MOMENTS.index(moment)
        self._ttl = ttl

    def load(self, key: str) -> tuple[bytes | None, int]:
        return self._store.load(key)

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        row = json.loads(blob or b"{}") if key.startswith("sent/") else {}
        noted = "answer" in row
        if (self._moment == 0 and "draft" in row and not noted) or (self._moment == 2 and noted):
            os.kill(os.getpid(), signal.SIGKILL)
        new = self._store.save(key, blob, version, ttl=ttl)
        if self._moment == 1 and "draft" in row and not noted:
            os.kill(os.getpid(), signal.SIGKILL)
        return new

    def lease(self, key: str, ttl: float) -> Lease | None:
        return self._store.lease(key, min(ttl, self._ttl))


def sends(order: Mapping[str, Any], store: Store) -> None:
    """Takes a JSON list of mails with each line of input, sends each of them once, and tells how that ended: a line
    for each mail, and an empty object at the end of the list."""
    if "dies" in order:
        store = DiesAt(store, order["dies"], order["ttl"])
    with connect(order["config"], token_store=store) as connector:
        connector.invoke("auth.refresh")
        say(ready=True)
        for line in sys.stdin:
            for mail in json.loads(line):
                say(number=mail["number"], **_ended(connector, mail))
            say()


def _ended(connector: Connector, mail: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer = connector.invoke(mail["operation"], mail["input"])
    except ConnectorError as error:
        return {"problem": error.code, "repeat": error.retryable}
    return {"id": answer["messageId"], "deduplicated": answer["deduplicated"]}
