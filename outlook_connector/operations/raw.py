"""Any mail call of Graph's, for what no other operation does: to the connection's own Graph endpoint and below the
mailbox only. https://learn.microsoft.com/graph/api/overview

Off until ``operations.allow`` names ``graph.request`` or ``graph.batch``. What a call does follows from its method.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from ..binding import GraphRequest, unsafe_segment
from ..context import Context
from ..errors import InvalidInput
from ..graph import batch
from ..reply import Reply

MAIL = (
    *("messages", "mailfolders", "outlook", "mailboxsettings", "inferenceclassification", "sendmail"),
    *("getmailtips", "translateexchangeids"),
)
"""What may stand first in a path, in lower case: the mail part of a mailbox."""
_EFFECTS = {"GET": "read", "DELETE": "delete"}
_SENDING = ("sendmail", "send", "reply", "replyall", "forward")
_LEADING_OUT = ("messagerules", "mailboxsettings")
"""What can have mail sent later on: rules, and automatic replies."""


def request(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """One call: its status and the answer's object or text."""
    made = _checked(context, "graph.request", values, "")
    reply = context.graph.call(made)
    return _told(reply)


def batch_(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Calls in batches, with an answer for each, in their order."""
    made = [
        _checked(context, "graph.batch", one, f"/requests/{at}") for at, one in enumerate(values["requests"])
    ]
    outcomes = batch.run(context.graph, made)
    value = [_told(one) if isinstance(one, Reply) else {"problem": one.to_dict()} for one in outcomes]
    return {"value": value, "failed": sum("problem" in one for one in value)}


def _checked(context: Context, name: str, given: Mapping[str, Any], at: str) -> GraphRequest:
    """The request, if the policy lets it pass. Raises ``InvalidInput`` and ``OperationDenied``."""
    segments = _segments(given["path"], f"{at}/path")
    method, body = given["method"], given.get("body")
    named = [one.lower().partition("(")[0].removeprefix("microsoft.graph.") for one in segments]
    sends = named[-1] in _SENDING
    effect = "send" if sends else _EFFECTS.get(method, "write")
    context.policy.check_operation(name, effect)
    if sends or (method != "GET" and not set(_LEADING_OUT).isdisjoint(named)):
        context.policy.check_unlimited(f"{name} to {named[-1][:40]}")
    context.policy.check_recipients(_addresses(body))
    if any(one.lower() in ("forwardto", "redirectto", "forwardasattachmentto") for one in _names(body)):
        context.policy.check_operation("rules.forward", effect)
    if sends:
        context.hourly.count()
    query = {str(key): str(value) for key, value in given.get("query", {}).items()}
    headers = given.get("headers", {})
    repeatable = method in ("GET", "PUT", "PATCH")
    return GraphRequest(method, given["path"], query, headers, body=body, repeatable=repeatable)


def _segments(path: str, at: str) -> list[str]:
    segments = [unquote(one) for one in path[1:].split("/")]
    wrong = any(unsafe_segment(one) for one in segments) or not path.isascii() or set(path) & set("?#\\ ")
    if wrong or not path.startswith("/"):
        told = "must be a path such as /messages/AAMk…/attachments, percent-encoded, without a query"
        raise InvalidInput.of([(at, told)])
    if segments[0].partition("(")[0].lower() not in MAIL:
        told = f"must lead to the mailbox's mail: begin with one of {', '.join('/' + one for one in MAIL)}"
        raise InvalidInput.of([(at, told)])
    return segments


def _told(reply: Reply) -> dict[str, Any]:
    if "json" in reply.headers.get("content-type", "json"):
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
