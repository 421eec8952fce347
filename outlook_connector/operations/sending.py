"""Messages sent: a mail, an answer, a mail passed on, in one call or by way of a draft.
https://learn.microsoft.com/graph/api/user-sendmail, https://learn.microsoft.com/graph/api/message-reply"""

from collections.abc import Mapping
from typing import Any

from ..binding import post
from ..context import Context
from ..errors import InvalidInput
from ..graph.upload import SMALL
from ..normalise import Attachment
from . import compose, keyed, tracked
from .completing import added_people
from .outgoing import hand_over


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
