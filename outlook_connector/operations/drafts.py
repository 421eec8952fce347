"""Drafts: messages that have not been sent. https://learn.microsoft.com/graph/api/user-post-messages"""

from typing import Any

from ..binding import GraphRequest, patch, post
from ..context import Context
from . import compose, keyed, tracked


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A new draft in Drafts, with its attachments."""
    return _with_files(context, post("/messages", compose.message(values)), values)


def update(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Change what the input names, and nothing else."""
    return context.graph.json(patch("/messages/{id}", compose.message(values), id=values["draftId"]))


def send(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Send a draft that stands in the mailbox."""
    if "idempotencyKey" in values:
        return keyed.send_draft(context, values["idempotencyKey"], values["draftId"])
    tracked.submit(context, values["draftId"])
    return {"status": "accepted", "deduplicated": False}


def create_reply(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A draft that answers the sender."""
    return _answering(context, values, "createReply")


def create_reply_all(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A draft that answers the sender and all recipients; Graph marks the original as read."""
    return _answering(context, values, "createReplyAll")


def create_forward(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A draft that passes the message on."""
    return _answering(context, values, "createForward")


def _answering(context: Context, values: dict[str, Any], action: str) -> dict[str, Any]:
    """Attachments follow one by one, so that each may be as large as Graph takes it."""
    text = {name: value for name, value in values.items() if name != "attachments"}
    request = post(f"/messages/{{id}}/{action}", compose.response(text), id=values["messageId"])
    return _with_files(context, request, values)


def _with_files(context: Context, request: GraphRequest, values: dict[str, Any]) -> dict[str, Any]:
    files = values.get("attachments", [])
    draft = tracked.new_draft(context, request, files)
    shown = any(not one.properties.get("isInline") for one in files)  # as Graph counts them
    return {**draft, "hasAttachments": True} if shown else draft
