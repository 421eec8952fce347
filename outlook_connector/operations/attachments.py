"""Attachments. https://learn.microsoft.com/graph/api/resources/attachment"""

from collections.abc import Callable, Mapping
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from ..binding import get, post
from ..context import Context
from ..graph.upload import attach
from ..normalise import Attachment
from .content import copied, fetched

SHOWN = "id,name,contentType,size,isInline,lastModifiedDateTime"
CARRIED = "subject,body,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,importance,categories"
"""What may be written of a message that is attached to another."""
RAW: Mapping[str, tuple[str, str]] = {
    "message": (".eml", "message/rfc822"),
    "event": (".ics", "text/calendar"),
    "contact": (".vcf", "text/vcard"),
}
"""Kind of an attached item → the suffix and the type of its raw content."""
ITEM = "microsoft.graph.itemAttachment/item"
WHERE = "/messages/{messageId}/attachments/{attachmentId}"


def add(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Add one file to a draft; gives the attachment without its content."""
    return attach(context.graph, values["messageId"], values["attachment"])


def download(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The content, streamed to a file where ``saveTo`` names one or a directory, else in base64. An attached message
    comes as MIME, an event as iCalendar, a contact as vCard.
    https://learn.microsoft.com/graph/api/attachment-get"""
    ids = {"messageId": values["messageId"], "attachmentId": values["attachmentId"]}
    about = context.graph.json(get(WHERE, query={"$select": SHOWN}, **ids))
    if str(about.get("@odata.type", "")).endswith("itemAttachment"):
        about |= _form_of(context.graph.json(get(WHERE, query={"$expand": ITEM}, **ids)))
    facts = {name: about[name] for name in ("name", "contentType") if about.get(name)}
    name, size = str(about.get("name") or "attachment"), about.get("size")
    request = get(WHERE + "/$value", **ids)
    return {**facts, **fetched(context, request, values.get("saveTo"), name, size)}


def _form_of(attachment: Mapping[str, Any]) -> dict[str, str]:
    """The file's name and type that an item attachment's raw content has."""
    kind = str((attachment.get("item") or {}).get("@odata.type", "")).rpartition(".")[2]
    suffix, content_type = RAW.get(kind, RAW["message"])
    name = str(attachment.get("name") or kind)
    return {
        "name": name if name.lower().endswith(suffix) else name + suffix,
        "contentType": content_type,
    }


def add_item(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Attach another message of the mailbox, or any item in Graph's words; gives the attachment without the item.

    What an item attachment holds is written anew, without the attachments and times of the original; ``exact``
    attaches the message's own MIME instead, as a file.
    """
    if values.get("exact"):
        return _add_mime(context, values)
    item = values.get("item") or _item_of(context, values["attachedMessageId"])
    name = values.get("name") or item.get("subject") or "attachment"
    body = {"@odata.type": "#microsoft.graph.itemAttachment", "name": name, "item": item}
    made = context.graph.json(post("/messages/{messageId}/attachments", body, messageId=values["messageId"]))
    return {key: value for key, value in made.items() if key != "item"}


def _add_mime(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """By way of a temporary file, since an upload needs to know how large it is."""
    wanted = values["attachedMessageId"]
    subject = context.graph.json(get("/messages/{id}", query={"$select": "subject"}, id=wanted)).get(
        "subject"
    )
    name = values.get("name") or str(subject or "message")
    with TemporaryFile() as content:
        size, _ = copied(context.graph, get("/messages/{id}/$value", id=wanted), content)
        content.seek(0)
        return attach(context.graph, values["messageId"], _eml(name, size, lambda: content))


def _item_of(context: Context, message_id: str) -> dict[str, Any]:
    found = context.graph.json(get("/messages/{id}", query={"$select": CARRIED}, id=message_id))
    carried = {key: found[key] for key in CARRIED.split(",") if found.get(key)}
    return {"@odata.type": "#microsoft.graph.message", **carried}


def _eml(name: str, size: int, opened: Callable[[], BinaryIO]) -> Attachment:
    """A message's MIME as a file to attach."""
    suffix, content_type = RAW["message"]
    properties = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": name if name.lower().endswith(suffix) else name + suffix,
        "contentType": content_type,
        "isInline": False,
    }
    return Attachment(properties, size, opened)
