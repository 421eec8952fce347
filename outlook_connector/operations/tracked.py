"""Sending by way of a draft, so that what was sent has an id and can be looked for.

A draft is written, gets its attachments, and is sent. Its immutable id stays the same in Sent Items, so after a lost
answer the connector can look instead of guessing. https://learn.microsoft.com/graph/outlook-immutable-id
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..binding import GraphRequest, get, patch, path, post
from ..context import Context
from ..errors import ConnectorError, GraphError, NotFound, OutcomeUnknown, UnexpectedResponse
from ..graph.upload import attach
from ..normalise import Attachment
from ..reply import text_of
from .completing import added_people, lacking, without_people
from .outgoing import hand_over

log = logging.getLogger("outlook_connector.operations")

SHOWN = "id,internetMessageId,conversationId,isDraft,parentFolderId,subject,toRecipients,ccRecipients,bccRecipients"

Answer = dict[str, Any]


def deliver(context: Context, create: GraphRequest, files: Sequence[Attachment] = ()) -> Answer:
    """Have a draft written by ``create``, complete it and send it."""
    draft = new_draft(context, immutable(create), files)
    with put_away_when_refused(context, draft):
        submit_once(context, draft["id"])
    return {**answer_of(draft), "deduplicated": False}


def answer_of(draft: Answer) -> Answer:
    """What a tracked send answers, without ``deduplicated``."""
    return {
        "messageId": text_of(draft, "id"),
        "internetMessageId": draft.get("internetMessageId"),
        "conversationId": draft.get("conversationId"),
        "status": "accepted",
    }


def new_draft(context: Context, create: GraphRequest, files: Sequence[Attachment]) -> Answer:
    """A draft made by ``create`` with all its attachments, or none: its creation is not repeated, and where a file
    cannot be attached it is put away."""
    draft = context.graph.made(without_people(create))
    with put_away_when_refused(context, draft):
        draft = completed(context, create, draft)
        for one in files:
            attach(context.graph, draft["id"], one)
    return draft


def completed(context: Context, create: GraphRequest, draft: Answer) -> Answer:
    """The draft with all that ``create`` asked for, which Graph may have left out, and with the recipients that are
    added to its own. Raises ``UnexpectedResponse`` where Graph does not tell those."""
    if any(not isinstance(draft.get(name), list) for name in added_people(create)):
        raise UnexpectedResponse("Graph's answer does not tell the recipients of the new draft.")
    left_out = lacking(create.body or {}, draft)
    if not left_out:
        return draft
    change = patch("/messages/{id}", left_out, id=draft["id"])
    return {**draft, **context.graph.json(replace(change, headers=create.headers, prefer=create.prefer))}


class put_away_when_refused:  # noqa: N801 - reads as a verb where it is used
    """Put the draft away when the block fails for good; while the outcome is unknown, it stays. What went wrong is
    told, and not what went wrong while cleaning up."""

    def __init__(self, context: Context, draft: Answer) -> None:
        self._context, self._draft = context, draft

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, ConnectorError) and not isinstance(error, OutcomeUnknown):
            try:
                put_away(self._context, self._draft["id"])
            except ConnectorError as left:
                error.details["messageId"] = self._draft["id"]
                log.warning("a draft was left in Drafts (%s)", left.code)


def put_away(context: Context, message_id: str) -> None:
    """Move a draft that is not wanted to Deleted Items."""
    context.graph.call(immutable(GraphRequest("DELETE", path("/messages/{id}", {"id": message_id}))))


def submit(context: Context, message_id: str) -> None:
    """Send a draft whose recipients, as they stand in the mailbox now, the policy allows; after a lost answer, look
    whether it has left Drafts.

    Raises ``OutcomeUnknown`` while it still stands there, since it may be on its way, and ``OperationDenied``.
    """
    check_recipients(context, message_id)
    try:
        hand_over(context, post("/messages/{id}/send", id=message_id))
    except OutcomeUnknown as unknown:
        if not has_left_drafts(context, message_id):
            unknown.details["messageId"] = message_id
            unknown.details["check"] = (
                "whether the message with this id is still a draft; if so, it may be sent again"
            )
            raise


def submit_once(context: Context, message_id: str) -> None:
    """Send a draft that may have been sent already, by another worker or by a first try that was answered with a
    refusal: a message is sent once, whoever asks."""
    try:
        submit(context, message_id)
    except GraphError:
        if not has_left_drafts(context, message_id):
            raise


def has_left_drafts(context: Context, message_id: str) -> bool:
    """Whether the message is known to be no draft any more; ``False`` where that cannot be found out."""
    try:
        found = look(context, message_id)
    except ConnectorError:
        return False
    return found is not None and found.get("isDraft") is False


def look(context: Context, message_id: str) -> Answer | None:
    """The message as it stands now, or ``None`` where it is gone."""
    try:
        return read(context, message_id)
    except NotFound:
        return None


def read(context: Context, message_id: str) -> Answer:
    """The message as it stands now, under its immutable id. Raises ``NotFound``."""
    return context.graph.json(immutable(get("/messages/{id}", query={"$select": SHOWN}, id=message_id)))


def check_recipients(context: Context, message_id: str) -> None:
    """Hold a draft's recipients, as they stand in the mailbox now, against the policy, where it limits them."""
    if not context.policy.limits_recipients:
        return
    query = {"$select": "toRecipients,ccRecipients,bccRecipients,replyTo"}
    found = context.graph.json(get("/messages/{id}", query=query, id=message_id))
    listed = [one for field in found.values() if isinstance(field, list) for one in field]
    context.policy.check_recipients(_address(one) for one in listed)


def _address(recipient: Any) -> str:
    """Empty where Graph tells none, which is on no list."""
    told = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    return str(told.get("address") or "") if isinstance(told, dict) else ""


def immutable(request: GraphRequest) -> GraphRequest:
    """The same request, for an id that stays when the draft is sent."""
    return replace(request, prefer={**request.prefer, "IdType": "ImmutableId"})
