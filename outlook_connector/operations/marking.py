"""Changes to a message that the mailbox keeps: read or not, flag, categories and the like.
https://learn.microsoft.com/graph/api/message-update"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..binding import get, patch
from ..context import Context
from ..errors import Conflict, InvalidInput
from . import compose

TRIES = 6
"""How often a change is worked out anew, where others change the message at the same time."""


def update(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Change what the input names, and nothing else."""
    return context.graph.json(patch("/messages/{id}", changes(values), id=values["messageId"]))


def changes(values: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that the input changes, in Graph's words."""
    body = compose.message(values)
    body |= {name: values[name] for name in ("isRead", "inferenceClassification") if name in values}
    if "flag" in values:
        body["flag"] = {"flagStatus": values["flag"]}
    return body


def flag(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Flag for follow-up, with its times; mark the follow-up as done; or take the flag away."""
    status = values.get("status", "flagged")
    times = {name: values[name] for name in ("start", "due") if name in values}
    if times and status != "flagged":
        raise InvalidInput.of([(f"/{name}", f"cannot be given with the status {status}") for name in times])
    # A due time without a start time is refused: https://learn.microsoft.com/graph/api/resources/followupflag
    if "due" in times:
        times = {"start": times["due"], **times}
        if times["start"] > times["due"]:
            raise InvalidInput.of([("/start", "must not be later than due")])
    made = {f"{name}DateTime": {"dateTime": time[:-1], "timeZone": "UTC"} for name, time in times.items()}
    body = {"flag": {"flagStatus": status, **made}}
    return context.graph.json(patch("/messages/{id}", body, id=values["messageId"]))


def categorize(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Add and remove categories, or set them all. Each change is made on the version that was read, so that one
    made by others in between is not lost."""
    _check(values)
    for left in reversed(range(TRIES)):
        query = {"$select": "categories"}
        found = context.graph.json(get("/messages/{id}", query=query, id=values["messageId"]))
        before = found.get("categories") or []
        after = categories(before, values)
        if after == before:
            return context.graph.json(get("/messages/{id}", id=values["messageId"]))
        request = patch("/messages/{id}", {"categories": after}, id=values["messageId"])
        version = found.get("@odata.etag")
        try:
            return context.graph.json(replace(request, headers={"If-Match": version} if version else {}))
        except Conflict as conflict:
            if conflict.status != 412 or not left:
                raise
    raise AssertionError("the last try returns or raises")


def categories(before: list[str], values: Mapping[str, Any]) -> list[str]:
    """The categories that a message is to have, each once: their names differ by more than case."""
    kept = [] if "set" in values else before
    gone = {name.casefold() for name in values.get("remove", [])}
    found: dict[str, str] = {}
    for name in (*kept, *values.get("set", []), *values.get("add", [])):
        found.setdefault(name.casefold(), name)
    return [name for key, name in found.items() if key not in gone]


def _check(values: Mapping[str, Any]) -> None:
    given = [name for name in ("add", "remove", "set") if name in values]
    if not given:
        raise InvalidInput.of([("", "must say what to add, to remove or to set")])
    if "set" in given and len(given) > 1:
        raise InvalidInput.of([("/set", "cannot be combined with add or remove")])
    added, removed = ({name.casefold() for name in values.get(key, [])} for key in ("add", "remove"))
    if added & removed:
        raise InvalidInput.of([("/remove", "names a category that add names too")])
