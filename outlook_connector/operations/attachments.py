"""Attachments. https://learn.microsoft.com/graph/api/resources/attachment"""

from typing import Any

from ..binding import get, post
from ..context import Context
from ..graph.upload import attach
from .content import fetched

SHOWN = "id,name,contentType,size,isInline,lastModifiedDateTime"
CARRIED = "subject,body,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,importance,categories"
"""What may be written of a message that is attached to another."""
WHERE = "/messages/{messageId}/attachments/{attachmentId}"


def add(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Add one file to a draft; gives the attachment without its content."""
    return attach(context.graph, values["messageId"], values["attachment"])


def download(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The content, streamed to a file where ``saveTo`` names one or a directory, else in base64."""
    ids = {"messageId": values["messageId"], "attachmentId": values["attachmentId"]}
    about = context.graph.json(get(WHERE, query={"$select": SHOWN}, **ids))
    facts = {name: about[name] for name in ("name", "contentType") if about.get(name)}
    name = str(about.get("name") or "attachment")
    return {**facts, **fetched(context, get(WHERE + "/$value", **ids), values.get("saveTo"), name)}


def add_item(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Attach another message of the mailbox, or any item in Graph's words; gives the attachment without the item."""
    item = values.get("item") or _item_of(context, values["attachedMessageId"])
    name = values.get("name") or item.get("subject") or "attachment"
    body = {"@odata.type": "#microsoft.graph.itemAttachment", "name": name, "item": item}
    made = context.graph.json(post("/messages/{messageId}/attachments", body, messageId=values["messageId"]))
    return {key: value for key, value in made.items() if key != "item"}


def _item_of(context: Context, message_id: str) -> dict[str, Any]:
    found = context.graph.json(get("/messages/{id}", query={"$select": CARRIED}, id=message_id))
    carried = {key: found[key] for key in CARRIED.split(",") if found.get(key)}
    return {"@odata.type": "#microsoft.graph.message", **carried}
