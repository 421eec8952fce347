"""One worker at a time: a hold on a watch that its process keeps up for as long as it lives.

A lease of the store ends at its time, however long the host takes with an event. A hold is a row that a thread writes
anew, so that a worker which is killed lets go of it within seconds, and one that is busy does not.
"""

import json
import logging
import time
from threading import Event, Thread
from types import TracebackType
from typing import Self

from ..errors import ConnectorError
from ..store import Store, StoreConflict

log = logging.getLogger("outlook_connector.triggers")

SET_BACK = 5.0
"""Seconds by which a hold may seem to begin in the future; one that begins later was taken before the clock was set
back, and is void."""


class Hold:
    """A hold on ``key``, while the block lasts or until another worker has it: ``ours`` says which. It outlives its
    process by ``ttl`` seconds."""

    def __init__(self, store: Store, key: str, ttl: float) -> None:
        self._store, self._key, self._ttl = store, key, ttl
        self._version = 0
        self._until = 0.0
        self._ended = Event()

    def take(self) -> bool:
        """Whether it is ours now; not while another worker has it. Raises ``ConnectorError`` of the store's."""
        blob, version = self._store.load(self._key)
        if blob is not None and json.loads(blob)["since"] <= time.time() + SET_BACK:
            return False
        return self._write(version)

    @property
    def ours(self) -> bool:
        return time.monotonic() < self._until

    def __enter__(self) -> Self:
        Thread(target=self._keep, name="outlook-watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._until = 0.0
        try:
            self._store.save(self._key, None, self._version)
        except StoreConflict:
            log.info("a watch was taken over by another worker")
        except ConnectorError as failed:
            log.info("a watch could not be given back (%s): it ends by itself", failed.code)

    def _keep(self) -> None:
        while not self._ended.wait(self._ttl / 3):
            try:
                if not self.ours or not self._write(self._version):
                    break
            except Exception as error:  # noqa: BLE001 - a host's own store may raise anything; then the hold runs out
                log.info("a watch's hold could not be written (%s)", type(error).__name__)
        if not self._ended.is_set():
            self._until = 0.0

    def _write(self, version: int) -> bool:
        begun = time.monotonic()
        blob = json.dumps({"since": time.time()}).encode()
        try:
            self._version = self._store.save(self._key, blob, version, ttl=self._ttl)
        except StoreConflict:
            return False
        self._until = begun + self._ttl
        return True
