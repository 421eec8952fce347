"""Search folders: they hold nothing, and show what a filter finds in other folders at this moment.

https://learn.microsoft.com/graph/api/resources/mailsearchfolder
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from outlook_connector.sandbox.graph.model.folder import Folder, Search
from outlook_connector.sandbox.graph.model.mailbox import Counts, Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.odata.filters import compile_filter
from outlook_connector.sandbox.graph.odata.properties import MESSAGE
from outlook_connector.sandbox.graph.view import View

Json = dict[str, Any]
PROPERTIES = ("isSupported", "includeNestedFolders", "sourceFolderIds", "filterQuery")


@lru_cache(maxsize=256)
def compiled(query: str) -> Callable[[View], bool]:
    """A filter over messages. Raises 400 for one that cannot be read."""
    return compile_filter(query, MESSAGE).test


def content(mailbox: Mailbox, folder: Folder) -> list[Message]:
    """The messages that a folder shows: its own, or those that its search finds."""
    if folder.search is None:
        return list(mailbox.listed(folder.key))
    keys, test = _sources(mailbox, folder.search), compiled(folder.search.query)
    return [
        message for message in mailbox.listed() if message.folder in keys and test(View(mailbox, message))
    ]


def _sources(mailbox: Mailbox, search: Search) -> frozenset[str]:
    named = [folder for source in search.sources if (folder := mailbox.folder(source))]
    if not search.nested:
        return frozenset(folder.key for folder in named)
    return frozenset(below.key for folder in named for below in mailbox.subtree(folder))


def counts(mailbox: Mailbox) -> dict[str, Counts]:
    """Counts of every folder, by key, those of search folders by what they find."""
    found = mailbox.counts()
    for folder in mailbox.folders.values():
        if folder.search is not None:
            shown = content(mailbox, folder)
            unread = sum(not message.get("isRead") for message in shown)
            found[folder.key] = Counts(len(shown), unread, found[folder.key].children)
    return found


def search_json(mailbox: Mailbox, folder: Folder) -> Json:
    """What a search folder has beside the properties of every folder; nothing for others."""
    if folder.search is None:
        return {}
    return {
        "isSupported": all(mailbox.folder(source) for source in folder.search.sources),
        "includeNestedFolders": folder.search.nested,
        "sourceFolderIds": list(folder.search.sources),
        "filterQuery": folder.search.query,
    }


def searching(data: Mapping[str, Any]) -> bool:
    """Whether a client's JSON is meant for a search folder."""
    return str(data.get("@odata.type", "")).rpartition(".")[2].lower() == "mailsearchfolder"
