"""What whoever receives Graph's notifications answers them, by whichever web server they arrive.

A notification is a hint: it is written down and answered, and a watch reads what has changed. It proves itself by the
client state of its subscription, which names the watch and holds its secret.
https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
https://learn.microsoft.com/graph/api/resources/changenotification
"""

import hmac
import html
import logging
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..binding import unsafe_segment
from ..errors import ConnectorError
from ..json_reading import read_json
from ..store import Store
from . import watches
from .push import LIFECYCLE
from .watches import Marks

log = logging.getLogger("outlook_connector.triggers")

LARGEST = 4 * 1024 * 1024
"""Bytes of one call's body at most."""
MOST = 5_000
"""Notifications of one call at most."""
LONGEST_TOKEN = 4_096
NAME = re.compile(r"[0-9a-f]{32}")
"""A watch's name."""
HEADERS = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}


class NotificationAnswer(NamedTuple):
    """The HTTP answer to give: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes


def client_state(name: str, secret: str) -> str:
    """What a subscription of the watch called ``name`` carries: 128 characters at most, as Graph has it."""
    return f"{name}.{secret}"


def new_secret() -> str:
    """256 bits, as text."""
    return secrets.token_urlsafe(32)


def handshake(token: str) -> NotificationAnswer:
    """Graph asks whether the receiver is there: the token, as plain text, within 10 seconds. What a browser could take
    for markup is escaped, as Microsoft asks; tokens of Graph's have none."""
    if len(token) > LONGEST_TOKEN or not token.isprintable():
        return _answer(400, "The validation token is none.")
    return _answer(200, html.escape(token))


def notified(store: Store, body: bytes | Mapping[str, Any]) -> NotificationAnswer:
    """Writes down what a call tells of and then answers 202; 403 where none of it has a client state of ours, 400 and
    413 for what no notifications are, 503 where the store cannot be written, so that Graph sends them again."""
    if isinstance(body, bytes) and len(body) > LARGEST:
        return _answer(413, f"More than {LARGEST} bytes.")
    items = _items(body)
    if items is None:
        return _answer(400, "The body holds no notifications.")
    if len(items) > MOST:
        return _answer(413, f"More than {MOST} notifications.")
    try:
        known = _written_down(store, items)
    except ConnectorError as error:
        log.warning("notifications could not be written down (%s): Graph is to send them again", error.code)
        return _answer(503, "Send them again later.")
    if known < len(items):
        # Whoever knows no secret of ours fills no log that is kept at the usual level.
        level = logging.WARNING if known else logging.INFO
        strangers = len(items) - known
        log.log(level, "%d of %d notifications prove themselves by no watch of ours", strangers, len(items))
    return _answer(202, "") if known else _answer(403, "No notification of ours.")


def _items(body: bytes | Mapping[str, Any]) -> list[dict[str, Any]] | None:
    try:
        told = read_json(body) if isinstance(body, bytes) else body
    except ValueError:
        return None
    items = told.get("value") if isinstance(told, Mapping) else None
    if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
        return None
    return items


def _written_down(store: Store, items: Iterable[Mapping[str, Any]]) -> int:
    """How many of the items are ours."""
    by_state: dict[str, list[Mapping[str, Any]]] = {}
    for one in items:
        by_state.setdefault(str(one.get("clientState")), []).append(one)
    known = 0
    for state, own in by_state.items():
        name = _watch_of(store, state)
        if name is not None:
            watches.add_marks(store, name, _marks(own))
            known += len(own)
    return known


def _watch_of(store: Store, state: str) -> str | None:
    """The name of the watch that a client state proves; in a time that does not tell how much of it is right."""
    name, _, secret = state.partition(".")
    if not NAME.fullmatch(name):
        return None
    watch, _ = watches.load_watch(store, name)
    right = watch.secret if watch else new_secret()
    is_ours = hmac.compare_digest(secret.encode("utf-8", "replace"), right.encode())
    return name if watch and is_ours else None


def _marks(items: list[Mapping[str, Any]]) -> Marks:
    changes = [one for one in items if one.get("lifecycleEvent") is None]
    ids = [_message_id(one) for one in changes]
    events = [
        (str(one["lifecycleEvent"]), str(one.get("subscriptionId")))
        for one in items
        if one.get("lifecycleEvent") in LIFECYCLE
    ]
    return Marks(len(items), tuple(dict.fromkeys(one for one in ids if one)), tuple(dict.fromkeys(events)))


def _message_id(item: Mapping[str, Any]) -> str | None:
    data = item.get("resourceData")
    name = data.get("id") if isinstance(data, Mapping) else None
    return name if isinstance(name, str) and not unsafe_segment(name) else None


def _answer(status: int, text: str) -> NotificationAnswer:
    return NotificationAnswer(status, dict(HEADERS), text.encode())
