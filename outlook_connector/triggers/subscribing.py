"""The subscription of a watch: made, renewed and kept, by the handlers of the operations that do so by name.

https://learn.microsoft.com/graph/api/subscription-post-subscriptions
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..reply import text_of
from ..sent import digest
from .push import Subscribed
from .source import Subject, seconds

Call = Callable[[str, dict[str, Any]], dict[str, Any]]
"""An operation's name and its checked input → its answer. Raises ``ConnectorError``."""
OPERATIONS = ("subscriptions.create", "subscriptions.renew", "subscriptions.reauthorize")
LIFE = 1_440
"""Minutes for which a subscription is made and renewed, half of it before: what nobody looks after any more is over
within a day."""


@dataclass(frozen=True)
class Address:
    """Where Graph posts to, and how long a subscription lives, in minutes."""

    notification: str
    lifecycle: str
    minutes: int = LIFE

    @classmethod
    def of(cls, push: Mapping[str, Any]) -> "Address":
        """From the checked settings of a watch; lifecycle events go to the same place unless told otherwise."""
        url = push["notificationUrl"]
        return cls(url, push.get("lifecycleNotificationUrl", url), push.get("expiresIn", LIFE))

    @property
    def print(self) -> str:
        """Another one for another address."""
        return digest([self.notification, self.lifecycle])[:16]


@dataclass(frozen=True)
class Subscribing:
    """``state`` is the client state, which proves a notification."""

    call: Call
    address: Address
    state: str = field(repr=False)
    clock: Callable[[], float]

    def create(self, subject: Subject) -> Subscribed:
        """A new one. Where Graph has one of the same kind, whose answer was lost or which another watch has, it may
        answer 409: then this watch polls until that one is over. Raises ``ConnectorError``."""
        values = {
            "changeTypes": list(subject.changes),
            "notificationUrl": self.address.notification,
            "lifecycleNotificationUrl": self.address.lifecycle,
            "clientState": self.state,
            "expiresIn": self.address.minutes,
            **({"folder": subject.folder} if subject.folder else {}),
        }
        return self._made(self.call("subscriptions.create", values))

    def renew(self, subscription: str) -> Subscribed:
        """Let it live on, which says as well that the app still may. Raises ``NotFound`` where it is gone."""
        values = {"subscriptionId": subscription, "expiresIn": self.address.minutes}
        return self._made(self.call("subscriptions.renew", values))

    def reauthorize(self, subscription: str) -> None:
        """Say that the app still may. Raises ``NotFound`` where the subscription is gone."""
        self.call("subscriptions.reauthorize", {"subscriptionId": subscription})

    def _made(self, answer: Mapping[str, Any]) -> Subscribed:
        """It lives for as long as was asked, where Graph says no time within that: its clock and this one may differ
        by more, and one that seems to be over would be made again and again."""
        now = self.clock()
        asked = int(now + self.address.minutes * 60)
        told = seconds(answer, "expirationDateTime", asked)
        return Subscribed(text_of(answer, "id"), told if now < told < asked else asked)
