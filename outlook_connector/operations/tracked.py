"""Sending by way of a draft, so that what was sent has an id and is sent once.

A draft is written, carries the key, gets its attachments, and is sent. Its immutable id stays the same in Sent
Items, so after a lost answer the connector can look instead of guessing.
https://learn.microsoft.com/graph/outlook-immutable-id
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from ..binding import GraphRequest, get, post
from ..context import Context
from ..errors import ConnectorError, GraphError, NotFound, OutcomeUnknown
from ..graph.upload import attach
from ..normalise import Attachment
from ..sent import Claim
from . import compose

IMMUTABLE = {"IdType": "ImmutableId"}
SHOWN = "id,internetMessageId,conversationId,isDraft,parentFolderId"

Answer = dict[str, Any]


def send(context: Context, values: Mapping[str, Any]) -> Answer:
    """Write a draft from the input and send it, once for each ``idempotencyKey``."""
    key = values.get("idempotencyKey")
    files: list[Attachment] = values.get("attachments", [])
    resource = compose.message(values)
    if key is None:
        return _finish(context, _draft(context, resource, files), None)
    content = {**resource, "attachments": [{**one.properties, "size": one.size} for one in files]}
    with context.sent.claimed(context.owner, key, content) as claim:
        if "answer" in claim.row:
            return {**claim.row["answer"], "deduplicated": True}
        digest = hashlib.sha256(f"{context.owner}\n{key}".encode()).hexdigest()
        keyed = compose.with_key(resource, digest)
        draft = _known(context, claim, digest, bool(files))
        if draft is None:
            claim.save()
            draft = _draft(context, keyed, files)
        return _finish(context, draft, claim)


def _known(context: Context, claim: Claim, digest: str, has_files: bool) -> Answer | None:
    """What an earlier worker left behind under the key: by the id it wrote down, or by the key itself.

    A draft that was never written down as complete may lack attachments: where there are any, it is put away.
    """
    if "draft" in claim.row:
        return {**claim.row["draft"], **_found_again(context, claim.row["draft"]["id"])}
    for folder in ("drafts", "sentitems") if claim.version else ():
        for one in _with_key(context, folder, digest):
            if not one.get("isDraft") or not has_files:
                return one
            context.graph.call(
                GraphRequest("DELETE", get("/messages/{id}", id=one["id"]).path, prefer=IMMUTABLE)
            )
    return None


def _found_again(context: Context, message_id: str) -> Answer:
    """The message of an earlier try. Where it is gone, it may have been sent and deleted since."""
    found = _look(context, message_id)
    if found is None:
        raise OutcomeUnknown(
            "An earlier try under this idempotency key wrote a draft that is no longer in the mailbox: it may have "
            "been sent, and deleted since. Ask the receiver, and take a new key to send it again.",
            details={"messageId": message_id, "check": "Deleted Items, and the receiver"},
        )
    return found


def _with_key(context: Context, folder: str, digest: str) -> list[Answer]:
    wanted = (
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{compose.KEY_PROPERTY}' and ep/value eq '{digest}')"
    )
    query = {"$filter": wanted, "$select": SHOWN}
    request = _immutable(get("/mailFolders/{folder}/messages", query=query, folder=folder))
    found: list[Answer] = context.graph.json(request).get("value", [])
    return found


def _draft(context: Context, resource: Mapping[str, Any], files: list[Attachment]) -> Answer:
    """A new draft with all its attachments. A draft that is written twice is no mail sent twice, but it stays
    lying about; so its creation is not repeated either."""
    draft = context.graph.json(_immutable(post("/messages", resource)))
    for one in files:
        attach(context.graph, draft["id"], one)
    return draft


def _finish(context: Context, draft: Answer, claim: Claim | None) -> Answer:
    """Send the draft unless it has been sent, and write the answer down under the key."""
    is_new = draft.get("isDraft", True)
    if is_new:
        if claim is not None:
            claim.save(draft={name: draft[name] for name in ("id", "internetMessageId", "conversationId")})
        _submit_once(context, draft["id"])
    answer = {
        "messageId": draft["id"],
        "internetMessageId": draft.get("internetMessageId"),
        "conversationId": draft.get("conversationId"),
        "status": "accepted",
    }
    if claim is not None:
        claim.save(answer=answer)
    return {**answer, "deduplicated": not is_new}


def _submit_once(context: Context, message_id: str) -> None:
    """Send a draft that another worker may have sent in between: a message is sent once, whoever asks."""
    try:
        submit(context, message_id)
    except GraphError:
        if not _has_left_drafts(context, message_id):
            raise


def submit(context: Context, message_id: str) -> None:
    """Send a draft; after a lost answer, look whether it has left Drafts.

    Raises ``OutcomeUnknown`` while it still stands there, since it may be on its way.
    """
    try:
        context.graph.call(post("/messages/{id}/send", id=message_id))
    except OutcomeUnknown as unknown:
        if not _has_left_drafts(context, message_id):
            unknown.details["messageId"] = message_id
            unknown.details["check"] = (
                "whether the message with this id is still a draft; if so, it may be sent again"
            )
            raise


def _has_left_drafts(context: Context, message_id: str) -> bool:
    """Whether the message is known to be no draft any more; ``False`` where that cannot be found out."""
    try:
        found = _look(context, message_id)
    except ConnectorError:
        return False
    return found is not None and found.get("isDraft") is False


def _look(context: Context, message_id: str) -> Answer | None:
    try:
        return context.graph.json(_immutable(get("/messages/{id}", query={"$select": SHOWN}, id=message_id)))
    except NotFound:
        return None


def checked_draft(context: Context, create: GraphRequest, change: Callable[[Answer], None]) -> Answer:
    """A draft made by ``create`` and completed by ``change``, its final recipients held against the policy; it is
    put away again where the policy refuses them."""
    draft = context.graph.json(_immutable(create))
    try:
        change(draft)
        check_recipients(context, draft["id"])
    except Exception:
        context.graph.call(
            GraphRequest("DELETE", get("/messages/{id}", id=draft["id"]).path, prefer=IMMUTABLE)
        )
        raise
    return draft


def check_recipients(context: Context, message_id: str) -> None:
    """Hold a draft's recipients, as they stand in the mailbox now, against the policy."""
    query = {"$select": "toRecipients,ccRecipients,bccRecipients"}
    found = context.graph.json(get("/messages/{id}", query=query, id=message_id))
    listed = [one for field in found.values() if isinstance(field, list) for one in field]
    context.policy.check_recipients(str(one.get("emailAddress", {}).get("address", "")) for one in listed)


def _immutable(request: GraphRequest) -> GraphRequest:
    return GraphRequest(**{**vars(request), "prefer": {**request.prefer, **IMMUTABLE}})
