"""What can be asked before a mail is written. https://learn.microsoft.com/graph/api/user-getmailtips"""

from typing import Any

from ..binding import post
from ..context import Context
from ..normalise import addresses

TIPS = (
    *("automaticReplies", "mailboxFullStatus", "customMailTip", "externalMemberCount", "totalMemberCount"),
    *("maxMessageSize", "deliveryRestriction", "moderationStatus", "recipientScope", "recipientSuggestions"),
)


def mail_tips(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """What is known of recipients, one answer each: automatic replies, a full mailbox, limits."""
    body = {
        "EmailAddresses": list(addresses(values["recipients"])),
        "MailTipsOptions": ", ".join(values.get("options", TIPS)),
    }
    return context.graph.json(post("/getMailTips", body, repeatable=True))
