"""Scenarios that read."""

from __future__ import annotations

import email
from email.policy import default
from typing import Any

from O365.message import Message
from o365_client.session import Session
from requests.exceptions import HTTPError

Json = dict[str, Any]


def row(message: Message) -> Json:
    """What the scenarios compare of a message."""
    return {
        "id": message.object_id,
        "subject": message.subject,
        "from": message.sender.address,
        "received": message.received.timestamp(),
        "unread": not message.is_read,
        "importance": message.importance.value.lower(),
    }


def listing(session: Session) -> Json:
    inbox = session.mailbox.inbox_folder()
    query = session.mailbox.q().orderby(("receivedDateTime", False))
    return {"rows": [row(found) for found in inbox.get_messages(limit=5, query=query)]}


def paging(session: Session) -> Json:
    inbox = session.mailbox.inbox_folder()
    query = session.mailbox.q().select("id")
    return {"ids": [found.object_id for found in inbox.get_messages(limit=None, batch=20, query=query)]}


def filtering(session: Session) -> Json:
    build = session.mailbox.q()
    query = build.chain_and(build.equals("importance", "high"), build.equals("is_read", False))
    return {"rows": [row(found) for found in session.mailbox.get_messages(limit=50, query=query)]}


def searching(session: Session) -> Json:
    query = session.mailbox.q().search("lunch", "subject")
    return {"rows": [row(found) for found in session.mailbox.get_messages(limit=50, query=query)]}


def mime(session: Session) -> Json:
    content = session.mailbox.get_message(session.order["report"]).get_mime_content()
    parsed = email.message_from_bytes(content, policy=default)
    return {
        "subject": str(parsed["Subject"]),
        "files": [part.get_filename() for part in parsed.iter_attachments()],
    }


def application(session: Session) -> Json:
    """The mailbox of a person, read by the application with a token of its own."""
    inbox = session.application().mailbox().inbox_folder()
    return {"rows": [row(found) for found in inbox.get_messages(limit=1)]}


def immutable(session: Session) -> Json:
    """Ids that stay, as a header of the account asks for."""
    connection = session.account.con
    connection.default_headers = {"Prefer": 'IdType="ImmutableId"'}
    message = session.mailbox.get_message(session.order["report"], download_attachments=True)
    connection.default_headers = {}
    return {
        "id": message.object_id,
        "attachments": [file.attachment_id for file in message.attachments],
    }


def throttled(session: Session) -> Json:
    """Sent Items, whose first reading the sandbox refuses with 429."""
    return {"name": session.mailbox.get_folder(folder_id="sentitems").name}


def refusal(session: Session) -> Json:
    """What the client makes of an error."""
    try:
        session.mailbox.get_message(session.order["report"][:-8] + "AAAAAAA=")
    except HTTPError as error:
        _, _, message = str(error).partition("Error Message: ")
        told = error.response.json()["error"]
        return {"status": error.response.status_code, "code": told["code"], "message": message}
    return {}
