"""Sources of the triggers that follow what belongs to a folder, or to the mailbox's tree of folders, by delta.

https://learn.microsoft.com/graph/delta-query-messages
https://learn.microsoft.com/graph/api/mailfolder-delta
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..errors import GraphError
from ..graph.paging import LARGEST_PAGE
from . import members
from .members import MOST_GONE, Members, Told
from .reading import a_message, changes, folder_ids, looked_up, size_of
from .source import Happening, Item, State, Step, Subject, brief

log = logging.getLogger("outlook_connector.triggers")

FOLDER_SELECT = "id,displayName,parentFolderId,childFolderCount,isHidden"
"""What an event says of its folder. The counts of messages are left out: they change with every mail."""
MOST_MESSAGES, MOST_FOLDERS = 5_000, 20_000
"""Members that are remembered: of messages the latest."""
Tell = Callable[[Told, list[str]], list[Happening]]


@dataclass(frozen=True)
class Followed:
    """A delta query's members. ``first`` begins it, ``print_of`` holds what matters of one, ``most`` are remembered,
    ``trash`` names well-known folders whose ids ``tell`` needs, and ``subject`` is what Graph can notify of."""

    context: Context
    first: GraphRequest
    print_of: Callable[[Item], str]
    tell: Tell
    size: int
    most: int
    trash: tuple[str, ...] = ()
    subject: Subject | None = None

    def begin(self, since: int | None) -> State:
        trash = folder_ids(self.context.graph, *self.trash) if self.trash else []
        return {"quiet": True, "trash": trash, "delta": "", "known": {}, "old": {}, "gone": []}

    def look(self, state: State, ids: Sequence[str]) -> Step:
        """A member that came and went before it was read: no delta tells of it."""
        gone, known = tuple(state["gone"]), {**state["known"], **state["old"]}
        unknown = {one: "" for one in ids if one not in known and brief(one) not in gone}
        try:
            happenings = self.tell(Told(left=unknown), state["trash"]) if unknown else []
        except GraphError as error:
            if error.retryable:
                raise
            log.warning("Graph makes nothing of a message that a notification named (%s)", error.code)
            happenings = []
        after = dict.fromkeys((*gone, *(brief(one.id) for one in happenings)))
        return Step({**state, "gone": list(after)[-MOST_GONE:]}, happenings, done=True)

    def step(self, state: State) -> Step:
        memory = Members(state["known"], state["old"], tuple(state["gone"]))
        size = LARGEST_PAGE if state["quiet"] or state["old"] else self.size
        page = changes(self.context.graph, self.first, state["delta"], size)
        if page is None:
            log.warning("Graph has lost its place in the changes of a folder: all of it is read again")
            return Step({**state, "delta": "", **_parts(members.lose_place(memory))}, [], done=False)
        memory, told = members.advance(memory, page.items, self.print_of)
        if page.complete:
            memory, missed = members.settle(memory)
            told = Told(told.new, told.other, {**told.left, **missed})
        memory = members.trim(memory, self.most)
        happenings = [] if state["quiet"] else self.tell(told, state["trash"])
        after = {**state, "delta": page.link, **_parts(memory)}
        return Step(after, happenings, page.complete, idle=not page.items)


def _parts(memory: Members) -> State:
    return {"known": memory.known, "old": memory.old, "gone": list(memory.gone)}


def messages(context: Context, values: dict[str, Any]) -> Followed:
    """Messages of a folder that were deleted: moved to Deleted Items, or gone for good."""
    folder = values.get("folder", "inbox")
    asked = {"$select": "id,receivedDateTime"}

    def tell(told: Told, trash: list[str]) -> list[Happening]:
        return _deleted(context, list(told.left), trash)

    return Followed(
        context,
        get("/mailFolders/{folder}/messages/delta", query=asked, folder=folder),
        lambda one: str(one.get("receivedDateTime") or ""),
        tell,
        size_of(values),
        MOST_MESSAGES,
        ("deleteditems", "recoverableitemsdeletions"),
        Subject(folder, ("deleted",)),
    )


def _deleted(context: Context, left: list[str], trash: list[str]) -> list[Happening]:
    """Whatever left the folder and lies in Deleted Items, or nowhere; the rest was moved. An id that does not change
    finds a message wherever it lies. https://learn.microsoft.com/graph/outlook-immutable-id"""
    happened = []
    found = looked_up(context.graph, [a_message(name) for name in left]) if left else []
    for name, message in zip(left, found, strict=True):
        if message is None:
            happened.append(Happening("deleted", "message", name, None, parts={"permanently": True}))
        elif message.get("parentFolderId") in trash:
            when = message.get("lastModifiedDateTime")
            parts = {"permanently": False}
            happened.append(Happening("deleted", "message", name, message, when and str(when), parts=parts))
    return happened


def folders(context: Context, values: dict[str, Any]) -> Followed:
    """Folders that were made, renamed, moved or deleted: all of the mailbox, or those below one."""
    below = values.get("folder")
    path = "/mailFolders/{folder}/childFolders/delta" if below else "/mailFolders/delta"
    ids = {"folder": below} if below else {}

    def tell(told: Told, trash: list[str]) -> list[Happening]:
        return [*_made(told), *_gone_folders(context, told.left)]

    return Followed(
        context,
        get(path, query={"$select": FOLDER_SELECT}, **ids),
        _print,
        tell,
        size_of(values),
        MOST_FOLDERS,
    )


def _print(folder: Item) -> str:
    told = [str(folder.get(name)) for name in ("displayName", "parentFolderId", "isHidden")]
    return brief("\0".join(told))


def _made(told: Told) -> list[Happening]:
    new = [Happening("created", "folder", str(one["id"]), one, facts=("created",)) for one in told.new]
    return [*new, *(_other(one, before) for one, before in told.other)]


def _other(folder: Item, before: str) -> Happening:
    facts = ("updated", before, _print(folder))
    return Happening("updated", "folder", str(folder["id"]), folder, facts=facts)


def _gone_folders(context: Context, left: Mapping[str, str]) -> list[Happening]:
    """A folder that is found was moved out of those that are watched."""
    asked = {"$select": FOLDER_SELECT}
    requests = [get("/mailFolders/{id}", query=asked, id=name) for name in left]
    found = looked_up(context.graph, requests) if left else []
    return [
        Happening("deleted", "folder", name, None, facts=("deleted",))
        if folder is None
        else _other(folder, left[name])
        for name, folder in zip(left, found, strict=True)
    ]
