"""Reads a message that a client sent: which properties may be written, of which types.

https://learn.microsoft.com/graph/api/user-post-messages, https://learn.microsoft.com/graph/api/message-update
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.body import stored
from outlook_connector.sandbox.graph.model.extending import named
from outlook_connector.sandbox.graph.problem import Problem, bad_request, problem
from outlook_connector.sandbox.graph.times import zone

Json = dict[str, Any]
Check = Callable[[str, Any], Any]
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_HEADER = re.compile(r"[!-9;-~]+")
_MOST_HEADERS = 5
_ENUMS: Mapping[str, tuple[str, ...]] = {
    "importance": ("low", "normal", "high"),
    "inferenceClassification": ("focused", "other"),
    "contentType": ("text", "html"),
    "flagStatus": ("notFlagged", "complete", "flagged"),
}

# These can change as long as the message is a draft; the rest always.
DRAFT_ONLY = frozenset(("body", "internetMessageHeaders", "internetMessageId", "replyTo", "subject"))
# Computed by Exchange: passed over where a client sends back what it has read.
IGNORED = frozenset(
    {
        "bodyPreview",
        "changeKey",
        "conversationId",
        "conversationIndex",
        "createdDateTime",
        "hasAttachments",
        "id",
        "isDraft",
        "lastModifiedDateTime",
        "multiValueExtendedProperties",
        "parentFolderId",
        "receivedDateTime",
        "sentDateTime",
        "uniqueBody",
        "webLink",
    }
)


def wrong_type(name: str, wanted: str) -> Problem:
    """400 for a value of another type."""
    return bad_request(
        f"A value of an unexpected type was found for property named '{name}' when reading from the JSON "
        f"reader. A '{wanted}' was expected.",
        "RequestBodyRead",
    )


def _text(name: str, value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise wrong_type(name, "Edm.String")
    return value or ""


def _flag(name: str, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise wrong_type(name, "Edm.Boolean")
    return value


def _enum(name: str, value: Any) -> str:
    found = {choice.lower(): choice for choice in _ENUMS[name]}.get(_text(name, value).lower())
    if found is None:
        raise bad_request(f"Requested value '{value}' was not found.", "RequestBodyRead")
    return found


def _object(name: str, value: Any, known: tuple[str, ...]) -> Json:
    if not isinstance(value, dict):
        raise wrong_type(name, "StartObject")
    for key in value:
        if key not in known and not key.startswith("@"):
            raise _unknown(key, name)
    return value


def recipient(name: str, value: Any) -> Json:
    """A recipient, its name filled in from the address where it is missing."""
    outer = _object(name, value, ("emailAddress",))
    inner = _object("emailAddress", outer.get("emailAddress"), ("address", "name"))
    address = _text("address", inner.get("address")).strip()
    if not address:
        raise problem("bad_recipient")
    return {"emailAddress": {"name": _text("name", inner.get("name")) or address, "address": address}}


def recipients(name: str, value: Any) -> list[Json]:
    """A list of recipients."""
    return [recipient(name, item) for item in _list(name, value)]


def _list(name: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(name, "StartArray")
    return value


def is_address(address: str) -> bool:
    """Whether mail could go to this address."""
    return _ADDRESS.fullmatch(address) is not None


def _texts(name: str, value: Any) -> list[str]:
    return [_text(name, item) for item in _list(name, value)]


def _body(name: str, value: Any) -> Json:
    found = _object(name, value, ("contentType", "content"))
    kind = _enum("contentType", found.get("contentType") or "text")
    return stored({"contentType": kind, "content": _text("content", found.get("content"))})


def _follow_up(name: str, value: Any) -> Json:
    times = ("completedDateTime", "dueDateTime", "startDateTime")
    found = _object(name, value, ("flagStatus", *times))
    flag: Json = {"flagStatus": _enum("flagStatus", found.get("flagStatus") or "notFlagged")}
    for key in times:
        if found.get(key) is not None:
            flag[key] = _moment(key, found[key])
    if "dueDateTime" in flag and "startDateTime" not in flag:
        raise bad_request("The start date must be given where a due date is.", "ErrorInvalidArgument")
    return flag


def _moment(name: str, value: Any) -> Json:
    found = _object(name, value, ("dateTime", "timeZone"))
    try:
        datetime.fromisoformat(_text("dateTime", found.get("dateTime"))[:19])
    except ValueError:
        raise wrong_type(name, "Edm.DateTime") from None
    zone(_text("timeZone", found.get("timeZone")) or "UTC")
    return found


def headers(name: str, value: Any) -> tuple[tuple[str, str], ...]:
    """Custom Internet headers: five at most, each beginning with `x-`."""
    found = _list(name, value)
    pairs = tuple(_header(name, item) for item in found)
    if len(pairs) > _MOST_HEADERS:
        raise bad_request(
            f"Maximum number of headers in one message should be less than or equal to {_MOST_HEADERS}.",
            "InvalidInternetMessageHeaderCollection",
        )
    for header, content in pairs:
        if not _HEADER.fullmatch(header) or "\r" in content or "\n" in content:
            raise bad_request("The internet message header is malformed.", "InvalidInternetMessageHeader")
        if not header.lower().startswith("x-"):
            raise bad_request(
                f"The internet message header name '{header}' should start with 'x-' or 'X-'.",
                "InvalidInternetMessageHeader",
            )
    return pairs


def _header(name: str, value: Any) -> tuple[str, str]:
    found = _object(name, value, ("name", "value"))
    return _text("name", found.get("name")), _text("value", found.get("value"))


def extended(name: str, value: Any) -> dict[str, str]:
    """Single-value extended properties, id -> value."""
    found = {}
    for item in _list(name, value):
        pair = _object(name, item, ("id", "value"))
        found[_text("id", pair.get("id"))] = _text("value", pair.get("value"))
    return found


def _extensions(name: str, value: Any) -> dict[str, Json]:
    """Open extensions that come with a message, name -> properties."""
    found: dict[str, Json] = {}
    for item in _list(name, value):
        if not isinstance(item, dict):
            raise wrong_type(name, "StartObject")
        own, values = named(item)
        found[own] = values
    return found


# Property -> check; what a check returns is stored.
_CHECKS: Mapping[str, Check] = {
    "subject": _text,
    "body": _body,
    "from": recipient,
    "sender": recipient,
    "toRecipients": recipients,
    "ccRecipients": recipients,
    "bccRecipients": recipients,
    "replyTo": recipients,
    "importance": _enum,
    "inferenceClassification": _enum,
    "isRead": _flag,
    "isDeliveryReceiptRequested": _flag,
    "isReadReceiptRequested": _flag,
    "categories": _texts,
    "flag": _follow_up,
}
# Properties that become other fields of a message than its plain values.
_APART: Mapping[str, Check] = {
    "internetMessageId": _text,
    "internetMessageHeaders": headers,
    "singleValueExtendedProperties": extended,
    "extensions": _extensions,
    "attachments": _list,
}


def read(data: Mapping[str, Any]) -> tuple[Json, Json]:
    """Checks a message from a client and splits it into plain values and those that are stored apart.

    Raises 400 RequestBodyRead for unknown properties and wrong types.
    """
    values: Json = {}
    apart: Json = {}
    for name, value in data.items():
        if name in IGNORED or "@" in name:
            continue
        if name in _CHECKS:
            values[name] = (
                None if value is None and name in ("from", "sender") else _CHECKS[name](name, value)
            )
        elif name in _APART:
            apart[name] = _APART[name](name, value)
        else:
            raise _unknown(name, "Microsoft.OutlookServices.Message")
    return values, apart


def _unknown(name: str, owner: str) -> Problem:
    return bad_request(
        f"The property '{name}' does not exist on type '{owner}'. Make sure to only use property names that "
        "are defined by the type.",
        "RequestBodyRead",
    )
