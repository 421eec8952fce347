"""What the tests of truth look for is found when it is there: each fault, put into what is right, is told."""

from dataclasses import replace
from typing import Any

import pytest

from outlook_connector.manifest import Permissions

from .catalogue import MANIFEST, SCHEMAS
from .conformity import disagreements
from .recording import Exchange
from .test_truth_outputs import differences
from .truth import call_of
from .wire import faults, is_listed

READ = Exchange("GET", "/me/messages", {"$select": "id,subject", "$top": "5"}, None, {"value": [{"id": "x"}]})
WRITE = Exchange(
    "PATCH", "/me/messages/AAMk", {}, {"isRead": True, "importance": "high"}, {"id": "x", "isRead": True}
)
SEND = Exchange("POST", "/me/sendMail", {}, {"message": {"subject": "x"}, "saveToSentItems": True}, None)


@pytest.mark.parametrize("exchange", [READ, WRITE, SEND], ids=lambda one: one.path)
def test_what_is_right_has_no_faults(exchange: Exchange) -> None:
    assert is_listed(exchange)
    assert not list(faults(exchange))


@pytest.mark.parametrize(
    ("exchange", "changed", "told"),
    [
        (READ, {"query": {"$select": "id,sbuject"}}, "$select names sbuject"),
        (READ, {"query": {"$orderby": "received desc"}}, "$orderby names received"),
        (READ, {"query": {"$filter": "categories/any(c:c eq 'x') and read eq false"}}, "$filter names read"),
        (READ, {"query": {"$expand": "attachment"}}, "$expand names attachment"),
        (READ, {"query": {"$format": "json"}}, "takes no $format"),
        (READ, {"answer": {"value": [{"id": 7}]}}, "/*/id is not String"),
        (READ, {"answer": {"value": [{"id": None}]}}, "/*/id must not be null"),
        (
            READ,
            {"answer": {"value": [{"receivedDateTime": "today"}]}},
            "/*/receivedDateTime is not DateTimeOffset",
        ),
        (WRITE, {"body": {"isRead": "true"}}, "/isRead is not Boolean"),
        (WRITE, {"body": {"importance": "urgent"}}, "/importance is not importance"),
        (WRITE, {"body": {"flag": {"status": "flagged"}}}, "/flag/status is no property of followupFlag"),
        (SEND, {"body": {"mail": {}}}, "/mail is no parameter"),
        (
            SEND,
            {"body": {"message": {"toRecipients": [{"address": "x"}]}}},
            "/*/address is no property of recipient",
        ),
    ],
)
def test_a_fault_in_an_exchange_is_told(exchange: Exchange, changed: dict[str, Any], told: str) -> None:
    assert any(told in one for one in faults(replace(exchange, **changed)))


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/me/mesages"), ("PUT", "/me/messages/AAMk"), ("POST", "/me/send")]
)
def test_a_call_that_graph_does_not_have_is_not_listed(method: str, path: str) -> None:
    assert not is_listed(Exchange(method, path, {}, None, None))


MOVE = [call_of("POST", "/me/messages/AAMk/move")]


@pytest.mark.parametrize(
    ("need", "calls", "told"),
    [
        ("Mail.ReadWrite", MOVE, None),
        ("Mail.Read", MOVE, "takes ['Mail.ReadWrite']"),
        ("MailboxSettings.ReadWrite", MOVE, "is not the least privileged"),
        ("Mail.ReadWrite", [*MOVE, "GET /me/drive"], "nothing is known of the delegated permissions"),
    ],
)
def test_permissions_that_disagree_are_told(need: str, calls: list[str], told: str | None) -> None:
    asked = replace(MANIFEST.operations["messages.move"], permissions=Permissions(((need,),), ((need,),)))
    found = list(disagreements(asked, calls))
    assert any(told in one for one in found) if told else not found


def test_an_exception_for_a_call_that_is_not_made_is_told() -> None:
    operation = MANIFEST.operations["extensions.delete"]
    call = call_of("DELETE", "/me/messages/AAMk/extensions/x")
    assert not list(disagreements(operation, [call]))
    assert any("is not needed" in one for one in disagreements(operation, []))


@pytest.mark.parametrize(
    ("name", "schema", "told"),
    [
        ("isRead", {"type": ["string", "null"]}, "is Boolean in Graph"),
        ("isRead", {"type": "boolean"}, "may be null in Graph"),
        ("receivedDateTime", {"type": ["string", "null"]}, "its format says otherwise"),
        ("importance", {"enum": ["low", "high", None]}, "does not list the members of importance"),
        ("toRecipients", {"type": ["string", "null"]}, "is a list in Graph"),
        ("read", {"type": ["boolean", "null"]}, "is no property of message"),
    ],
)
def test_a_wrong_property_of_an_output_is_told(name: str, schema: dict[str, Any], told: str) -> None:
    message = SCHEMAS.document("common/message.json")
    wrong = {**message, "properties": {**message["properties"], name: schema}}
    assert not list(differences(message, "common/message.json", ["message"]))
    assert any(told in one for one in differences(wrong, "common/message.json", ["message"]))
