"""Subscriptions to changes of messages: https://learn.microsoft.com/graph/api/resources/subscription"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.times import iso

Json = dict[str, Any]


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear of which changes, where, and until when.

    `owner` is the mailbox's, `folder` a folder's key in it (None: all of it), `filter` an OData filter or empty.
    `immutable` says which kind of id the notifications name, `select` which properties come with them, encrypted
    (empty: none do), `basic` that the subscriber may see no bodies.
    """

    id: str
    app_id: str
    creator: str
    owner: str
    folder: str | None
    filter: str
    kinds: frozenset[str]
    expires: datetime
    immutable: bool
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    select: tuple[str, ...] = ()
    basic: bool = False

    @property
    def url(self) -> str:
        """Where notifications go."""
        return str(self.values["notificationUrl"])

    @property
    def lifecycle_url(self) -> str | None:
        """Where lifecycle events go; None where nobody wants them."""
        found = self.values.get("lifecycleNotificationUrl")
        return str(found) if found else None

    def as_json(self, *, read: bool = False) -> Json:
        """The subscription as Graph writes it: where it is merely read, without its `clientState`.

        https://learn.microsoft.com/graph/api/subscription-list
        """
        return {
            "id": self.id,
            "resource": self.values["resource"],
            "applicationId": self.app_id,
            "changeType": self.values["changeType"],
            "clientState": None if read else self.values.get("clientState"),
            "notificationUrl": self.url,
            "notificationQueryOptions": None,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": iso(self.expires),
            "creatorId": self.creator,
            "includeResourceData": True if self.select else None,
            "latestSupportedTlsVersion": self.values.get("latestSupportedTlsVersion") or "v1_2",
            "encryptionCertificate": self.values.get("encryptionCertificate"),
            "encryptionCertificateId": self.values.get("encryptionCertificateId"),
            "notificationUrlAppId": None,
        }
