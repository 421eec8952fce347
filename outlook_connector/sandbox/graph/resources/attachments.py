"""Attachments of a message: https://learn.microsoft.com/graph/api/resources/attachment"""

from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.attaching import attachment_of
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.odata.collection import page
from outlook_connector.sandbox.graph.odata.render import attachment_json
from outlook_connector.sandbox.graph.permissions import READ, WRITE
from outlook_connector.sandbox.graph.post.compose import new_key
from outlook_connector.sandbox.graph.post.incoming import is_mime
from outlook_connector.sandbox.graph.post.mime import mime_of_item
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.listing import entity_answer
from outlook_connector.sandbox.graph.routing import Route

Json = dict[str, Any]
_EVERYTHING = 1000


def _place(request: Request, message: Message) -> str:
    return f"/messages('{request.view(message).id}')/attachments"


def list_attachments(request: Request) -> Answer:
    """All attachments with their content; `$select` leaves it out, `$filter` is passed over as Graph does."""
    message = request.message()
    view = request.view(message)
    found = page(list(message.attachments), request.query, request.prefer.page_size or _EVERYTHING)
    select = request.query.select
    selected = f"({','.join(select)})" if select else ""
    body: Json = {"@odata.context": request.context(f"{_place(request, message)}{selected}")}
    if request.query.count:
        body["@odata.count"] = found.total
    body["value"] = [attachment_json(view, attachment, select) for attachment in found.rows]
    if found.next_query:
        body["@odata.nextLink"] = request.link(found.next_query)
    return Answer.json(200, body)


def count_attachments(request: Request) -> Answer:
    """How many there are."""
    return Answer(200, str(len(request.message().attachments)).encode(), {"Content-Type": "text/plain"})


def get_attachment(request: Request) -> Answer:
    """One attachment; an item attachment with its item where `$expand` asks for it."""
    message = request.message()
    attachment = request.attachment(message)
    with_item = any(expansion.name.endswith("item") for expansion in request.query.expand)
    values = attachment_json(request.view(message), attachment, request.query.select, with_item=with_item)
    return entity_answer(request, 200, values, _place(request, message))


def get_content(request: Request) -> Answer:
    """The bytes of a file, or the MIME of a message that is attached.

    https://learn.microsoft.com/graph/api/attachment-get#get-the-raw-contents-of-a-file-or-item-attachment
    """
    attachment = request.attachment(request.message())
    if attachment.kind == "item":
        if not attachment.holds_message:
            raise bad_request("The sandbox converts messages alone.", "ErrorUnsupportedMimeConversion")
        content = mime_of_item(attachment.item or {}, attachment.modified)
        return Answer(200, content, {"Content-Type": "text/plain"})
    if attachment.kind != "file":
        raise bad_request("A reference attachment has no content.", "ErrorInvalidOperation")
    kind = attachment.content_type or "application/octet-stream"
    return Answer(200, attachment.content, {"Content-Type": kind})


def add_attachment(request: Request) -> Answer:
    """Adds a file or an item under 3 MB: 201."""
    message = request.message()
    if is_mime(request):
        raise bad_request("Attachments are posted as JSON.")
    key = new_key(message.key, request.world.next_serial())
    attachment = attachment_of(request.json(), key, request.now)
    return attached(request, message, attachment)


def attached(request: Request, message: Message, attachment: Attachment) -> Answer:
    """Stores a message with one more attachment and answers with it."""
    stored = request.mailbox.put(message.evolve(request.now, attachments=(*message.attachments, attachment)))
    values = attachment_json(request.view(stored), attachment)
    return entity_answer(request, 201, values, _place(request, stored))


def delete_attachment(request: Request) -> Answer:
    """Takes an attachment off: 204."""
    message = request.message()
    attachment = request.attachment(message)
    left = tuple(item for item in message.attachments if item.key != attachment.key)
    request.mailbox.put(message.evolve(request.now, attachments=left))
    return Answer(204)


_ALL = "messages/{message}/attachments"
_ONE = f"{_ALL}/{{attachment}}"
ROUTES = (
    Route("GET", _ALL, READ, list_attachments),
    Route("GET", f"{_ALL}/$count", READ, count_attachments),
    Route("POST", _ALL, WRITE, add_attachment),
    Route("GET", _ONE, READ, get_attachment),
    Route("GET", f"{_ONE}/$value", READ, get_content),
    Route("DELETE", _ONE, WRITE, delete_attachment),
)
