"""Mail tips: what to know about recipients before writing to them.

https://learn.microsoft.com/graph/api/user-getmailtips
"""

from collections.abc import Callable, Mapping
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.typed import list_of, text
from outlook_connector.sandbox.graph.permissions import MAIL_TIPS
from outlook_connector.sandbox.graph.post.absence import message_for
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route

Json = dict[str, Any]
_LARGEST = 36_700_160
_MOST = 100


def _replies(request: Request, mailbox: Mailbox | None) -> Json:
    told = message_for(mailbox, request.mailbox.address, request.now) if mailbox else ""
    if mailbox is None or not told:
        return {"message": ""}
    setting = mailbox.own.settings["automaticRepliesSetting"]
    tip = {"message": told, "messageLanguage": mailbox.own.settings["language"]}
    if setting["status"] == "scheduled":
        tip["scheduledStartTime"] = setting["scheduledStartDateTime"]
        tip["scheduledEndTime"] = setting["scheduledEndDateTime"]
    return tip


# Option -> the property of a mailTips object that answers it, and its value.
_TIPS: Mapping[str, tuple[str, Callable[[Request, Mailbox | None], Any]]] = {
    "automaticReplies": ("automaticReplies", _replies),
    "mailboxFullStatus": ("mailboxFull", lambda request, box: False),
    "customMailTip": ("customMailTip", lambda request, box: ""),
    "externalMemberCount": ("externalMemberCount", lambda request, box: 0 if box else 1),
    "totalMemberCount": ("totalMemberCount", lambda request, box: 1),
    "maxMessageSize": ("maxMessageSize", lambda request, box: _LARGEST),
    "deliveryRestriction": ("deliveryRestricted", lambda request, box: False),
    "moderationStatus": ("isModerated", lambda request, box: False),
    "recipientScope": ("recipientScope", lambda request, box: "internal" if box else "external"),
    "recipientSuggestions": ("recipientSuggestions", lambda request, box: []),
}


def get_mail_tips(request: Request) -> Answer:
    """200 with one mailTips object for each address, in their order. Raises 400 for unknown options."""
    found = request.parameters("emailAddresses", "mailTipsOptions")
    addresses = list_of(text)("emailAddresses", found.get("emailAddresses"))
    if not 0 < len(addresses) <= _MOST:
        raise bad_request(f"Give between 1 and {_MOST} addresses.", "ErrorInvalidArgument")
    options = _options(text("mailTipsOptions", found.get("mailTipsOptions")))
    context = f"{request.base_url}/v1.0/$metadata#Collection(microsoft.graph.mailTips)"
    tips = [_tips(request, address, options) for address in addresses]
    return Answer.json(200, {"@odata.context": context, "value": tips})


def _options(written: str) -> list[str]:
    known = {name.lower(): name for name in _TIPS}
    wanted = [part.strip() for part in written.split(",") if part.strip()]
    unknown = [part for part in wanted if part.lower() not in known]
    if unknown or not wanted:
        raise bad_request(f"Requested value '{', '.join(unknown)}' was not found.", "RequestBodyRead")
    return [known[part.lower()] for part in wanted]


def _tips(request: Request, address: str, options: list[str]) -> Json:
    mailbox = request.world.mailbox_of(address)
    tip: Json = {"emailAddress": {"name": "", "address": address}}
    if mailbox is None and address.casefold().endswith(f"@{request.directory.domain.casefold()}"):
        tip["error"] = {"code": "RecipientNotFound", "message": f"The recipient {address} was not found."}
        return tip
    return tip | {_TIPS[option][0]: _TIPS[option][1](request, mailbox) for option in options}


ROUTES = (Route("POST", "getMailTips", MAIL_TIPS, get_mail_tips),)
