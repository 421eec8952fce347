"""Open extensions: a client's own properties of a message, under a name of its own.
https://learn.microsoft.com/graph/api/resources/opentypeextension"""

from typing import Any

from ..binding import patch, post
from ..context import Context
from ..errors import InvalidInput

_TYPE = {"@odata.type": "#microsoft.graph.openTypeExtension"}
_RESERVED = ("id", "extensionName")


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Add an extension to a message."""
    body = {**_TYPE, "extensionName": values["extensionName"], **_own(values)}
    return context.graph.json(post("/messages/{id}/extensions", body, id=values["messageId"]))


def update(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Change the extension's properties; ``null`` takes one away, and those that are not named stay."""
    ids = {"id": values["messageId"], "extension": values["extensionName"]}
    return context.graph.json(
        patch("/messages/{id}/extensions/{extension}", {**_TYPE, **_own(values)}, **ids)
    )


def _own(values: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = values["properties"]
    wrong = [name for name in own if name in _RESERVED or "@" in name]
    if wrong:
        raise InvalidInput.of([(f"/properties/{name}", "is a name of Graph's own") for name in wrong])
    return own
