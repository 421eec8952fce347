"""A host that watches: it takes over what it is told, and keeps the cursor."""

from dataclasses import dataclass
from typing import Any

from outlook_connector import Connector
from outlook_connector.sandbox import Sandbox

ADELE = "adele@contoso.example"
Event = dict[str, Any]


@dataclass
class Host:
    connector: Connector
    trigger: str
    given: dict[str, Any]
    cursor: str = ""

    def __post_init__(self) -> None:
        if not self.cursor:
            assert self.told() == []

    def told(self) -> list[Event]:
        """Everything up to now."""
        events: list[Event] = []
        while True:
            cursor = {"cursor": self.cursor} if self.cursor else {}
            answer = self.connector.poll(self.trigger, {**self.given, **cursor})
            events += answer["value"]
            self.cursor = answer["cursor"]
            if not answer["more"]:
                return events

    def subjects(self) -> list[str]:
        return sorted(one["message"]["subject"] for one in self.told())


def arrive(sandbox: Sandbox, subject: str, **more: Any) -> str:
    return sandbox.deliver(ADELE, {"subject": subject, **more})


def move(connector: Connector, message: str, folder: str) -> None:
    connector.invoke("messages.move", {"messageId": message, "destinationFolder": folder})
