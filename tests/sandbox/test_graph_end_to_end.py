"""What a mailbox does with arriving mail by itself, from the connector's operations to the connector's operations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox

Json = dict[str, Any]
ADELE, KIM = "adele@contoso.example", "kim@contoso.example"


@dataclass(frozen=True)
class People:
    """Adele, whose mailbox it is, and Kim, who writes to her."""

    adele: Connector
    kim: Connector

    def write(self, subject: str, **more: Any) -> None:
        self.kim.invoke("messages.send", {"to": [ADELE], "subject": subject, "body": "Hello", **more})


@pytest.fixture
def people(outlook_sandbox: Sandbox) -> Iterator[People]:
    with connect(outlook_sandbox.config(ADELE)) as adele, connect(outlook_sandbox.config(KIM)) as kim:
        yield People(adele, kim)


def _found(desk: Connector, folder: str, subject: str) -> list[Json]:
    """The messages of a folder with exactly that subject, newest first."""
    listed = desk.invoke("messages.list", {"folder": folder, "limit": 20})["value"]
    return [one for one in listed if one["subject"] == subject]


def test_a_rule_files_what_arrives(people: People) -> None:
    rule = {
        "displayName": "Orders",
        "conditions": {"subjectContains": ["order"], "fromAddresses": [f"Kim <{KIM}>"]},
        "exceptions": {"importance": "low"},
        "actions": {
            "moveToFolder": "Inbox/Projects/2026",
            "assignCategories": ["Blue category"],
            "markAsRead": True,
        },
    }
    people.adele.invoke("rules.create", rule)
    people.write("An order")
    people.write("An order of low importance", importance="low")
    (filed,) = _found(people.adele, "Inbox/Projects/2026", "An order")
    assert (filed["categories"], filed["isRead"]) == (["Blue category"], True)
    assert _found(people.adele, "inbox", "An order") == []
    assert len(_found(people.adele, "inbox", "An order of low importance")) == 1


def test_an_absence_is_told_to_each_sender_once_and_again_in_the_next_one(people: People) -> None:
    away = {"status": "alwaysEnabled", "internalMessage": "I am away until Monday."}
    people.adele.invoke("settings.setAutomaticReplies", away)
    people.write("First")
    people.write("Second")
    assert len(_found(people.kim, "inbox", "Automatic reply: First")) == 1
    assert _found(people.kim, "inbox", "Automatic reply: Second") == []
    people.adele.invoke("settings.setAutomaticReplies", {"status": "disabled"})
    people.write("Third")
    assert _found(people.kim, "inbox", "Automatic reply: Third") == []
    people.adele.invoke("settings.setAutomaticReplies", away)
    people.write("Fourth")
    (reply,) = _found(people.kim, "inbox", "Automatic reply: Fourth")
    assert reply["from"]["emailAddress"]["address"] == ADELE
    assert reply["bodyPreview"] == "I am away until Monday."


def test_an_override_classifies_what_arrives_from_then_on(people: People) -> None:
    people.write("Before")
    override = people.adele.invoke("focusedInbox.createOverride", {"address": KIM, "classifyAs": "other"})
    people.write("Meanwhile")
    people.adele.invoke("focusedInbox.deleteOverride", {"overrideId": override["id"]})
    people.write("After")
    kinds = {
        subject: _found(people.adele, "inbox", subject)[0]["inferenceClassification"]
        for subject in ("Before", "Meanwhile", "After")
    }
    assert kinds == {"Before": "focused", "Meanwhile": "other", "After": "focused"}


def test_a_search_folder_shows_what_fits_wherever_it_lies(people: People) -> None:
    search = {
        "displayName": "Invoices",
        "sourceFolders": ["inbox"],
        "filter": "contains(subject,'invoice 4711')",
    }
    folder = people.adele.invoke("folders.createSearchFolder", search)["id"]
    assert people.adele.invoke("messages.list", {"folder": folder})["value"] == []
    people.write("Your invoice 4711")
    people.write("Another invoice")
    (found,) = people.adele.invoke("messages.list", {"folder": folder})["value"]
    below = {"messageId": found["id"], "destinationFolder": "Inbox/Projects/2026"}
    people.adele.invoke("messages.move", below)
    assert len(people.adele.invoke("messages.list", {"folder": folder})["value"]) == 1
    people.adele.invoke("messages.move", {**below, "destinationFolder": "archive"})
    assert people.adele.invoke("messages.list", {"folder": folder})["value"] == []
