"""graph.request and graph.batch: off until allowed, and never beyond the mailbox's mail or around the policy.
Rules that send mail on are held to the same."""

from typing import Any

import pytest

from outlook_connector import Connector, InvalidInput, OperationDenied, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

ALLOW = {"allow": ["*", "graph.request", "graph.batch"]}
INBOX = {"method": "GET", "path": "/mailFolders/inbox"}
MAIL = {"message": {"toRecipients": [{"emailAddress": {"address": "eve@elsewhere.example"}}]}}


def sends(method: str, path: str, body: Any = None) -> dict[str, Any]:
    return {"method": method, "path": path, **({"body": body} if body else {})}


@pytest.mark.parametrize("allow", [None, ["*"], ["graph.*"]])
def test_it_is_off_until_it_is_named_in_full(allow: list[str] | None, outlook_sandbox: Sandbox) -> None:
    rules = {"operations": {"allow": allow}} if allow else {}
    with connect(outlook_sandbox.config(**rules)) as connector:
        assert "graph.request" not in connector.operations
        with pytest.raises(OperationDenied, match="names it in full"):
            connector.invoke("graph.request", INBOX)
        with pytest.raises(OperationDenied, match="names it in full"):
            connector.invoke("graph.batch", {"requests": [INBOX]})


@pytest.mark.parametrize(
    "path",
    [
        "messages",
        "//messages",
        "/messages/../../users",
        "/messages/%2e%2e/x",
        "/messages/..%2fx",
        "/messages/x%2F%2e%2e%2f..%5Cusers",
        "/messages/%252e%252e%252fx",
        "/messages?$top=1",
        "/messages#x",
        "/messages/\\x",
        "/messages/a b",
        "/calendar/events",
        "/users/x/messages",
        "/$batch",
        "https://elsewhere.example/messages",
    ],
)
def test_paths_stay_below_the_mailbox(path: str, outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(operations=ALLOW)) as connector:
        before = len(outlook_sandbox.requests)
        with pytest.raises(InvalidInput, match="/path"):
            connector.invoke("graph.request", sends("GET", path))
        assert len(outlook_sandbox.requests) == before


def test_calls_are_made_and_answered_in_order(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(operations=ALLOW)) as connector:
        count = connector.invoke("graph.request", sends("GET", "/messages/$count"))
        assert int(count["text"]) == connector.invoke("messages.count")["count"]
        found = connector.invoke("graph.batch", {"requests": [INBOX, sends("GET", "/messages/none"), INBOX]})
    assert [one.get("status") for one in found["value"]] == [200, None, 200]
    assert found["failed"] == 1
    assert found["value"][0]["body"]["displayName"] == "Inbox"


@pytest.mark.parametrize(
    "given",
    [
        sends("POST", "/sendMail", MAIL),
        sends("POST", "/messages", MAIL),
        sends("POST", "/mailFolders/inbox/messageRules", {"displayName": "x"}),
        sends("POST", "/messages/x/forward", {"comment": "x"}),
    ],
)
def test_recipients_are_limited_as_everywhere(given: dict[str, Any], outlook_sandbox: Sandbox) -> None:
    limits = {"operations": ALLOW, "recipients": {"allow": ["*@contoso.example"]}}
    with connect(outlook_sandbox.config(**limits)) as connector:
        with pytest.raises(OperationDenied, match=r"recipients"):
            connector.invoke("graph.request", given)
        with pytest.raises(OperationDenied, match=r"recipients"):
            connector.invoke("graph.batch", {"requests": [given]})
    assert not outlook_sandbox.ledger["submissions"]


FORWARD = {"displayName": "On", "actions": {"forwardTo": ["Kim <kim@contoso.example>"]}}


def test_rules_that_send_mail_on_are_off_until_they_are_allowed(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config()) as connector:
        with pytest.raises(OperationDenied, match=r"rules\.forward"):
            connector.invoke("rules.create", FORWARD)
        harmless = connector.invoke("rules.create", {"displayName": "Off", "actions": {"markAsRead": True}})
        with pytest.raises(OperationDenied, match=r"rules\.forward"):
            connector.invoke("rules.update", {"ruleId": harmless["id"], "actions": FORWARD["actions"]})
    with connect(outlook_sandbox.config(operations=ALLOW)) as connector:
        rule = {"displayName": "x", "actions": {"redirectTo": [MAIL["message"]["toRecipients"][0]]}}
        with pytest.raises(OperationDenied, match=r"rules\.forward"):
            connector.invoke("graph.request", sends("POST", "/mailFolders/inbox/messageRules", rule))


def test_rules_send_mail_only_to_recipients_that_are_allowed(outlook_sandbox: Sandbox) -> None:
    limits = {
        "operations": {"allow": ["*", "rules.forward"]},
        "recipients": {"allow": ["*@contoso.example"]},
    }
    with connect(outlook_sandbox.config(**limits)) as connector:
        made = connector.invoke("rules.create", FORWARD)
        found = made["actions"]["forwardTo"][0]["emailAddress"]
        assert (found["address"], found["name"]) == (anchors.KIM, "Kim")
        elsewhere = {"forwardTo": ["eve@elsewhere.example"]}
        with pytest.raises(OperationDenied, match=r"recipients\.allow"):
            connector.invoke("rules.update", {"ruleId": made["id"], "actions": elsewhere})
    with connect(outlook_sandbox.config()) as connector:
        with pytest.raises(OperationDenied, match=r"rules\.forward"):
            connector.invoke("rules.update", {"ruleId": made["id"], "displayName": "Still on"})
        off = connector.invoke("rules.update", {"ruleId": made["id"], "isEnabled": False})
        assert off["isEnabled"] is False


def test_a_rule_takes_folders_by_path(outlook_connector: Connector, outlook_sandbox: Sandbox) -> None:
    rule = {
        "displayName": "Alpine",
        "conditions": {"fromAddresses": ["Grady <grady@alpineski.example>"]},
        "actions": {"moveToFolder": "Inbox/Projects/2026"},
    }
    outlook_connector.invoke("rules.create", rule)
    mail = {"subject": "Snow", "from": {"emailAddress": {"address": "grady@alpineski.example"}}}
    outlook_sandbox.deliver(anchors.ADELE, mail)
    given = {"folder": "Inbox/Projects/2026", "subject": "Snow"}
    assert outlook_connector.invoke("messages.count", given) == {"count": 1}
    with pytest.raises(InvalidInput, match="moveToFolder names no folder"):
        outlook_connector.invoke("rules.create", {**rule, "actions": {"moveToFolder": "Nowhere"}})


def test_a_search_folder_shows_what_its_filter_finds(outlook_connector: Connector) -> None:
    given = {"displayName": "From Kim", "sourceFolders": ["inbox"], "from": anchors.KIM}
    made = outlook_connector.invoke("folders.createSearchFolder", {**given, "includeNestedFolders": False})
    expected = outlook_connector.invoke("messages.count", {"folder": "inbox", "from": anchors.KIM})["count"]
    assert len(list(outlook_connector.iterate("messages.list", {"folder": made["id"]}))) == expected > 0
    with pytest.raises(InvalidInput, match="/filter"):
        outlook_connector.invoke(
            "folders.createSearchFolder", {"displayName": "All", "sourceFolders": ["inbox"]}
        )


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"path": "/messages/a%"}, "/path"),
        ({"path": "/messages/%zz"}, "/path"),
        ({"headers": {"If-Match": " x"}}, "/headers"),
    ],
)
def test_what_would_be_sent_as_something_else_is_refused_before_it_is_sent(
    wrong: dict[str, Any], at: str, outlook_sandbox: Sandbox
) -> None:
    config = outlook_sandbox.config(operations={"allow": ["graph.request"]})
    with connect(config) as connector:
        before = len(outlook_sandbox.requests)
        with pytest.raises(InvalidInput, match=at):
            connector.invoke("graph.request", {"method": "GET", "path": "/messages", **wrong})
        assert len(outlook_sandbox.requests) == before
