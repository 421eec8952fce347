"""Open extensions: a client's own properties of a message, under a name of its own.
https://learn.microsoft.com/graph/api/resources/opentypeextension"""

from typing import Any

from ..binding import get, patch, post
from ..context import Context
from ..errors import InvalidInput

_TYPE = {"@odata.type": "#microsoft.graph.openTypeExtension"}
_RESERVED = ("id", "extensionName")


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Add an extension to a message."""
    body = {**_TYPE, "extensionName": values["extensionName"], **_own(values)}
    return context.graph.json(post("/messages/{id}/extensions", body, id=values["messageId"]))


def update(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Change the extension's properties; ``null`` takes one away, and those that are not named stay.

    They are read and sent along, since Graph takes away from a message's extension what a PATCH leaves out.
    https://learn.microsoft.com/graph/api/opentypeextension-update
    """
    changes, path = _own(values), "/messages/{id}/extensions/{extension}"
    ids = {"id": values["messageId"], "extension": values["extensionName"]}
    found = context.graph.json(get(path, **ids))
    kept = {name: one for name, one in found.items() if name not in _RESERVED and "@" not in name}
    return context.graph.json(patch(path, {**_TYPE, **kept, **changes}, **ids))


def _own(values: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = values["properties"]
    wrong = [name for name in own if name in _RESERVED or "@" in name]
    if wrong:
        raise InvalidInput.of([(f"/properties/{name}", "is a name of Graph's own") for name in wrong])
    return own
