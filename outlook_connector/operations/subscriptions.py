"""Subscriptions to changes of a mailbox's messages, which Graph posts to an address of the host's.

https://learn.microsoft.com/graph/api/resources/subscription
https://learn.microsoft.com/graph/outlook-change-notifications-overview
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from ..binding import GraphRequest, path
from ..context import Context
from ..errors import InvalidInput, OperationDenied
from ..graph.paging import Listing, Page, listing
from ..reply import text_of

LONGEST = 10_080
LONGEST_WITH_DATA = 1_440
"""Minutes that Graph allows a subscription to messages, without and with the messages' own data."""

USUAL, USUAL_WITH_DATA = 10_000, 1_400
"""Minutes that are asked for where nothing else is said: clocks differ, so a little less."""

_COPIED = (
    *("notificationUrl", "lifecycleNotificationUrl", "clientState"),
    *("encryptionCertificate", "encryptionCertificateId"),
)
_OWN = re.compile(r"/?me(?:/|$)", re.IGNORECASE)
_OWNED = re.compile(r"/?users(?:/|\(')([^/'()]+)", re.IGNORECASE)
_IN_A_QUERY = str.maketrans({char: quote(char) for char in "%&#+"})
"""What would end a value of the resource's query, which is otherwise written as it is."""


def list_(context: Context, values: dict[str, Any]) -> Listing:
    """The app's subscriptions, those alone whose mailboxes the connection allows. Graph takes no options here, and
    decides itself how many come at a time."""
    fetch = listing(context.graph, GraphRequest("GET", "/subscriptions", root="service"))

    def allowed(state: Any) -> Page:
        page = fetch(state)
        return replace(page, items=[one for one in page.items if _is_allowed(context, one)])

    return allowed if context.policy.limits_mailboxes else fetch


def get(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """One subscription. Raises ``OperationDenied`` where it is to a mailbox that the connection does not allow."""
    found = _without_state(context, GraphRequest("GET", path("/subscriptions/{subscriptionId}", values)))
    context.policy.check_mailbox(_mailbox_of(found))
    return found


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Subscribe to a folder's messages, or to the mailbox's. The receivers are asked at once whether they are there.

    Raises ``InvalidInput`` for a life that is too long, and Graph's refusal where a receiver does not answer.
    """
    with_data = "encryptionCertificate" in values
    minutes = values.get("expiresIn", USUAL_WITH_DATA if with_data else USUAL)
    if with_data and minutes > LONGEST_WITH_DATA:
        told = f"must be at most {LONGEST_WITH_DATA} minutes where notifications carry the messages' data"
        raise InvalidInput.of([("/expiresIn", told)])
    body = {
        "changeType": ",".join(values["changeTypes"]),
        "resource": _resource(context.graph.mailbox, values),
        "expirationDateTime": _after(context, minutes),
        **{name: values[name] for name in _COPIED if name in values},
        **({"includeResourceData": True} if with_data else {}),
    }
    return _without_state(context, GraphRequest("POST", "/subscriptions", body=body, repeatable=False))


def renew(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Let a subscription live on, counted from now."""
    _check_allowed(context, values)
    body = {"expirationDateTime": _after(context, values["expiresIn"])}
    return _without_state(
        context, GraphRequest("PATCH", path("/subscriptions/{subscriptionId}", values), body=body)
    )


def delete(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """End a subscription."""
    _check_allowed(context, values)
    return context.graph.json(
        GraphRequest("DELETE", path("/subscriptions/{subscriptionId}", values), root="service")
    )


def reauthorize(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Say that the app still may."""
    _check_allowed(context, values)
    place = path("/subscriptions/{subscriptionId}/reauthorize", values)
    return context.graph.json(GraphRequest("POST", place, root="service"))


def _check_allowed(context: Context, values: Mapping[str, Any]) -> None:
    """Its id tells nothing of its mailbox: where those are limited, it is read first."""
    if context.policy.limits_mailboxes:
        get(context, dict(values))


def _is_allowed(context: Context, subscription: Mapping[str, Any]) -> bool:
    try:
        context.policy.check_mailbox(_mailbox_of(subscription))
    except OperationDenied:
        return False
    return True


def _mailbox_of(subscription: Mapping[str, Any]) -> str | None:
    """Whose messages it is to, as the resource names it; ``None`` for the signed-in person's."""
    resource = text_of(subscription, "resource")
    found = _OWNED.match(resource)
    return None if _OWN.match(resource) else unquote(found[1]) if found else resource


def _without_state(context: Context, request: GraphRequest) -> dict[str, Any]:
    """``clientState`` proves that a notification is Graph's: it is not handed around in answers."""
    answer = context.graph.json(GraphRequest(**{**vars(request), "root": "service"}))
    return {name: value for name, value in answer.items() if name != "clientState"}


def _resource(mailbox: str | None, values: Mapping[str, Any]) -> str:
    owner = f"users/{quote(mailbox, safe='@')}" if mailbox else "me"
    place = f"/mailFolders('{quote(values['folder'], safe='=')}')" if "folder" in values else ""
    query = {"$filter": values.get("filter"), "$select": ",".join(values.get("select", []))}
    asked = "&".join(f"{name}={value.translate(_IN_A_QUERY)}" for name, value in query.items() if value)
    return f"{owner}{place}/messages" + (f"?{asked}" if asked else "")


def _after(context: Context, minutes: int) -> str:
    moment = datetime.fromtimestamp(context.clock() + minutes * 60, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
