"""Sends what subscriptions are owed: notifications after every change, lifecycle events when ordered."""

from collections.abc import Callable
from functools import partial
from typing import Any

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.graph import notices
from outlook_connector.sandbox.graph.courier import Courier
from outlook_connector.sandbox.graph.model.subscription import Subscription
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.sealing import Signer, validation_token
from outlook_connector.sandbox.graph.switches import Switches


class PostOffice:
    """Called under the service's lock; the courier's threads do the talking."""

    def __init__(
        self, clock: Clock, directory: Directory, signer: Signer, base_url_getter: Callable[[], str]
    ) -> None:
        self.courier = Courier()
        self._clock = clock
        self._directory = directory
        self._signer = signer
        self._base_url = base_url_getter

    def announce(self, world: World, switches: Switches) -> None:
        """Notifies of all that happened since the last time, or loses and doubles as the switches say."""
        if not world.subscriptions:
            world.heard = {}
            return
        for notice in notices.collect(world, self._clock.now(), self._directory.tenant_id):
            found = notice.subscription
            if switches.lose_notifications > 0:
                switches.lose_notifications -= 1
                self._event(found, "missed")
                continue
            twice = switches.double_notifications > 0
            switches.double_notifications -= twice
            for _ in range(1 + twice):
                self.courier.send(found.url, self._proven(notice), partial(self._event, found, "missed"))

    def _proven(self, notice: notices.Notice) -> dict[str, Any]:
        """What is sent: with resource data a token says who sends it."""
        found = notice.subscription
        if not found.select:
            return notice.payload
        tenant = self._directory.tenant_id
        token = validation_token(self._signer, self._base_url(), found.app_id, tenant)
        return {**notice.payload, "validationTokens": [token]}

    def lifecycle(self, world: World, event: str, subscription_id: str | None) -> int:
        """Sends an event; returns to how many subscriptions. Raises ValueError for an unknown event."""
        if event not in notices.LIFECYCLE:
            raise ValueError(f"{event!r} is no lifecycle event")
        chosen = [found for found in world.subscriptions.values() if subscription_id in (None, found.id)]
        if event == "subscriptionRemoved":
            for found in chosen:
                del world.subscriptions[found.id]
        return sum(self._event(found, event) for found in chosen)

    def _event(self, found: Subscription, event: str) -> bool:
        if found.lifecycle_url is None:
            return False
        payload = notices.lifecycle(found, event, self._directory.tenant_id)
        # A lifecycle event that nobody takes is not followed by another.
        self.courier.send(found.lifecycle_url, payload, lambda: None)
        return True
