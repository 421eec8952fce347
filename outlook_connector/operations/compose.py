"""A message in Graph's words from an operation's input. Pure.
https://learn.microsoft.com/graph/api/resources/message"""

import json
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput
from ..normalise import Attachment, is_one_line

_OURS = "String {7b2c8f3e-2a4d-4f0e-9d0a-5f1b6c3e8a91} Name outlook-connector-"
KEY_PROPERTY, CONTENT_PROPERTY = _OURS + "key", _OURS + "content"
"""The single-value extended properties that carry an idempotency key and the content it stands for, both hashed.
https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty"""

ONE_CALL = 3_900_000
"""Bytes of a whole request, attachments in base64 included, that still go in one call; Graph's limit is 4 MB."""

_COPIED: Mapping[str, str] = {
    "to": "toRecipients",
    "cc": "ccRecipients",
    "bcc": "bccRecipients",
    "replyTo": "replyTo",
    "from": "from",
    "subject": "subject",
    "importance": "importance",
    "categories": "categories",
    "readReceipt": "isReadReceiptRequested",
    "deliveryReceipt": "isDeliveryReceiptRequested",
}
"""Input property → message property."""


def message(values: Mapping[str, Any]) -> dict[str, Any]:
    """The message without its attachments; properties that the input leaves out are left out."""
    found = {theirs: values[ours] for ours, theirs in _COPIED.items() if ours in values}
    if "body" in values:
        found["body"] = {"contentType": values.get("bodyType", "text"), "content": values["body"]}
    if values.get("headers"):
        found["internetMessageHeaders"] = [
            {"name": name, "value": value} for name, value in headers(values["headers"]).items()
        ]
    return found


def with_files(values: Mapping[str, Any]) -> dict[str, Any]:
    """The message with its attachments, which are read."""
    resource = message(values)
    if values.get("attachments"):
        resource["attachments"] = [one.resource() for one in values["attachments"]]
    return resource


def response(values: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a reply or forward: ``comment`` stands above the quoted original; a ``body`` takes the place of
    both. https://learn.microsoft.com/graph/api/message-reply"""
    body: dict[str, Any] = {}
    made = with_files({name: value for name, value in values.items() if value != []})  # none is no change
    if made:
        body["message"] = made
    if "comment" in values:
        body["comment"] = values["comment"]
    return body


def headers(given: Mapping[str, str]) -> Mapping[str, str]:
    """Custom headers, checked: Graph takes only those that start with ``x-``."""
    wrong = [
        (f"/headers/{name}", "must be one line") for name, value in given.items() if not is_one_line(value)
    ]
    if wrong:
        raise InvalidInput.of(wrong)
    return given


def marks(key: str, content: str) -> dict[str, Any]:
    """What a message that carries an idempotency key has on it; both are hashes."""
    named = {KEY_PROPERTY: key, CONTENT_PROPERTY: content}
    return {"singleValueExtendedProperties": [{"id": id_, "value": value} for id_, value in named.items()]}


def request_size(values: Mapping[str, Any]) -> int:
    """About how many bytes one call with this input would have."""
    told = (value for name, value in values.items() if name != "attachments")
    text = sum(len(json.dumps(value, ensure_ascii=False).encode()) for value in told)
    files: list[Attachment] = values.get("attachments", [])
    return text + sum(one.size * 4 // 3 + 400 for one in files) + 2_000
