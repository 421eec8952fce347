"""A mailbox: folders and messages under their ids. `put` and `drop` are the only ways in and out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.folder import DUMPSTER, ROOT, WELL_KNOWN, Folder
from outlook_connector.sandbox.graph.model.journal import Change, Place
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.own import Own


@dataclass(frozen=True)
class Counts:
    """What a folder shows of its content."""

    total: int
    unread: int
    children: int


def _place(message: Message | None) -> Place | None:
    return Place(message.folder, message.generation) if message else None


@dataclass
class Mailbox:
    """The mail of one user; `owner` is the user's guid and part of every id in it."""

    owner: str
    address: str
    name: str
    folders: dict[str, Folder] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    own: Own = field(default_factory=Own)
    journal: list[Change] = field(default_factory=list)
    _message_keys: dict[str, str] = field(default_factory=dict)
    _folder_keys: dict[str, str] = field(default_factory=dict)

    @classmethod
    def fresh(cls, owner: str, address: str, name: str) -> "Mailbox":
        """An empty mailbox with the well-known folders."""
        mailbox = cls(owner, address, name, own=Own.fresh(owner))
        for key, (display, parent, hidden) in WELL_KNOWN.items():
            mailbox.put_folder(Folder(key, ids.folder_id(owner, key), display, parent, hidden, system=True))
        return mailbox

    def copy(self) -> "Mailbox":
        """A mailbox that changes apart from this one; what both hold is shared, for it never changes."""
        return replace(
            self,
            folders=dict(self.folders),
            messages=dict(self.messages),
            own=self.own.copy(),
            journal=[],
            _message_keys=dict(self._message_keys),
            _folder_keys=dict(self._folder_keys),
        )

    # -- messages

    def default_id(self, message: Message) -> str:
        """The message's id that changes with every move."""
        return ids.default_id(self.owner, message.key, message.generation)

    def immutable_id(self, message: Message) -> str:
        """The message's id that stays."""
        return ids.immutable_id(self.owner, message.key)

    def message(self, message_id: str) -> Message | None:
        """The message of an id of either kind, in Graph's writing or Exchange Web Services'.

        Those in the dumpster are out of reach.
        """
        key = self._message_keys.get(ids.in_rest(message_id))
        message = self.messages[key] if key else None
        return None if message is None or message.folder == DUMPSTER else message

    def put(self, message: Message) -> Message:
        """Stores a message, new or changed, and returns it."""
        before = self.messages.get(message.key)
        if before is not None and before.generation != message.generation:
            del self._message_keys[self.default_id(before)]
        self.messages[message.key] = message
        self._message_keys[self.default_id(message)] = message.key
        self._message_keys[self.immutable_id(message)] = message.key
        self.journal.append(Change(message.key, _place(before), _place(message)))
        return message

    def drop(self, message: Message) -> None:
        """Removes a message for good."""
        del self.messages[message.key]
        del self._message_keys[self.default_id(message)]
        del self._message_keys[self.immutable_id(message)]
        self.journal.append(Change(message.key, _place(message), None))

    def move(self, message: Message, folder: str, at: datetime) -> Message:
        """Moves a message: its default id becomes another one, its immutable id stays."""
        return self.put(message.evolve(at, folder=folder, generation=message.generation + 1))

    def listed(self, folder: str | None = None) -> Iterator[Message]:
        """The messages of a folder, or all that the whole mailbox shows."""
        if folder is None:
            return (message for message in self.messages.values() if message.folder != DUMPSTER)
        return (message for message in self.messages.values() if message.folder == folder)

    # -- folders

    def folder(self, id_or_name: str) -> Folder | None:
        """A folder by its id or its well-known name."""
        well_known = id_or_name.lower()
        key = well_known if well_known in WELL_KNOWN else self._folder_keys.get(ids.in_rest(id_or_name))
        return self.folders.get(key) if key else None

    def put_folder(self, folder: Folder) -> Folder:
        """Stores a folder, new or changed, and returns it."""
        self.folders[folder.key] = folder
        self._folder_keys[folder.id] = folder.key
        return folder

    def drop_folder(self, folder: Folder) -> None:
        """Removes a folder; its messages must be elsewhere by now."""
        del self.folders[folder.key]
        del self._folder_keys[folder.id]

    def children(self, parent: str = ROOT) -> list[Folder]:
        """The folders right below another, by name."""
        found = [folder for folder in self.folders.values() if folder.parent == parent]
        return sorted(found, key=lambda folder: folder.name.casefold())

    def subtree(self, folder: Folder) -> list[Folder]:
        """A folder and all below it, the deepest last."""
        below = [found for child in self.children(folder.key) for found in self.subtree(child)]
        return [folder, *below]

    def counts(self) -> dict[str, Counts]:
        """Counts of every folder, by key."""
        total = Counter(message.folder for message in self.messages.values())
        unread = Counter(message.folder for message in self.messages.values() if not message.get("isRead"))
        children = Counter(folder.parent for folder in self.folders.values() if not folder.hidden)
        return {key: Counts(total[key], unread[key], children[key]) for key in self.folders}
