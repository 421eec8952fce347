"""A flow to begin with: what arrives in the inbox is searched for by its subject, answered and moved."""

from typing import Any

TAB, CONNECTION = "outlook-tab", "outlook-host"

RECEIVED = {
    "id": "outlook-received",
    "type": "outlook-message-received",
    "name": "",
    "interval": "10",
    "in_folder": "inbox",
    "in_folder_type": "str",
}
SEARCH = {
    "id": "outlook-search",
    "type": "outlook-messages-search",
    "name": "",
    "in_query": "'subject:\"' & payload.message.subject & '\"'",
    "in_query_type": "jsonata",
    "in_folder": "inbox",
    "in_folder_type": "str",
    "in_limit": "1",
    "in_limit_type": "num",
}
KEEP = {
    "id": "outlook-keep",
    "type": "change",
    "name": "Keep its id",
    "rules": [{"t": "set", "p": "found", "pt": "msg", "to": "payload.value[0].id", "tot": "msg"}],
}
REPLY = {
    "id": "outlook-reply",
    "type": "outlook-messages-reply",
    "name": "",
    "in_messageId": "found",
    "in_messageId_type": "msg",
    "in_comment": "Thank you, we are looking at it.",
    "in_comment_type": "str",
    "in_idempotencyKey": "'answer-' & found",
    "in_idempotencyKey_type": "jsonata",
}
MOVE = {
    "id": "outlook-move",
    "type": "outlook-messages-move",
    "name": "",
    "in_messageId": "found",
    "in_messageId_type": "msg",
    "in_destinationFolder": "archive",
    "in_destinationFolder_type": "str",
}
SHOWN = {"id": "outlook-shown", "type": "debug", "name": "Moved", "active": True, "complete": "payload"}
CAUGHT = {"id": "outlook-caught", "type": "catch", "name": "What went wrong", "scope": None}
TOLD = {"id": "outlook-told", "type": "debug", "name": "Error", "active": True, "complete": "outlook"}


def flow() -> list[dict[str, Any]]:
    """The flow as Node-RED imports it."""
    tab = {"id": TAB, "type": "tab", "label": "Answer and file"}
    host = {"id": CONNECTION, "type": "outlook-connection", "name": "Outlook", "url": "http://127.0.0.1:8080"}
    work = _line([RECEIVED, SEARCH, KEEP, REPLY, MOVE, SHOWN], 80)
    return [tab, {**host, "connection": "", "timeout": "120"}, *work, *_line([CAUGHT, TOLD], 160)]


def _line(nodes: list[dict[str, Any]], height: int) -> list[dict[str, Any]]:
    """Nodes beside each other, each wired to the next."""
    following = [[[one["id"]]] for one in nodes[1:]]
    return [
        {
            **one,
            "z": TAB,
            **({"connection": CONNECTION} if one["type"].startswith("outlook-") else {}),
            "x": 120 + 205 * place,
            "y": height,
            "wires": wires,
        }
        for place, (one, wires) in enumerate(zip(nodes, [*following, []], strict=True))
    ]
