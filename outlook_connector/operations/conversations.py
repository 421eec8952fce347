"""Conversations: the messages of one thread, in whichever folders they lie. Graph has no mail resource for them;
they are read through ``conversationId``. https://learn.microsoft.com/graph/api/resources/message"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..errors import InvalidInput
from ..graph.paging import Listing, Page, listing, page_of, page_size, walk
from . import messages, query, sending

SHOWN = (
    *("id", "subject", "from", "toRecipients", "ccRecipients", "receivedDateTime", "sentDateTime", "isRead"),
    *("isDraft", "hasAttachments", "importance", "categories", "flag", "bodyPreview", "conversationId"),
    *("internetMessageId", "parentFolderId", "webLink"),
)
READ = (*SHOWN, "uniqueBody")
MARK = 8
"""Letters of six bits by which a cursor remembers a conversation that was listed: 48 bits, of which two among
``MOST`` conversations are the same once in four million lists."""
MOST = 12_000
"""Conversations that a cursor can remember."""


def list_(context: Context, values: dict[str, Any]) -> Listing:
    """Conversations by their latest message. The state is ``[link, marks of those that were listed]``."""
    known = {name: values[name] for name in ("receivedAfter",) if name in values}
    asked = query.compile_query({**known, "orderBy": query.NEWEST_FIRST})
    first = messages.request_for(
        values, {**asked, "$select": ",".join(SHOWN), "$top": values.get("pageSize", 100)}
    )

    def fetch(state: Any) -> Page:
        link, seen = state or (None, "")
        page = page_of(context.graph.json(context.graph.follow(link, first) if link else first))
        items, seen = _unseen(page.items, seen)
        if page.following is None:
            return Page(items, None)
        if len(seen) >= MOST * MARK:
            return Page(items, None, f"a cursor remembers {MOST:,} conversations; narrow with receivedAfter")
        return Page(items, [page.following, seen])

    return fetch


def _unseen(found: list[dict[str, Any]], seen: str) -> tuple[list[dict[str, Any]], str]:
    """The conversations among ``found`` that were not listed before, and the marks with theirs."""
    known = {seen[at : at + MARK] for at in range(0, len(seen), MARK)}
    items = []
    for one in found:
        mark = _mark(str(one.get("conversationId")))
        if one.get("isDraft") or not one.get("conversationId") or mark in known:
            continue
        known.add(mark)
        seen += mark
        items.append(_conversation(one))
    return items, seen


def _mark(conversation_id: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(conversation_id.encode()).digest())[:MARK].decode("ascii")


def _conversation(latest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": latest["conversationId"],
        "topic": latest.get("subject"),
        "preview": latest.get("bodyPreview"),
        "lastDeliveredDateTime": latest.get("receivedDateTime"),
        "latestMessage": latest,
    }


def get_(context: Context, values: dict[str, Any]) -> Listing:
    """All messages of a conversation in every folder, the oldest first, each with what is new in it."""
    select = ",".join(dict.fromkeys(["id", *values.get("select", READ)]))
    first = in_order(values, "receivedDateTime", **{"$select": select, "$top": page_size(values)})
    return listing(context.graph, messages.with_body_format(first, values))


def in_order(values: Mapping[str, Any], order: str, **asked: Any) -> GraphRequest:
    """The conversation's messages by time. Graph filters and sorts together where the first filter is for what it
    sorts by. https://learn.microsoft.com/graph/api/user-list-messages"""
    wanted = {"conversationId": values["conversationId"], "orderBy": order}
    wanted |= {"receivedAfter": values["after"]} if "after" in values else {}
    return get("/messages", query={**query.compile_query(wanted), **asked})


def reply(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Answer the latest message of the conversation that somebody else wrote."""
    latest = _to_answer(context, values)
    if latest is None:
        raise InvalidInput.of([("/conversationId", "names no conversation with a message in this mailbox")])
    ways = {True: ("replyAll", "createReplyAll"), False: ("reply", "createReply")}
    action, create = ways[values.get("replyAll", False)]
    return sending.respond(context, {**values, "messageId": latest["id"]}, action, create)


def _to_answer(context: Context, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The latest message that the mailbox's owner did not write; the latest of all where there is none.

    Its owner is known by the mailbox's address, where the call or the connection names one, and by the sender of
    what lies in Sent Items.
    """
    request = get("/mailFolders/sentitems", query={"$select": "id"})
    sent_items = context.graph.json(request).get("id")
    own, latest = {(context.graph.mailbox or "").lower()}, None
    for page in _newest_first(context, values):
        own |= senders(page, sent_items)
        for one in page:
            latest = latest or one
            if is_of_others(one, sent_items, own):
                return one
    return latest


def senders(found: Iterable[Mapping[str, Any]], sent_items: Any) -> set[str]:
    """The addresses that what lies in Sent Items was sent from."""
    return {_sender(one) for one in found if one.get("parentFolderId") == sent_items} - {""}


def is_of_others(message: Mapping[str, Any], sent_items: Any, own: Collection[str]) -> bool:
    """Whether none of the mailbox's ``own`` addresses sent it."""
    return message.get("parentFolderId") != sent_items and _sender(message) not in {*own} - {""}


def _sender(message: Mapping[str, Any]) -> str:
    """Empty where it has none."""
    sender = message.get("from") or message.get("sender") or {}
    return str((sender.get("emailAddress") or {}).get("address") or "").lower()


def newest(
    context: Context, values: Mapping[str, Any], folder_id: str | None = None
) -> dict[str, Any] | None:
    """The latest message that is no draft; only of the folder, where one is named."""
    found = (one for page in _newest_first(context, values) for one in page)
    return next((one for one in found if folder_id in (None, one.get("parentFolderId"))), None)


def _newest_first(context: Context, values: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Pages of the conversation's messages that are no drafts."""
    select = "id,isDraft,parentFolderId,receivedDateTime,from,sender"
    first = in_order(values, query.NEWEST_FIRST, **{"$select": select, "$top": 50})
    for page in walk(listing(context.graph, first)):
        yield [one for one in page.items if not one.get("isDraft")]
