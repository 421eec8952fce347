"""How each trigger's event comes about, such that every example of the trigger tells of it."""

from collections.abc import Callable, Mapping
from typing import Any

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

Provocation = Callable[[Sandbox, Connector], object]

_FILE = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "Report.PDF",
    "contentBytes": "UERG",
}
ARRIVING: dict[str, Any] = {
    "subject": "The report",
    "from": {"emailAddress": {"address": "kim@contoso.example", "name": "Kim"}},
    "importance": "high",
    "attachments": [_FILE],
}


def arrive(sandbox: Sandbox, connector: Connector) -> str:
    return sandbox.deliver("adele@contoso.example", ARRIVING)


def _send(sandbox: Sandbox, connector: Connector) -> object:
    return connector.invoke("messages.send", {"to": ["kim@contoso.example"], "subject": "Sent"})


def _change(sandbox: Sandbox, connector: Connector) -> object:
    return connector.invoke("messages.markRead", {"messageId": anchors.QUARTERLY_REPORT})


def _flag(sandbox: Sandbox, connector: Connector) -> object:
    return connector.invoke("messages.flag", {"messageId": anchors.QUARTERLY_REPORT, "status": "flagged"})


def _delete(sandbox: Sandbox, connector: Connector) -> object:
    connector.invoke("messages.delete", {"messageId": anchors.QUARTERLY_REPORT})
    return connector.invoke("messages.deletePermanently", {"messageId": anchors.PROJECT_KICKOFF})


def _answer(sandbox: Sandbox, connector: Connector) -> object:
    """Kim answers all in the conversation, from her own copy of it."""
    with connect(sandbox.config("kim@contoso.example")) as kim:
        asked = {"conversationId": anchors.LUNCH_CONVERSATION, "replyAll": True, "comment": "Fine!"}
        return kim.invoke("conversations.reply", asked)


def _rename(sandbox: Sandbox, connector: Connector) -> object:
    asked = {"folder": anchors.PROJECT_FOLDER, "displayName": "This year"}
    return connector.invoke("folders.update", asked)


PROVOCATIONS: Mapping[str, Provocation] = {
    "message.received": arrive,
    "message.sent": _send,
    "message.updated": _change,
    "message.deleted": _delete,
    "message.flagged": _flag,
    "message.matching": arrive,
    "attachment.received": arrive,
    "conversation.replied": _answer,
    "folder.changed": _rename,
}
