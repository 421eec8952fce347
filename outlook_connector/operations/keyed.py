"""One mail for each idempotency key, whatever goes wrong on the way and whichever worker repeats the call.

The key belongs to the mailbox, by the mailbox's own id and not by a name for it. It is held in the store while it is
worked on, and the draft carries it as an extended property, so that it is found again even where the store is new.
https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from ..binding import get, post
from ..context import Context
from ..errors import ConnectorError, GraphError, OutcomeUnknown
from ..normalise import Attachment, addresses
from ..reply import text_of
from ..sent import Claim, digest
from . import compose, tracked

Answer = dict[str, Any]


def send(context: Context, values: Mapping[str, Any]) -> Answer:
    """Write and send the mail of the input's ``idempotencyKey``, or answer what was answered before."""
    key: str = values["idempotencyKey"]
    files: list[Attachment] = values.get("attachments", [])
    resource = compose.message(values)
    owner = _mailbox_id(context)
    content = digest([resource, [[one.properties, _digest_of(one)] for one in files]])
    mark = digest([owner, key])
    with context.sent.claimed(owner, key) as claim:
        if "answer" in claim.row:
            claim.check(content)
            return {**claim.row["answer"], "deduplicated": True}
        draft = _known(context, claim, mark, content, bool(files))
        if draft is None:
            claim.save(content=content)
            create = tracked.immutable(post("/messages", compose.with_key(resource, mark)))
            draft = tracked.new_draft(context, create, files)
        else:
            _check_unchanged(draft, resource)
        return _finish(context, draft, claim, content)


def _mailbox_id(context: Context) -> str:
    """The same for every name of one mailbox: the id of its inbox."""
    found = context.graph.json(get("/mailFolders/inbox", query={"$select": "id"}))
    return text_of(found, "id")


def _digest_of(file: Attachment) -> str:
    found = hashlib.sha256()
    with file.open() as stream:
        while piece := stream.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def _known(context: Context, claim: Claim, mark: str, content: str, has_files: bool) -> Answer | None:
    """What an earlier worker left behind under the key: by the id that it wrote down, or by the key itself.

    A draft that was never written down as complete may lack attachments: where there are any, it is put away.
    """
    if "draft" in claim.row:
        claim.check(content)
        return _found_again(context, claim.row["draft"]["id"])
    for one in _with_mark(context, mark):
        if one.get("isDraft") is False or not has_files:
            return one
        tracked.put_away(context, text_of(one, "id"))
    return None


def _found_again(context: Context, message_id: str) -> Answer:
    """The message of an earlier try. Where it is gone, it may have been sent and deleted since."""
    found = tracked.look(context, message_id)
    if found is None:
        raise OutcomeUnknown(
            "An earlier try under this idempotency key wrote a draft that is no longer in the mailbox: it may have "
            "been sent, and deleted since. Ask the receiver, and take a new key to send it again.",
            details={"messageId": message_id, "check": "Deleted Items, and the receiver"},
        )
    return found


def _with_mark(context: Context, mark: str) -> list[Answer]:
    """The mailbox's messages with this key, those that were sent first."""
    wanted = (
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{compose.KEY_PROPERTY}' and ep/value eq '{mark}')"
    )
    query = {"$filter": wanted, "$select": tracked.SHOWN}
    found = context.graph.json(tracked.immutable(get("/messages", query=query))).get("value")
    listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return sorted(listed, key=lambda one: one.get("isDraft") is not False)


def _check_unchanged(draft: Answer, resource: Mapping[str, Any]) -> None:
    """A draft that somebody has changed meanwhile is no longer what the caller wants to send."""
    fields = ("toRecipients", "ccRecipients", "bccRecipients")
    same = all(_addresses(draft.get(name)) == _addresses(resource.get(name)) for name in fields)
    if draft.get("isDraft") is not False and not (
        same and draft.get("subject") == resource.get("subject", "")
    ):
        raise ConnectorError(
            "The draft that an earlier try wrote under this idempotency key was changed in the mailbox since. Send it "
            "with drafts.send, or delete it and take a new key.",
            code="draftChanged",
            details={"messageId": draft.get("id")},
        )


def _addresses(recipients: Any) -> set[str]:
    listed = recipients if isinstance(recipients, list) else []
    return {address.lower() for address in addresses(listed)}


def _finish(context: Context, draft: Answer, claim: Claim, content: str) -> Answer:
    """Send the draft unless it has been sent, and write the answer down under the key."""
    is_new = draft.get("isDraft") is not False
    if is_new:
        claim.save(content=content, draft={"id": text_of(draft, "id")})
        _submit_once(context, draft["id"])
    answer = tracked.answer_of(draft)
    claim.save(content=content, answer=answer)
    return {**answer, "deduplicated": not is_new}


def _submit_once(context: Context, message_id: str) -> None:
    """Send a draft that another worker may have sent in between: a message is sent once, whoever asks."""
    try:
        tracked.submit(context, message_id)
    except GraphError:
        if not tracked.has_left_drafts(context, message_id):
            raise
