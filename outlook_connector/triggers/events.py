"""The one shape of an event, and how one that was told before is told again.

``id`` follows from the trigger, the mailbox and facts of Graph's alone, so that the same happening has the same id
however often and by whichever way it is met.
"""

from collections.abc import Sequence
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..operations import attachments
from ..sent import digest
from .reading import a_message, looked_up
from .removed import FOLDER_SELECT
from .source import Happening, Item

Event = dict[str, Any]
RESOURCES = ("message", "folder", "attachment")
"""What an event holds of Graph's: left out of what is remembered of it."""
TYPES = ("#microsoft.graph.message", "#microsoft.graph.mailFolder")
"""Types that say no more than the property does that the resource stands in."""


def event(trigger: str, context: Context, happening: Happening) -> Event:
    """``{id, trigger, change, time, mailbox, messageId, message}``, or ``folderId`` and ``folder``, and the parts that
    the trigger's events have besides."""
    return {
        "id": event_id(trigger, context.owner, happening.id, *happening.facts),
        "trigger": trigger,
        "change": happening.change,
        "time": happening.time,
        "mailbox": context.graph.mailbox or "me",
        f"{happening.kind}Id": happening.id,
        happening.kind: _plain(happening.resource),
        **{name: _plain(one) if name in RESOURCES else one for name, one in happening.parts.items()},
    }


def _plain(resource: Item | None) -> Item | None:
    """Without what lists, deltas and single reads say differently of one and the same resource."""
    if resource is None:
        return None
    kind = resource.get("@odata.type")
    left_out = {"@odata.context", "@odata.etag", *(["@odata.type"] if kind in TYPES else [])}
    return {name: value for name, value in resource.items() if name not in left_out}


def event_id(trigger: str, owner: str, *facts: str) -> str:
    """32 hexadecimal digits."""
    return digest([trigger, owner, *facts])[:32]


def bare(one: Event) -> Event:
    """What is remembered of an event: no content of a mail."""
    return {name: value for name, value in one.items() if name not in RESOURCES}


def restored(context: Context, events: Sequence[Event]) -> list[Event]:
    """Events as they were told, with what Graph says of their items now; ``None`` where it says nothing any more."""
    wanted = [(number, kind, read) for number, one in enumerate(events) for kind, read in _reads(one)]
    found = looked_up(context.graph, [read for _, _, read in wanted]) if wanted else []
    whole = [dict(one) for one in events]
    for (number, kind, _), resource in zip(wanted, found, strict=True):
        whole[number][kind] = _plain(resource)
    return whole


def _reads(one: Event) -> list[tuple[str, GraphRequest]]:
    if "folderId" in one:
        return [("folder", get("/mailFolders/{id}", query={"$select": FOLDER_SELECT}, id=one["folderId"]))]
    reads = [("message", a_message(one["messageId"]))]
    if "attachmentId" in one:
        query = {"$select": attachments.SHOWN}
        path, ids = "/messages/{id}/attachments/{attachment}", {"attachment": one["attachmentId"]}
        reads.append(("attachment", get(path, query=query, id=one["messageId"], **ids)))
    return reads
