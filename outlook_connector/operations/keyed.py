"""One mail for each idempotency key, whatever goes wrong on the way and whichever worker repeats the call.

The key belongs to the mailbox, by the mailbox's own id and not by a name for it. It is held in the store while it is
worked on, and the draft carries it as an extended property, so that it is found again even where the store is new. A
draft is sent only once its id has been written down, and a message leaves Drafts once: what is repeated is the sending
of the same draft, never its writing. https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ..binding import GraphRequest, get, patch
from ..context import Context
from ..errors import ConnectorError, InvalidInput, OutcomeUnknown
from ..graph.upload import attach
from ..normalise import Attachment, addresses
from ..reply import text_of
from ..sent import Claim, digest, other_content
from . import compose, tracked
from .completing import without_people

Answer = dict[str, Any]


@dataclass(frozen=True)
class Mail:
    """What is to be sent under a key: ``create`` makes its draft, and ``content`` (JSON) tells it from another mail.

    ``carries_key``: the request that makes the draft takes extended properties. Microsoft documents that for new
    messages in JSON alone; other drafts get theirs by a PATCH.
    https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-post-singlevalueextendedproperties
    """

    key: str
    create: GraphRequest
    content: list[Any]
    files: Sequence[Attachment] = ()
    carries_key: bool = False


@dataclass(frozen=True)
class _Work:
    """A key in hand: its row in the store, and what a message carries that was written under it, both hashed."""

    context: Context
    claim: Claim
    mark: str
    content: str


def send(context: Context, mail: Mail) -> Answer:
    """Write and send the mail, or answer what was answered before under its key."""
    content = digest([mail.content, [[one.properties, _digest_of(one)] for one in mail.files]])
    with _held(context, mail.key, content) as work:
        if "answer" in work.claim.row:
            return {**work.claim.row["answer"], "deduplicated": True}
        whole = not (mail.carries_key and mail.files)
        draft = _recorded(work) or _carrying(work, whole=whole) or _begun(work)
        return _finish(work, draft or _written(work, mail))


def send_draft(context: Context, key: str, draft_id: str) -> Answer:
    """Send a draft that stands in the mailbox under the key, or answer what was answered before. It is known by its
    immutable id from then on, whichever id it was named by. Raises ``NotFound``."""
    with _held(context, key, digest(["drafts.send", draft_id])) as work:
        if "answer" in work.claim.row:
            return {**work.claim.row["answer"], "deduplicated": True}
        draft = _recorded(work, changed=True) or _carrying(work, whole=True)
        if draft is None:
            draft = tracked.read(context, draft_id)
            if draft.get("isDraft") is False:
                raise InvalidInput.of(
                    [("/draftId", "names a message that was sent before, and not by this key")]
                )
            _mark(work, text_of(draft, "id"))
        return _finish(work, draft)


@contextmanager
def _held(context: Context, key: str, content: str) -> Iterator[_Work]:
    """The key's row, held. What remains unknown is safe to repeat, by the key."""
    found = context.graph.json(get("/mailFolders/inbox", query={"$select": "id"}))
    owner = text_of(found, "id")  # the same for every name of one mailbox
    with context.sent.claimed(owner, key) as claim:
        if "answer" in claim.row or "draft" in claim.row:
            claim.check(content)
        try:
            yield _Work(context, claim, digest([owner, key]), content)
        except OutcomeUnknown as unknown:
            if unknown.details.get("gone"):
                raise
            raise unknown.safe_to_repeat(
                "Repeat the call with the same idempotencyKey and content."
            ) from None


def _digest_of(file: Attachment) -> str:
    found = hashlib.sha256()
    with file.open() as stream:
        while piece := stream.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def _recorded(work: _Work, changed: bool = False) -> Answer | None:
    """The message whose id an earlier try wrote down. Where it is gone, it may have been sent and deleted since;
    where somebody ``changed`` it, it is sent only where that was meant."""
    if "draft" not in work.claim.row:
        return None
    draft: dict[str, Any] = work.claim.row["draft"]
    found = tracked.look(work.context, draft["id"]) or _carrying(work, whole=True)
    if found is None:
        raise OutcomeUnknown(
            "An earlier try under this idempotency key wrote a draft that is no longer in the mailbox: it may have "
            "been sent, and deleted since. Ask the receiver, and take a new key to send it again.",
            details={"messageId": draft["id"], "check": "Deleted Items, and the receiver", "gone": True},
        )
    if not changed and found.get("isDraft") is not False and _is_changed(work, found, draft):
        raise ConnectorError(
            "The draft that an earlier try wrote under this idempotency key was changed or deleted in the mailbox "
            "since. Send it with drafts.send, or take a new key.",
            code="draftChanged",
            details={"messageId": draft["id"]},
        )
    return found


def _is_changed(work: _Work, found: Answer, draft: Answer) -> bool:
    """Whether somebody has changed what was written, or deleted it, which nothing here does once it is recorded."""
    if _seen(found) != draft.get("seen", _seen(found)):
        return True
    place = found.get("parentFolderId")
    if draft.get("place") in (None, place):
        return False
    bin_ = work.context.graph.json(get("/mailFolders/deleteditems", query={"$select": "id"}))
    return place == bin_.get("id")


def _carrying(work: _Work, *, whole: bool) -> Answer | None:
    """What an earlier try left in the mailbox under the key without writing its id down: a message that was sent, or
    a draft of the same content. A draft that may lack attachments, not ``whole``, is put away."""
    for one in _with_mark(work):
        content = _content_of(one)
        if one.get("isDraft") is False:
            if content not in (None, work.content):
                raise other_content()
            return one
        if content == work.content and whole:
            return one
        if content == work.content:
            tracked.put_away(work.context, text_of(one, "id"))
    return None


def _begun(work: _Work) -> Answer | None:
    """What an earlier try had begun to write and not marked: put away, unless somebody has sent it as it was."""
    begun: str | None = work.claim.row.get("begun")
    found = tracked.look(work.context, begun) if begun else None
    if found is None or found.get("isDraft") is False:
        return found
    tracked.put_away(work.context, text_of(found, "id"))
    return None


def _with_mark(work: _Work) -> list[Answer]:
    """The mailbox's messages with this key, those that were sent first."""
    wanted = f"ep/id eq '{compose.KEY_PROPERTY}' and ep/value eq '{work.mark}'"
    query = {
        "$filter": f"singleValueExtendedProperties/Any(ep: {wanted})",
        "$expand": f"singleValueExtendedProperties($filter=id eq '{compose.CONTENT_PROPERTY}')",
        "$select": tracked.SHOWN,
    }
    found = work.context.graph.json(tracked.immutable(get("/messages", query=query))).get("value")
    listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return sorted(listed, key=lambda one: one.get("isDraft") is not False)


def _content_of(message: Answer) -> str | None:
    """The content, hashed, that a message was written for; ``None`` where Graph does not tell."""
    carried = message.get("singleValueExtendedProperties")
    told = [one.get("value") for one in carried or [] if isinstance(one, dict)]
    return str(told[0]) if told else None


def _written(work: _Work, mail: Mail) -> Answer:
    """A new draft, complete and marked; put away where Graph or the policy refuses."""
    context, marks = work.context, compose.marks(work.mark, work.content)
    create = tracked.immutable(mail.create)
    if mail.carries_key:
        create = replace(create, body={**(create.body or {}), **marks})
    work.claim.save(content=work.content)
    try:
        draft = context.graph.made(without_people(create))
    except OutcomeUnknown as unknown:
        unknown.details["check"] = "Drafts, for a draft that may be left over; nothing was sent"
        raise
    message_id = text_of(draft, "id")
    with tracked.put_away_when_refused(context, draft):
        if not mail.carries_key:
            work.claim.save(begun=message_id)
        draft = tracked.completed(context, create, draft)
        for one in mail.files:
            attach(context.graph, message_id, one)
        tracked.check_recipients(context, message_id)
        if not mail.carries_key:
            _mark(work, message_id)
    return draft


def _mark(work: _Work, message_id: str) -> None:
    """Put the key on a draft, from when on it is found by it."""
    work.context.graph.call(patch("/messages/{id}", compose.marks(work.mark, work.content), id=message_id))


def _seen(message: Answer) -> str:
    """What somebody may not have changed between writing and sending, as a hash."""
    people = [
        sorted({address.lower() for address in addresses(message.get(name) or [])})
        for name in ("toRecipients", "ccRecipients", "bccRecipients")
    ]
    return digest([message.get("subject") or "", people])


def _finish(work: _Work, draft: Answer) -> Answer:
    """Send the draft unless it has been sent, and write the answer down under the key."""
    is_new = draft.get("isDraft") is not False
    if is_new:
        record = {"id": text_of(draft, "id"), "seen": _seen(draft), "place": draft.get("parentFolderId")}
        work.claim.save(content=work.content, draft=record)
        tracked.submit_once(work.context, draft["id"])
    answer = tracked.answer_of(draft)
    work.claim.save(content=work.content, answer=answer)
    return {**answer, "deduplicated": not is_new}
