"""Scenarios that write."""

from __future__ import annotations

import base64
from typing import Any

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.attachment_item import AttachmentItem
from msgraph.generated.models.attachment_type import AttachmentType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.messages.item.attachments.create_upload_session import (
    create_upload_session_post_request_body as upload,
)
from msgraph.generated.users.item.messages.item.move.move_post_request_body import MovePostRequestBody
from msgraph.generated.users.item.messages.item.reply.reply_post_request_body import ReplyPostRequestBody
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
from msgraph_core.tasks.large_file_upload import LargeFileUploadTask
from msgraph_sdk.session import Session
from running import digest, large_file

Json = dict[str, Any]
PIECE = 4 * 1024 * 1024


def mail(subject: str, address: str) -> Message:
    """A short message to one person."""
    return Message(
        subject=subject,
        body=ItemBody(content_type=BodyType.Text, content="Written by a client of others."),
        to_recipients=[Recipient(email_address=EmailAddress(address=address))],
    )


async def send_to(session: Session, subject: str, address: str) -> None:
    """Says what Graph takes for granted: the body would say the opposite."""
    body = SendMailPostRequestBody(message=mail(subject, address), save_to_sent_items=True)
    await session.me.me.send_mail.post(body)


async def sending(session: Session) -> Json:
    await send_to(session, session.order["subjects"]["send"], session.order["other"])
    return {}


async def replying(session: Session) -> Json:
    message = session.me.me.messages.by_message_id(session.order["thread"])
    await message.reply.post(ReplyPostRequestBody(comment=session.order["subjects"]["reply"]))
    return {}


async def moving(session: Session) -> Json:
    message = session.me.me.messages.by_message_id(session.order["newsletter"])
    moved = await message.move.post(MovePostRequestBody(destination_id="archive"))
    return {"id": moved.id, "folder": moved.parent_folder_id}


async def attaching(session: Session) -> Json:
    """Ten megabytes in pieces by the client's adapter; what its own upload task says is among the facts."""
    content = large_file()
    drafts = session.me.me.messages
    draft = await drafts.post(Message(subject=session.order["subjects"]["attachment"]))
    attachments = drafts.by_message_id(draft.id).attachments
    opened = await _upload_session(attachments, len(content))
    adapter = session.anonymous()
    for first in range(0, len(content), PIECE):
        piece = content[first : first + PIECE]
        put = RequestInformation(method=Method.PUT)
        put.url = opened.upload_url
        put.headers.try_add("Content-Range", f"bytes {first}-{first + len(piece) - 1}/{len(content)}")
        put.set_stream_content(piece)
        await adapter.send_no_response_content_async(put, {})
    held = (await attachments.get()).value[0]
    whole = await attachments.by_attachment_id(held.id).get()
    return {
        "draft": draft.id,
        "name": held.name,
        "task": await _by_task(session, attachments, content),
        **digest(whole.content_bytes),
    }


async def _upload_session(attachments: Any, size: int) -> Any:
    item = AttachmentItem(attachment_type=AttachmentType.File, name="large.bin", size=size)
    return await attachments.create_upload_session.post(
        upload.CreateUploadSessionPostRequestBody(attachment_item=item)
    )


async def _by_task(session: Session, attachments: Any, content: bytes) -> str:
    """How the client's own task for large files ends: it reads ranges that Outlook does not write."""
    from io import BytesIO

    opened = await _upload_session(attachments, len(content))
    task = LargeFileUploadTask(opened, session.anonymous(), BytesIO(content), max_chunk_size=PIECE)
    try:
        await task.upload()
    except ValueError as failure:
        return str(failure)
    return ""


async def sending_mime(session: Session) -> Json:
    """MIME goes as text/plain; the generated body has no place for it, so the request gets its content by hand."""
    text = (
        f"To: {session.order['other']}\r\nSubject: {session.order['subjects']['sendMime']}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n"
    )
    request = session.me.me.send_mail.to_post_request_information(SendMailPostRequestBody())
    request.headers.remove("Content-Type")
    request.set_stream_content(base64.b64encode(text.encode()), "text/plain")
    await session.me.request_adapter.send_no_response_content_async(request, {})
    return {}
