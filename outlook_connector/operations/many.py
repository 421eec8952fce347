"""The same for many messages: batches, and an answer for each message.
https://learn.microsoft.com/graph/json-batching"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..binding import GraphRequest, get, patch, post, unsafe_segment
from ..context import Context
from ..errors import ConnectorError, InvalidInput
from ..graph import batch
from ..reply import Reply
from . import marking, messages


def get_many(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Each message, or why it cannot be had."""
    query = {"$select": values.get("select"), "$expand": values.get("expand")}
    return _each(
        context,
        values,
        lambda one: messages.with_body_format(get("/messages/{id}", query=query, id=one), values),
    )


def update_many(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The same change to each message."""
    body = marking.changes(values)
    return _each(context, values, lambda one: patch("/messages/{id}", body, id=one))


def move_many(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Each message to one folder."""
    body = {"destinationId": values["destinationFolder"]}
    return _each(context, values, lambda one: post("/messages/{id}/move", body, id=one, repeatable=True))


def copy_many(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A copy of each message in one folder."""
    body = {"destinationId": values["destinationFolder"]}
    return _each(context, values, lambda one: post("/messages/{id}/copy", body, id=one))


def delete_many(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Each message to Deleted Items, and one that lies there to the recoverable items."""
    return _each(context, values, delete)


def delete(message_id: str) -> GraphRequest:
    """Not repeatable: done twice, it goes a step further."""
    return replace(get("/messages/{id}", id=message_id), method="DELETE", repeatable=False)


def _each(context: Context, values: dict[str, Any], make: Callable[[str], GraphRequest]) -> dict[str, Any]:
    ids: list[str] = values["messageIds"]
    wrong = [(f"/messageIds/{at}", "must be an id") for at, one in enumerate(ids) if unsafe_segment(one)]
    if wrong:
        raise InvalidInput.of(wrong)
    requests = [make(one) for one in ids]
    outcomes = batch.run(context.graph, requests)
    each = [
        batch.told(context.graph, request, outcome, Reply.json)
        for request, outcome in zip(requests, outcomes, strict=True)
    ]
    value = [_told(one, message) for one, message in zip(ids, each, strict=True)]
    failed = sum(not one["succeeded"] for one in value)
    return {"value": value, "succeeded": len(value) - failed, "failed": failed}


def _told(message_id: str, message: dict[str, Any] | ConnectorError) -> dict[str, Any]:
    if isinstance(message, ConnectorError):
        return {"messageId": message_id, "succeeded": False, "problem": message.to_dict()}
    return {"messageId": message_id, "succeeded": True, **({"message": message} if message else {})}
