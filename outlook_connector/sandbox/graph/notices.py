"""Turns changes in mailboxes into notifications for those who subscribed.

https://learn.microsoft.com/graph/outlook-change-notifications-overview
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.folder import DUMPSTER
from outlook_connector.sandbox.graph.model.journal import Change, Place
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.subscription import Subscription
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.odata.properties import MESSAGE
from outlook_connector.sandbox.graph.odata.render import entity
from outlook_connector.sandbox.graph.sealing import sealed
from outlook_connector.sandbox.graph.searching import compiled
from outlook_connector.sandbox.graph.times import iso
from outlook_connector.sandbox.graph.view import View

Json = dict[str, Any]
LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")


@dataclass(frozen=True)
class Notice:
    """One change that one subscription is about, as it is written."""

    subscription: Subscription
    payload: Json


def collect(world: World, now: datetime, tenant: str) -> list[Notice]:
    """The notices of all that happened since the last time; subscriptions that have expired are gone."""
    for found in [item for item in world.subscriptions.values() if item.expires <= now]:
        del world.subscriptions[found.id]
    owners = {found.owner for found in world.subscriptions.values()}
    before = {owner: world.heard.get(owner, 0) for owner in owners}
    world.heard = {owner: len(world.mailboxes[owner].journal) for owner in owners}
    return [
        Notice(found, {"value": [payload]})
        for found in list(world.subscriptions.values())
        for payload in _payloads(world.mailboxes[found.owner], found, before[found.owner], tenant)
    ]


def _payloads(mailbox: Mailbox, found: Subscription, since: int, tenant: str) -> Iterator[Json]:
    for change in mailbox.journal[since:]:
        kind = _kind(found, change)
        if kind in found.kinds and _passes(mailbox, found, change):
            yield _payload(mailbox, found, change, kind, tenant)


def _kind(found: Subscription, change: Change) -> str:
    before, after = _within(found, change.before), _within(found, change.after)
    return {(False, True): "created", (True, True): "updated", (True, False): "deleted"}.get(
        (before, after), ""
    )


def _within(found: Subscription, place: Place | None) -> bool:
    if place is None or place.folder == DUMPSTER:
        return False
    return found.folder in (None, place.folder)


def _passes(mailbox: Mailbox, found: Subscription, change: Change) -> bool:
    if not found.filter:
        return True
    message = mailbox.messages.get(change.key)
    return message is not None and compiled(found.filter)(View(mailbox, message))


def _payload(mailbox: Mailbox, found: Subscription, change: Change, kind: str, tenant: str) -> Json:
    place = change.before if kind == "deleted" else change.after
    generation = place.generation if place else 0
    own = ids.immutable_id if found.immutable else None
    item = own(found.owner, change.key) if own else ids.default_id(found.owner, change.key, generation)
    resource = f"Users/{found.owner}/Messages/{item}"
    message = mailbox.messages.get(change.key)
    etag = {"@odata.etag": View(mailbox, message).etag} if message else {}
    data = {"@odata.type": "#Microsoft.Graph.Message", "@odata.id": resource, **etag, "id": item}
    head = {**_head(found, tenant), "changeType": kind, "resource": resource, "resourceData": data}
    if not found.select or message is None or kind == "deleted":
        return head
    return {**head, "encryptedContent": _content(found, View(mailbox, message))}


def _content(found: Subscription, view: View) -> Json:
    """The selected properties, encrypted; the id is beside them, in the open."""
    values = entity(view, MESSAGE, found.select, basic=found.basic)
    del values["id"]
    certificate, name = (str(found.values[f"encryptionCertificate{end}"]) for end in ("", "Id"))
    return sealed(values, certificate, name)


def _head(found: Subscription, tenant: str) -> Json:
    return {
        "subscriptionId": found.id,
        "subscriptionExpirationDateTime": iso(found.expires),
        "clientState": found.values.get("clientState"),
        "tenantId": tenant,
    }


def lifecycle(found: Subscription, event: str, tenant: str) -> Json:
    """A lifecycle event as it is written."""
    return {"value": [{**_head(found, tenant), "lifecycleEvent": event}]}
