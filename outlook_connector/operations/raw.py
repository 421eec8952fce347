"""Any mail call of Graph's, for what no other operation does: to the connection's own Graph endpoint and below the
mailbox only. https://learn.microsoft.com/graph/api/overview

Off until ``operations.allow`` names ``graph.request`` or ``graph.batch``. What a call does follows from its method.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ..binding import GraphRequest, unsafe_segment
from ..context import Context, chosen_mailbox
from ..errors import ConnectorError, InvalidInput
from ..graph import batch
from ..graph.client import Graph
from ..reply import Reply

MAIL = (
    *("messages", "mailfolders", "outlook", "mailboxsettings", "inferenceclassification", "sendmail"),
    *("getmailtips", "translateexchangeids"),
)
"""What may stand first in a path, in lower case: the mail part of a mailbox."""
_EFFECTS = {"GET": "read", "DELETE": "delete"}
_SENDING = ("sendmail", "send", "reply", "replyall", "forward")
_SENDING_ON = ("forwardto", "redirectto", "forwardasattachmentto")
_LEADING_OUT = ("messagerules", "mailboxsettings")
"""What can have mail sent later on: rules, and automatic replies."""


def request(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """One call: its status and the answer's object or text."""
    made = _checked(context, "graph.request", values, "")
    _count(context, made)
    reply = context.graph.call(made)
    with context.graph.understood(made):
        return _told(reply)


def batch_(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Calls in batches, with an answer for each, in their order; those to several mailboxes side by side."""
    made = []
    for at, one in enumerate(values["requests"]):
        graph = _graph_of(context, one, f"/requests/{at}/mailbox")
        made.append((graph, _checked(context, "graph.batch", one, f"/requests/{at}")))
    _count(context, *(one for _, one in made))
    outcomes = batch.side_by_side(made)
    each = [batch.told(*call, one, _told) for call, one in zip(made, outcomes, strict=True)]
    value = [{"problem": one.to_dict()} if isinstance(one, ConnectorError) else one for one in each]
    return {"value": value, "failed": sum("problem" in one for one in value)}


def _graph_of(context: Context, given: Mapping[str, Any], at: str) -> Graph:
    if "mailbox" not in given:
        return context.graph
    mailbox = chosen_mailbox(context.graph, context.policy, given["mailbox"], at)
    return replace(context.graph, mailbox=mailbox)


def _checked(context: Context, name: str, given: Mapping[str, Any], at: str) -> GraphRequest:
    """The request, if the policy lets it pass. Raises ``InvalidInput`` and ``OperationDenied``."""
    named = _named(given["path"], f"{at}/path")
    method, body = given["method"], given.get("body")
    sends = named[-1] in _SENDING
    effect = "send" if sends else _EFFECTS.get(method, "write")
    context.policy.check_operation(name, effect)
    if sends or (method != "GET" and not set(_LEADING_OUT).isdisjoint(named)):
        context.policy.check_unlimited(f"{name} to {named[-1][:40]}")
    context.policy.check_recipients(_addresses(body))
    unseen = (
        "messagerules" in named and method == "PATCH"
    )  # a rule that is switched on has the actions it has
    if unseen or any(one.lower() in _SENDING_ON for one in _names(body)):
        context.policy.check_operation("rules.forward", effect)
    query = {str(key): str(value) for key, value in given.get("query", {}).items()}
    headers = given.get("headers", {})
    repeatable = method in ("GET", "PUT", "PATCH")
    return GraphRequest(method, given["path"], query, headers, body=body, repeatable=repeatable)


_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
"""What urllib3 would take for a path without encoding, and encode once more, the mailbox in it too."""


def _count(context: Context, *made: GraphRequest) -> None:
    """Mails are counted when nothing is left to refuse them, all or none."""
    context.hourly.count(sum(_named(one.path, "/path")[-1] in _SENDING for one in made))


def _named(path: str, at: str) -> list[str]:
    """The path's segments in lower case, as a policy knows them: without arguments, namespace (or its alias), and
    what a gateway on the way may take off once more."""
    segments = _segments(path, at)
    return [unquote(one).lower().partition("(")[0].rpartition(".")[2] for one in segments]


def _segments(path: str, at: str) -> list[str]:
    segments = [unquote(one) for one in path[1:].split("/")]
    wrong = any(unsafe_segment(one) for one in segments) or not path.isascii() or set(path) & set("?#\\ ")
    if wrong or not path.startswith("/") or _BARE_PERCENT.search(path):
        told = "must be a path such as /messages/AAMk…/attachments, percent-encoded, without a query"
        raise InvalidInput.of([(at, told)])
    if segments[0].partition("(")[0].lower() not in MAIL:
        told = f"must lead to the mailbox's mail: begin with one of {', '.join('/' + one for one in MAIL)}"
        raise InvalidInput.of([(at, told)])
    return segments


def _told(reply: Reply) -> dict[str, Any]:
    if reply.value is not None or "json" in reply.headers.get("content-type", "json"):
        return {"status": reply.status, "body": reply.json()}
    return {"status": reply.status, "text": reply.body.decode("utf-8-sig", "replace")}


def _names(value: Any) -> Iterator[str]:
    """Every name in a body, at any depth."""
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _names(inner)
    if isinstance(value, Mapping):
        yield from map(str, value)


def _addresses(value: Any) -> Iterator[str]:
    """Every address in a body, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if str(name).lower() == "address" and isinstance(inner, str):
                yield inner
            yield from _addresses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _addresses(inner)
