"""A worker process that calls one mailbox from many threads, and the figures of its calls."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from threading import Thread
from typing import Any

from outlook_connector import connect
from outlook_connector.errors import ConnectorError
from outlook_connector.store import Store

from .worker import say


def calls_mailbox(order: Mapping[str, Any], store: Store) -> None:
    """``threads`` threads call operation after operation for ``seconds``, all workers from the same moment on."""
    waits: list[list[float]] = [[] for _ in range(order["threads"])]
    codes: list[str] = []
    with connect(order["config"], token_store=store) as connector:
        connector.invoke(order["operation"], order["input"])
        say(ready=True)
        sys.stdin.readline()
        until = time.monotonic() + order["seconds"]

        def work(mine: list[float]) -> None:
            while time.monotonic() < until:
                began = time.monotonic()
                try:
                    connector.invoke(order["operation"], order["input"])
                except ConnectorError as error:
                    codes.append(error.code)
                mine.append(time.monotonic() - began)
                time.sleep(order.get("pause", 0.0))

        threads = [Thread(target=work, args=(mine,)) for mine in waits]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    say(
        calls=sum(map(len, waits)),
        least=min(map(len, waits)),
        longest=round(max((max(mine, default=0.0) for mine in waits), default=0.0), 2),
        failures=codes,
    )
