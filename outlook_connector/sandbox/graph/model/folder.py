"""Mail folders, and the well-known ones that every mailbox has.

https://learn.microsoft.com/graph/api/resources/mailfolder
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Search:
    """What a search folder looks for: an OData filter, in folders by their ids, and below them if `nested`."""

    sources: tuple[str, ...]
    query: str
    nested: bool = False


@dataclass(frozen=True)
class Folder:
    """A folder: `key` and `parent` are names inside the model, `id` is what clients see."""

    key: str
    id: str
    name: str
    parent: str
    hidden: bool = False
    system: bool = False
    search: Search | None = None


ROOT = "msgfolderroot"
INBOX = "inbox"
DRAFTS = "drafts"
SENT = "sentitems"
DELETED = "deleteditems"
DUMPSTER = "recoverableitemsdeletions"
_STORE = "store"

# well-known name -> (display name, parent, hidden)
WELL_KNOWN: dict[str, tuple[str, str, bool]] = {
    ROOT: ("Top of Information Store", _STORE, False),
    INBOX: ("Inbox", ROOT, False),
    DRAFTS: ("Drafts", ROOT, False),
    SENT: ("Sent Items", ROOT, False),
    DELETED: ("Deleted Items", ROOT, False),
    "junkemail": ("Junk Email", ROOT, False),
    "archive": ("Archive", ROOT, False),
    "outbox": ("Outbox", ROOT, False),
    "conversationhistory": ("Conversation History", ROOT, False),
    "clutter": ("Clutter", ROOT, True),
    "scheduled": ("Scheduled", ROOT, True),
    "syncissues": ("Sync Issues", ROOT, True),
    "conflicts": ("Conflicts", "syncissues", True),
    "localfailures": ("Local Failures", "syncissues", True),
    "serverfailures": ("Server Failures", "syncissues", True),
    "searchfolders": ("Finder", _STORE, False),
    "recoverableitemsroot": ("Recoverable Items", _STORE, True),
    DUMPSTER: ("Deletions", "recoverableitemsroot", True),
}
