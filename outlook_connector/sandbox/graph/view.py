"""A message as one caller sees it: ids of the preferred kind, bodies in the preferred form."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from outlook_connector.sandbox.graph.model import body as bodies
from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.prefer import NO_PREFERENCES, Preferences
from outlook_connector.sandbox.graph.times import in_zone


@lru_cache(maxsize=2048)
def _preview(kind: str, content: str) -> str:
    return bodies.preview({"contentType": kind, "content": content})


@dataclass(frozen=True)
class View:
    """One message, where it lies, and how the caller wants it."""

    mailbox: Mailbox
    message: Message
    prefer: Preferences = NO_PREFERENCES

    @property
    def id(self) -> str:
        """The message's id of the kind that the caller prefers."""
        immutable = self.prefer.immutable_ids
        return (self.mailbox.immutable_id if immutable else self.mailbox.default_id)(self.message)

    @property
    def change_key(self) -> str:
        """The message's change key."""
        return ids.change_key(self.message.key, self.message.version)

    @property
    def etag(self) -> str:
        """The change key as a weak entity tag."""
        return f'W/"{self.change_key}"'

    @property
    def folder_id(self) -> str:
        """The id of the folder that holds the message."""
        return self.mailbox.folders[self.message.folder].id

    @property
    def body(self) -> dict[str, Any]:
        """The itemBody, without what could run unless the caller asked for unsafe HTML."""
        return self._shown(self.message.get("body"))

    @property
    def unique_body(self) -> dict[str, Any]:
        """The part of the body that quotes nothing."""
        return self._shown(bodies.unique(self.message.get("body")))

    def _shown(self, body: dict[str, Any]) -> dict[str, Any]:
        shown = bodies.converted(body, self.prefer.body_kind)
        if shown["contentType"] != "html" or self.prefer.unsafe_html:
            return shown
        return {**shown, "content": bodies.safe(shown["content"])}

    @property
    def preview(self) -> str:
        """The first 255 characters of the body as text."""
        body = self.message.get("body")
        return _preview(body["contentType"], body["content"])

    @property
    def web_link(self) -> str:
        """An address that Outlook on the web would open."""
        item = quote(self.mailbox.default_id(self.message), safe="")
        return f"https://outlook.office365.com/owa/?ItemID={item}&exvsurl=1&viewmodel=ReadMessageItem"

    @property
    def flag(self) -> dict[str, Any]:
        """The follow-up flag, its times in the preferred zone."""
        flag: dict[str, Any] = self.message.get("flag")
        return {name: in_zone(value, self.prefer.time_zone) for name, value in flag.items()}

    def attachment_id(self, attachment: Attachment) -> str:
        """The id of one of the message's attachments, of the kind that the caller prefers."""
        return ids.attachment_id(self.id, attachment.key)

    def attachment(self, wanted: str) -> Attachment | None:
        """The attachment of an id of either kind."""
        owners = (self.mailbox.default_id(self.message), self.mailbox.immutable_id(self.message))
        return next(
            (
                attachment
                for attachment in self.message.attachments
                for owner in owners
                if ids.attachment_id(owner, attachment.key) == ids.in_rest(wanted)
            ),
            None,
        )
