"""Search folders: folders that show what a filter finds in others.
https://learn.microsoft.com/graph/api/resources/mailsearchfolder"""

from typing import Any

from ..binding import patch, post
from ..context import Context
from ..errors import InvalidInput
from . import query

_TYPE = {"@odata.type": "microsoft.graph.mailSearchFolder"}


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A search folder among Outlook's own, or in ``parentFolder``."""
    made = _resource(values)
    if "filterQuery" not in made:
        raise InvalidInput.of([("/filter", "is required, or another filter")])
    body = {**_TYPE, "includeNestedFolders": True, **made}
    parent = values.get("parentFolder", "searchfolders")
    return context.graph.json(post("/mailFolders/{parent}/childFolders", body, parent=parent))


def update(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Change what the input names; a filter takes the place of the whole filter before."""
    made = _resource(values)
    if not made:
        raise InvalidInput.of([("", "must name something to change")])
    return context.graph.json(patch("/mailFolders/{folder}", {**_TYPE, **made}, folder=values["folder"]))


def _resource(values: dict[str, Any]) -> dict[str, Any]:
    names = {
        "displayName": "displayName",
        "includeNestedFolders": "includeNestedFolders",
        "sourceFolders": "sourceFolderIds",
    }
    found = {theirs: values[ours] for ours, theirs in names.items() if ours in values}
    wanted = query.conditions(values)
    return {**found, **({"filterQuery": wanted} if wanted else {})}
