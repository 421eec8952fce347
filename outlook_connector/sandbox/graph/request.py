"""A request as a handler sees it: who calls, whose mailbox, what the path, query and body hold."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from outlook_connector.sandbox.directory import Directory, User
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph.courier import Courier
from outlook_connector.sandbox.graph.model.folder import Folder
from outlook_connector.sandbox.graph.model.ids import is_well_formed
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Attachment, Message
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.odata.query import Query
from outlook_connector.sandbox.graph.permissions import READ, TABLE
from outlook_connector.sandbox.graph.prefer import Preferences
from outlook_connector.sandbox.graph.problem import bad_request, problem
from outlook_connector.sandbox.graph.searching import content
from outlook_connector.sandbox.graph.switches import Switches
from outlook_connector.sandbox.graph.view import View
from outlook_connector.sandbox.tokens import Caller

Json = dict[str, Any]


@dataclass(frozen=True)
class Outside:
    """Work that talks to others and must not hold up the service: `then` takes its result and answers."""

    work: Callable[[], Any]
    then: Callable[[Any], Answer]


@dataclass
class Request:
    """One call, past the gate. `now` is the clock's time to the second; `base_url` ends before `/v1.0`."""

    call: Call
    caller: Caller
    owner: User
    world: World
    directory: Directory
    now: datetime
    base_url: str
    params: Mapping[str, str]
    query: Query
    prefer: Preferences
    switches: Switches = field(default_factory=Switches)
    answer_headers: dict[str, str] = field(default_factory=dict)
    courier: Courier = field(default_factory=Courier)
    outside: Outside | None = None

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox that the path names. Raises 404 where the user has none."""
        found = self.world.mailboxes.get(self.owner.id)
        if found is None or not self.owner.has_mailbox:
            raise problem("no_mailbox")
        return found

    @property
    def basic(self) -> bool:
        """Whether the caller may see nothing beyond Mail.ReadBasic."""
        permission = TABLE[READ]
        return not (self.caller.scopes & permission.delegated or self.caller.roles & permission.application)

    @property
    def actor(self) -> User:
        """The signed-in user, or the mailbox's owner where an app acts alone."""
        return (self.directory.user(self.caller.user_id) if self.caller.user_id else None) or self.owner

    def header(self, name: str) -> str:
        """A request header by its lower-case name, empty where it is missing."""
        return self.call.headers.get(name, "")

    def view(self, message: Message) -> View:
        """The message as this caller wants to see it."""
        return View(self.mailbox, message, self.prefer)

    def message(self) -> Message:
        """The message that the path names, in the folder that the path names. Raises 400 and 404."""
        found = self.mailbox.message(_well_formed(self.params["message"]))
        if found is None or ("folder" in self.params and not self._is_in(found, self.folder())):
            raise problem("no_item")
        return found

    def _is_in(self, message: Message, folder: Folder) -> bool:
        return message.folder == folder.key or (folder.search is not None and message in self.content(folder))

    def content(self, folder: Folder) -> list[Message]:
        """The messages that a folder shows."""
        return content(self.mailbox, folder)

    def folder(self, name: str = "folder") -> Folder:
        """The folder that the path names by id or well-known name. Raises 400 and 404."""
        return self.find_folder(self.params[name])

    def find_folder(self, wanted: str) -> Folder:
        """The folder of an id or well-known name. Raises 400 and 404."""
        found = self.mailbox.folder(wanted)
        if found is None:
            _well_formed(wanted)
            raise problem("no_folder")
        return found

    def attachment(self, message: Message) -> Attachment:
        """The attachment that the path names. Raises 400 and 404."""
        found = self.view(message).attachment(_well_formed(self.params["attachment"]))
        if found is None:
            raise problem("no_item")
        return found

    def json(self, *, required: bool = True) -> Json:
        """The body as a JSON object. Raises 400 for anything else."""
        if not self.call.body.strip():
            if required:
                raise problem("empty_body")
            return {}
        try:
            value = json.loads(self.call.body)
        except (ValueError, RecursionError):
            raise problem("bad_json") from None
        if not isinstance(value, dict) or _holds_half_characters(value, self.call.body):
            raise problem("bad_json")
        return value

    def parameters(self, *known: str, required: bool = True) -> Json:
        """An action's parameters under their camelCase names; their case does not matter in the body."""
        names = {name.lower(): name for name in known}
        found: Json = {}
        for key, value in self.json(required=required).items():
            if key.lower() not in names:
                raise bad_request(f"The parameter '{key}' in the request payload is not a valid parameter.")
            found[names[key.lower()]] = value
        return found

    def check_current(self, view: View) -> None:
        """Raises 412 where an If-Match header names another version than this."""
        wanted = self.header("if-match").strip()
        if wanted and wanted != "*" and wanted.removeprefix("W/") != view.etag.removeprefix("W/"):
            raise problem("stale")

    def context(self, path: str) -> str:
        """An `@odata.context` for a path below the mailbox's owner."""
        owner = quote(self.owner.id, safe="")
        return f"{self.base_url}/v1.0/$metadata#users('{owner}'){path}"

    def link(self, query: str) -> str:
        """This request's address with another query."""
        return f"{self.base_url}{self.call.path}?{query}"


def _holds_half_characters(value: Json, body: bytes) -> bool:
    """Whether an escape such as \\ud83d stands alone: no text in UTF-8 can hold that."""
    if b"\\u" not in body:
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _well_formed(wanted: str) -> str:
    if not is_well_formed(wanted):
        raise problem("malformed_id")
    return wanted
