"""An event of a trigger as a CloudEvent 1.0 in structured JSON. Pure.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

CONTENT_TYPE = "application/cloudevents+json"


def cloud_event(connection: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """``id`` is the event's own, ``source`` the connection's mailbox, ``type`` ``outlook.<trigger>``, ``subject`` the
    id of the message or folder, and ``data`` the whole event."""
    subject = event.get("messageId") or event.get("folderId")
    time = event.get("time")
    return {
        "specversion": "1.0",
        "id": event["id"],
        "source": f"/outlook/{quote(connection, safe='')}/{quote(event['mailbox'], safe='@')}",
        "type": f"outlook.{event['trigger']}",
        **({"subject": subject} if subject else {}),
        **({"time": time} if time else {}),
        "datacontenttype": "application/json",
        "data": dict(event),
    }


def encoded(event: Mapping[str, Any]) -> bytes:
    """The event as bytes. A lone surrogate, which UTF-8 cannot hold, stays JSON's own escape."""
    return json.dumps(event, separators=(",", ":")).encode()
