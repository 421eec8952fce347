"""Scenarios that write."""

from __future__ import annotations

import base64
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from o365_client.session import Session
from running import digest, large_file

Json = dict[str, Any]


def send_to(session: Session, subject: str, address: str) -> None:
    message = session.account.new_message()
    message.to.add(address)
    message.subject, message.body = subject, "Written by a client of others."
    message.send()


def sending(session: Session) -> Json:
    send_to(session, session.order["subjects"]["send"], session.order["other"])
    return {}


def replying(session: Session) -> Json:
    answer = session.mailbox.get_message(session.order["thread"]).reply(to_all=False)
    answer.body = session.order["subjects"]["reply"]
    answer.send()
    return {}


def moving(session: Session) -> Json:
    message = session.mailbox.get_message(session.order["newsletter"])
    message.move(session.mailbox.archive_folder())
    folder = session.mailbox.get_folder(folder_id="archive")
    return {"id": message.object_id, "folder": folder.folder_id}


def attaching(session: Session) -> Json:
    draft = session.mailbox.new_message()
    draft.subject = session.order["subjects"]["attachment"]
    draft.save_draft()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "large.bin"
        file.write_bytes(large_file())
        draft.attachments.add(file)
        draft.save_draft()
    held = session.mailbox.get_message(draft.object_id, download_attachments=True).attachments[0]
    return {"draft": draft.object_id, "name": held.name, **digest(base64.b64decode(held.content))}


def sending_mime(session: Session) -> Json:
    """The library sends no MIME; its connection does."""
    text = (
        f"To: {session.order['other']}\r\nSubject: {session.order['subjects']['sendMime']}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße\r\n"
    )
    session.account.con.post(
        session.url("me/sendMail"),
        data=base64.b64encode(text.encode()),
        headers={"Content-type": "text/plain"},
    )
    return {}
