"""After the lost answer to a create: the new item found by a name that there is only one of, or where to look for it.

One table for all operations. Names are unique where Graph refuses a second item of the same name with 409: folders
under their parent (https://learn.microsoft.com/graph/api/user-post-mailfolders), categories of a mailbox
(https://learn.microsoft.com/graph/api/resources/outlookcategory), open extensions of a message
(https://learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..errors import ConnectorError, OutcomeUnknown

Values = Mapping[str, Any]
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Named:
    """Where an item stands by its name, alone or in a collection, and whether what is there is what was asked for."""

    place: Callable[[Values], GraphRequest]
    fits: Callable[[Values, Resource], bool]


def _folder_place(values: Values, parent: str = "msgfolderroot") -> GraphRequest:
    quoted = values["displayName"].replace("'", "''")
    query = {"$filter": f"displayName eq '{quoted}'", "includeHiddenFolders": "true"}
    return get("/mailFolders/{parent}/childFolders", query=query, parent=values.get("parentFolder") or parent)


def _is_new_folder(values: Values, found: Resource) -> bool:
    """A folder that holds something was there before."""
    empty = not found.get("totalItemCount") and not found.get("childFolderCount")
    return (
        _same_name(values, found) and empty and bool(found.get("isHidden")) == values.get("isHidden", False)
    )


def _is_search_folder(values: Values, found: Resource) -> bool:
    asked = values.get("sourceFolders") or []
    return _same_name(values, found) and len(found.get("sourceFolderIds") or []) == len(asked)


def _is_category(values: Values, found: Resource) -> bool:
    return _same_name(values, found) and values.get("color") in (None, found.get("color"))


def _is_extension(values: Values, found: Resource) -> bool:
    given: Mapping[str, Any] = values["properties"]
    return all(found.get(name) == value for name, value in given.items())


def _same_name(values: Values, found: Resource) -> bool:
    wanted: str = values["displayName"]
    return str(found.get("displayName", "")).casefold() == wanted.casefold()


NAMED: Mapping[str, Named] = {
    "folders.create": Named(_folder_place, _is_new_folder),
    "folders.createSearchFolder": Named(
        lambda values: _folder_place(values, "searchfolders"), _is_search_folder
    ),
    "categories.create": Named(lambda _: get("/outlook/masterCategories"), _is_category),
    "extensions.create": Named(
        lambda values: get(
            "/messages/{id}/extensions/{name}", id=values["messageId"], name=values["extensionName"]
        ),
        _is_extension,
    ),
}
"""Operation → where the item is found by its name. Repeating these is safe: a second item is refused."""

CHECKS: Mapping[str, str] = {
    "folders.create": "the parent folder, for a folder of this name; a second one would be refused",
    "folders.createSearchFolder": "the parent folder, for a folder of this name; a second one would be refused",
    "folders.copy": "the destination folder, for a folder of the same name",
    "folders.move": "the destination folder, for the folder",
    "categories.create": "categories.list, for a category of this name; a second one would be refused",
    "extensions.create": "the message's extension of this name; a second one would be refused",
    "rules.create": "rules.list, for a rule with this displayName",
    "drafts.create": "Drafts, for a draft with this subject, and its attachments; nothing was sent",
    "drafts.createReply": "Drafts, for a draft in the message's conversation; nothing was sent",
    "drafts.createReplyAll": "Drafts, for a draft in the message's conversation; nothing was sent",
    "drafts.createForward": "Drafts, for a draft with the message's subject; nothing was sent",
    "messages.importMime": "the folder, or Drafts, for a draft with this subject; nothing was sent",
    "messages.move": "the destination folder, for the message",
    "messages.deletePermanently": "messages.get, which finds no message that is gone",
    "folders.deletePermanently": "folders.get, which finds no folder that is gone",
    "messages.copy": "the destination folder, for a message with the same internetMessageId",
    "messages.copyMany": "the destination folder, for messages with the same internetMessageId",
    "attachments.add": "attachments.list, for an attachment of this name and size",
    "attachments.addItem": "attachments.list, for an attachment of this name",
    "subscriptions.create": "subscriptions.list, for one with this address; one too many ends by itself",
}
"""Operation → what tells whether it was done."""


def reconciled(operation: str, given: Values, context: Context, unknown: OutcomeUnknown) -> dict[str, Any]:
    """The item that ``operation`` made, where it can be found; else raises ``unknown`` with what to look for."""
    if operation in CHECKS:
        unknown.details["check"] = CHECKS[operation]
    named = NAMED.get(operation)
    if named is None:
        raise unknown
    unknown.retryable = True
    try:
        answer = context.graph.json(named.place(given))
    except ConnectorError:
        raise unknown from None
    listed = answer["value"] if isinstance(answer.get("value"), list) else [answer]
    for one in listed:
        if isinstance(one, dict) and named.fits(given, one):
            return one
    raise unknown
