"""A create whose answer is lost: found by a name that there is only one of, or told what to look for."""

from typing import Any

import pytest

from outlook_connector import Conflict, Connector, OutcomeUnknown
from outlook_connector.manifest import load
from outlook_connector.operations.reconciling import CHECKS, NAMED
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed.anchors import QUARTERLY_REPORT

SEARCH = {"displayName": "Unread", "sourceFolders": ["inbox"], "unread": True}
EXTENSION = {"messageId": QUARTERLY_REPORT, "extensionName": "com.contoso.x", "properties": {"order": 4711}}
CREATES: dict[str, dict[str, Any]] = {
    "folders.create": {"displayName": "O'Neill & Sons"},
    "folders.createSearchFolder": SEARCH,
    "categories.create": {"displayName": "Suppliers", "color": "preset9"},
    "extensions.create": EXTENSION,
}
BY_NAME = pytest.mark.parametrize(("name", "given"), CREATES.items(), ids=CREATES)


def lose(sandbox: Sandbox, **how: Any) -> None:
    for place in ("/me/mailFolders*", "/me/outlook/*", "/me/messages/*"):
        sandbox.fault(match=f"POST {place}", **how)


@BY_NAME
def test_what_was_made_is_found_by_its_name(
    name: str, given: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    lose(outlook_sandbox, drop="after")
    made = outlook_connector.invoke(name, given)
    assert made["id"]
    outlook_sandbox.clear_faults()
    with pytest.raises(Conflict):
        outlook_connector.invoke(name, given)


@BY_NAME
def test_what_was_made_and_answered_with_nonsense_is_found_by_its_name(
    name: str, given: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    made = outlook_connector.invoke(name, given)
    lose(outlook_sandbox, status=201, body="<html>proxy</html>")
    assert outlook_connector.invoke(name, given)["id"] == made["id"]


@BY_NAME
def test_what_was_not_made_may_be_asked_for_again(
    name: str, given: dict[str, Any], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    lose(outlook_sandbox, drop="before")
    with pytest.raises(OutcomeUnknown) as caught:
        outlook_connector.invoke(name, given)
    assert caught.value.retryable
    assert caught.value.details["check"] == CHECKS[name]
    outlook_sandbox.clear_faults()
    assert outlook_connector.invoke(name, given)["id"]


@pytest.mark.parametrize(
    ("name", "before", "given"),
    [
        ("categories.create", CREATES["categories.create"], {"displayName": "Suppliers", "color": "preset1"}),
        ("extensions.create", EXTENSION, {**EXTENSION, "properties": {"order": 1}}),
        ("folders.create", {"displayName": "Orders"}, {"displayName": "Orders", "isHidden": True}),
    ],
)
def test_another_item_of_the_name_is_not_taken_for_the_new_one(
    name: str,
    before: dict[str, Any],
    given: dict[str, Any],
    outlook_sandbox: Sandbox,
    outlook_connector: Connector,
) -> None:
    outlook_connector.invoke(name, before)
    lose(outlook_sandbox, drop="after")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke(name, given)


def test_a_folder_that_holds_something_is_not_new(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    made = outlook_connector.invoke("folders.create", {"displayName": "Orders"})
    copied = {"messageId": QUARTERLY_REPORT, "destinationFolder": made["id"]}
    outlook_connector.invoke("messages.copy", copied)
    lose(outlook_sandbox, drop="after")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke("folders.create", {"displayName": "Orders"})


def test_a_folder_is_looked_for_in_its_parent_alone(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_connector.invoke("folders.create", {"displayName": "Orders"})
    lose(outlook_sandbox, drop="before")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke("folders.create", {"displayName": "Orders", "parentFolder": "inbox"})


def test_the_unknown_outcome_of_every_create_says_what_to_look_for() -> None:
    once_only = {
        one.name
        for one in load().operations.values()
        if one.effect == "write" and not one.idempotent and one.root != "none"
    }
    assert once_only <= set(CHECKS) <= set(load().operations)
    assert set(NAMED) <= set(CHECKS)
