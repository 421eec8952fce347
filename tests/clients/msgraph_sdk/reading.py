"""Scenarios that read."""

from __future__ import annotations

import email
from email.policy import default
from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.mail_folders.item.messages.messages_request_builder import (
    MessagesRequestBuilder as FolderMessages,
)
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder as Messages
from msgraph_core.tasks.page_iterator import PageIterator
from msgraph_sdk.session import Session

Json = dict[str, Any]


def asking(builder: Any, **query: Any) -> RequestConfiguration[Any]:
    """A request configuration with query options."""
    parameters = next(value for name, value in vars(builder).items() if name.endswith("GetQueryParameters"))
    return RequestConfiguration(query_parameters=parameters(**query))


def row(message: Message) -> Json:
    """What the scenarios compare of a message."""
    return {
        "id": message.id,
        "subject": message.subject,
        "from": message.from_.email_address.address,
        "received": message.received_date_time.timestamp(),
        "unread": not message.is_read,
        "importance": message.importance.value,
    }


async def listing(session: Session) -> Json:
    inbox = session.me.me.mail_folders.by_mail_folder_id("inbox").messages
    page = await inbox.get(asking(FolderMessages, top=5, orderby=["receivedDateTime desc"]))
    return {"rows": [row(found) for found in page.value]}


async def paging(session: Session) -> Json:
    inbox = session.me.me.mail_folders.by_mail_folder_id("inbox").messages
    page = await inbox.get(asking(FolderMessages, top=20, select=["id"]))
    seen: list[str] = []

    def keep(message: Message) -> bool:
        seen.append(message.id)
        return True

    await PageIterator(page, session.me.request_adapter).iterate(keep)
    return {"ids": seen}


async def filtering(session: Session) -> Json:
    page = await session.me.me.messages.get(
        asking(Messages, filter="importance eq 'high' and isRead eq false", top=50)
    )
    return {"rows": [row(found) for found in page.value]}


async def searching(session: Session) -> Json:
    page = await session.me.me.messages.get(asking(Messages, search='"subject:lunch"', top=50))
    return {"rows": [row(found) for found in page.value]}


async def mime(session: Session) -> Json:
    content = await session.me.me.messages.by_message_id(session.order["report"]).content.get()
    parsed = email.message_from_bytes(content, policy=default)
    return {
        "subject": str(parsed["Subject"]),
        "files": [part.get_filename() for part in parsed.iter_attachments()],
    }


async def application(session: Session) -> Json:
    """The mailbox of a person, read by the application with a token of its own."""
    inbox = (
        session.application().users.by_user_id(session.order["user"]).mail_folders.by_mail_folder_id("inbox")
    )
    page = await inbox.messages.get(asking(FolderMessages, top=1))
    return {"rows": [row(found) for found in page.value]}


async def immutable(session: Session) -> Json:
    """Ids that stay, as a header asks for."""
    asked: RequestConfiguration[Any] = RequestConfiguration()
    asked.headers.add("Prefer", 'IdType="ImmutableId"')
    message = session.me.me.messages.by_message_id(session.order["report"])
    files = (await message.attachments.get(asked)).value
    return {"id": (await message.get(asked)).id, "attachments": [file.id for file in files]}


async def throttled(session: Session) -> Json:
    """Sent Items, whose first reading the sandbox refuses with 429."""
    folder = await session.me.me.mail_folders.by_mail_folder_id("sentitems").get()
    return {"name": folder.display_name}


async def refusal(session: Session) -> Json:
    """What the client makes of an error."""
    try:
        await session.me.me.messages.by_message_id(session.order["report"][:-8] + "AAAAAAA=").get()
    except ODataError as error:
        return {
            "status": error.response_status_code,
            "code": error.error.code,
            "message": error.error.message,
        }
    return {}
