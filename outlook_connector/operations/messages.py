"""Messages: what is more than one call, or has to be decided.
https://learn.microsoft.com/graph/api/resources/message"""

from collections.abc import Mapping
from typing import Any

from ..binding import GraphRequest, get, post
from ..context import Context
from ..errors import InvalidInput, UnexpectedResponse
from ..graph.paging import Listing, Page, listing, page_of, page_size, walk
from ..graph.upload import SMALL
from ..normalise import Attachment
from . import compose, keyed, query, tracked
from .completing import added_people
from .outgoing import hand_over

SEARCH_LIMIT = 1000
"""Results that Graph gives to one search at most. https://learn.microsoft.com/graph/search-query-parameter"""


def list_(context: Context, values: dict[str, Any]) -> Listing:
    """Messages of one folder, or of the whole mailbox, by friendly or raw filters."""
    first = request_for(values, {**query.compile_query(values), "$select": values.get("select")})
    if not query.needs_search(values):
        return listing(context.graph, first)
    if "select" in values:
        first = first.with_query(select=",".join(dict.fromkeys([*values["select"], *query.CHECKED])))
    return _searching(context, first, values)


def search(context: Context, values: dict[str, Any]) -> Listing:
    """Messages that match a text or a KQL query, newest first."""
    words = values["query"].replace("\\", "\\\\").replace('"', '\\"')
    return _searching(
        context, request_for(values, {"$search": f'"{words}"', "$select": values.get("select")}), {}
    )


def request_for(values: Mapping[str, Any], asked: Mapping[str, Any]) -> GraphRequest:
    """The first page of a folder's messages, or of the whole mailbox's; what ``asked`` says wins."""
    everything = {"$top": page_size(dict(values)), "$expand": values.get("expand"), **asked}
    if "folder" in values:
        request = get("/mailFolders/{folder}/messages", query=everything, folder=values["folder"])
    else:
        request = get("/messages", query=everything)
    return with_body_format(request, values)


def with_body_format(request: GraphRequest, values: Mapping[str, Any]) -> GraphRequest:
    """Bodies as text or html, where the input asks for one."""
    wanted = values.get("bodyFormat")
    return (
        GraphRequest(**{**vars(request), "prefer": {"outlook.body-content-type": wanted}})
        if wanted
        else request
    )


def _searching(context: Context, first: GraphRequest, values: Mapping[str, Any]) -> Listing:
    """Pages of a search, whose state counts what was found, since Graph ends after 1,000 without a word."""

    def fetch(state: Any) -> Page:
        link, seen = state or (None, 0)
        page = page_of(context.graph.json(context.graph.follow(link, first) if link else first))
        seen += len(page.items)
        items = [one for one in page.items if query.is_meant(values, one)]
        if page.following is None or seen >= SEARCH_LIMIT:
            ends_early = seen >= SEARCH_LIMIT
            return Page(items, None, "Graph gives at most 1,000 results to a search" if ends_early else None)
        return Page(items, [page.following, seen])

    return fetch


def count(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """How many messages fit the filters. What only a search can answer is counted message by message."""
    if query.needs_search(values):
        return _count_found(list_(context, {**values, "pageSize": SEARCH_LIMIT, "limit": SEARCH_LIMIT}))
    place = "/mailFolders/{folder}/messages/$count" if "folder" in values else "/messages/$count"
    ids = {"folder": values["folder"]} if "folder" in values else {}
    asked = {"$filter": query.compile_query(values).get("$filter")}
    told = context.graph.call(get(place, query=asked, **ids)).body.decode("utf-8-sig", "replace").strip()
    if not told.isdigit():
        raise UnexpectedResponse("Graph's answer to a count is not a number.")
    return {"count": int(told)}


def _count_found(fetch: Listing) -> dict[str, Any]:
    found, ends_early = 0, None
    for page in walk(fetch):
        found, ends_early = found + len(page.items), page.incomplete
    return {"count": found, **({"incomplete": ends_early} if ends_early else {})}


def send(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """One mail, in one call or by way of a draft, as ``delivery`` says."""
    delivery = values.get("delivery", "auto")
    _check_delivery(delivery, values)
    large = _too_large(values)
    if delivery == "tracked" or (delivery == "auto" and (large or "idempotencyKey" in values)):
        if values.get("saveToSentItems") is False:
            told = "cannot be false here: a tracked mail always goes to Sent Items"
            raise InvalidInput.of([("/saveToSentItems", told)])
        return _send_tracked(context, values)
    if large:
        raise InvalidInput.of(
            [("/delivery", "cannot be direct: the mail is too large for one call of about 4 MB")]
        )
    body = {"message": compose.with_files(values), "saveToSentItems": values.get("saveToSentItems", True)}
    hand_over(context, post("/sendMail", body))
    return {"status": "accepted", "deduplicated": False}


def _send_tracked(context: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    message, files = compose.message(values), values.get("attachments", [])
    request = post("/messages", message)
    if "idempotencyKey" not in values:
        return tracked.deliver(context, request, files)
    mail = keyed.Mail(values["idempotencyKey"], request, [message], files, carries_key=True)
    return keyed.send(context, mail)


def _check_delivery(delivery: str, values: Mapping[str, Any]) -> None:
    if not any(values.get(name) for name in ("to", "cc", "bcc")):
        raise InvalidInput.of([("/to", "must name somebody, here or in cc or bcc")])
    if delivery == "direct" and "idempotencyKey" in values:
        told = "needs a tracked delivery: one direct call cannot tell whether it was made before"
        raise InvalidInput.of([("/idempotencyKey", told)])


def _too_large(values: Mapping[str, Any]) -> bool:
    files: list[Attachment] = values.get("attachments", [])
    return compose.request_size(values) > compose.ONE_CALL or any(one.size >= SMALL for one in files)


def reply(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Answer the sender."""
    return respond(context, values, "reply", "createReply")


def reply_all(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Answer the sender and all recipients."""
    return respond(context, values, "replyAll", "createReplyAll")


def forward(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Pass the message on."""
    return respond(context, values, "forward", "createForward")


def respond(context: Context, values: Mapping[str, Any], action: str, create: str) -> dict[str, Any]:
    """In one call where that is enough; by way of a draft where the mail is large or has an idempotency key, where
    recipients are added to those that Graph works out from the original, or where the policy wants to see them."""
    files: list[Attachment] = values.get("attachments", [])
    small = compose.response({name: value for name, value in values.items() if name != "attachments"})
    request = post(f"/messages/{{id}}/{create}", small, id=values["messageId"])
    if "idempotencyKey" in values:
        content = [action, values.get("conversationId", values["messageId"]), small]
        return keyed.send(context, keyed.Mail(values["idempotencyKey"], request, content, files))
    if _too_large(values) or context.policy.limits_recipients or added_people(request):
        return tracked.deliver(context, request, files)
    body = compose.response(values)
    hand_over(context, post(f"/messages/{{id}}/{action}", body, id=values["messageId"]))
    return {"status": "accepted", "deduplicated": False}
