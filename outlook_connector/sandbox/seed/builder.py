"""Puts mails of the past into mailboxes: the sender's copy and each recipient's, with stable ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.body import stored
from outlook_connector.sandbox.graph.model.folder import DRAFTS, INBOX, ROOT, SENT, Folder
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.model.world import World, child_index, thread_index
from outlook_connector.sandbox.graph.post.compose import new_key, person
from outlook_connector.sandbox.graph.post.headers import of_received
from outlook_connector.sandbox.graph.post.quoting import quoted
from outlook_connector.sandbox.seed.people import Person

Json = dict[str, Any]
# Older mail has been read, some of the last days' as well.
_OLD = timedelta(days=6)
_RECENT = timedelta(days=2)


@dataclass(frozen=True)
class File:
    """A file to attach; with a content id it is inline."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True)
class Mail:
    """One mail that was sent: `name` is what its ids are made of, so it must never change.

    `marks` are further properties of the recipients' copies, `folder` is where those lie (a path below Inbox, or
    a well-known name). `quotes` makes it an answer in the thread of another mail.
    """

    name: str
    at: datetime
    sender: Person
    to: tuple[Person, ...]
    subject: str
    body: str
    html: bool = True
    cc: tuple[Person, ...] = ()
    files: tuple[File, ...] = ()
    marks: Mapping[str, Any] = field(default_factory=dict)
    folder: str = INBOX
    answers: Message | None = None
    headers: tuple[tuple[str, str], ...] = ()


class Builder:
    """Fills the mailboxes of those people who are users of the directory."""

    def __init__(self, directory: Directory, reference: datetime) -> None:
        self.world = World()
        self.reference = reference
        self._midnight = reference.replace(hour=0, minute=0, second=0, microsecond=0)
        for user in directory.users:
            if user.has_mailbox:
                mailbox = Mailbox.fresh(user.id, user.address, user.name)
                self.world.mailboxes[user.id] = mailbox
        self._by_address = {box.address: box for box in self.world.mailboxes.values()}

    def day(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """A time of a day that many days before the reference."""
        return self._midnight - timedelta(days=days) + timedelta(hours=hour, minutes=minute)

    def mailbox(self, owner: Person) -> Mailbox | None:
        """The mailbox of a person, None for those who have none here."""
        return self._by_address.get(owner.address)

    def folder(self, mailbox: Mailbox, path: str) -> str:
        """The key of a folder by path (`Inbox/Projects/2026`) or well-known name, made where it is missing."""
        found = mailbox.folder(path)
        if found is not None:
            return found.key
        parent = ROOT
        for depth, name in enumerate(parts := path.split("/"), 1):
            below = {child.name: child for child in mailbox.children(parent)}
            key = f"seed:{'/'.join(parts[:depth]).lower()}"
            made = Folder(key, ids.folder_id(mailbox.owner, key), name, parent)
            parent = (below.get(name) or mailbox.put_folder(made)).key
        return parent

    def send(self, mail: Mail) -> Message:
        """Stores the copies of a mail and returns it as its sender has it."""
        sent = self._message(mail)
        sender = self.mailbox(mail.sender)
        if sender is not None:
            sender.put(replace(sent, folder=SENT, values={**sent.values, "isRead": True}))
        for recipient in (*mail.to, *mail.cc):
            mailbox = self.mailbox(recipient)
            if mailbox is not None and recipient != mail.sender:
                mailbox.put(self._received(mail, sent, mailbox))
        return sent

    def draft(self, mail: Mail) -> None:
        """Stores a mail that has not been sent yet."""
        mailbox = self.mailbox(mail.sender)
        if mailbox is not None:
            draft = self._message(mail)
            mailbox.put(replace(draft, folder=DRAFTS, values={**draft.values, "isDraft": True}))

    def _message(self, mail: Mail) -> Message:
        key = f"seed:{mail.name}"
        message_id = (
            f"<{mail.name}.{ids.digest('seed', mail.name, size=9).replace('/', '0')}@{_domain(mail)}>"
        )
        parent = mail.answers
        references = (*parent.references, parent.message_id) if parent else ()
        thread = self.world.thread_of(message_id, references)
        index = child_index(parent.index, mail.at) if parent else thread_index(thread, mail.at)
        sender = person(mail.sender.address, mail.sender.name)
        return Message(
            key=key,
            folder=SENT,
            serial=self.world.next_serial(),
            values={
                "subject": mail.subject,
                "body": _body(mail),
                "from": sender,
                "sender": sender,
                "toRecipients": _people(mail.to),
                "ccRecipients": _people(mail.cc),
                "isRead": True,
            },
            message_id=message_id,
            conversation=thread,
            index=index,
            created=mail.at,
            modified=mail.at,
            received=mail.at,
            sent=mail.at,
            attachments=tuple(_attached(key, file, mail.at) for file in mail.files),
            headers=mail.headers,
            references=references,
        )

    def _received(self, mail: Mail, sent: Message, mailbox: Mailbox) -> Message:
        at = mail.at + timedelta(seconds=2)
        age = self.reference - mail.at
        read = age > _OLD or (age > _RECENT and sent.serial % 3 == 0)
        return replace(
            sent,
            folder=self.folder(mailbox, mail.folder),
            values={**sent.values, "isRead": read, **mail.marks},
            created=at,
            modified=at,
            received=at,
            headers=of_received(sent, mailbox.address, at, outside=not mail.sender.local),
        )


def _domain(mail: Mail) -> str:
    return mail.sender.address.partition("@")[2]


def _people(people: Iterable[Person]) -> list[Json]:
    return [person(one.address, one.name) for one in people]


def _body(mail: Mail) -> Json:
    if mail.answers is not None:
        return quoted(mail.answers, paragraphs(mail.body) if mail.html else mail.body)
    if not mail.html:
        return {"contentType": "text", "content": mail.body.replace("\n", "\r\n")}
    is_markup = mail.body.lstrip().startswith("<")
    return stored({"contentType": "html", "content": mail.body if is_markup else paragraphs(mail.body)})


def paragraphs(text: str, *, direction: str = "ltr") -> str:
    """Plain text as the HTML that Outlook would write for it: a paragraph for each blank line."""
    parts = (part.replace("\n", "<br>") for part in text.strip().split("\n\n"))
    style = "font-family:Calibri,Arial,sans-serif; font-size:11pt"
    return "".join(f'<p dir="{direction}" style="{style}">{part}</p>' for part in parts)


def _attached(key: str, file: File, at: datetime) -> Attachment:
    return Attachment(
        key=new_key(key, file.name),
        name=file.name,
        modified=at,
        content_type=file.content_type,
        content=file.content,
        inline=file.content_id is not None,
        content_id=file.content_id,
    )
