"""One table: which error each kind of operation gives when Graph fails for as long as it is asked."""

import pytest

from outlook_connector import Connector, ConnectorError, OutcomeUnknown, connect
from outlook_connector.manifest import Operation
from outlook_connector.operations.reconciling import CHECKS
from outlook_connector.sandbox import Sandbox

from .catalogue import ALLOWED, OPERATIONS, prepared

FAILURES = {
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "429": {"status": 429, "retry_after": 0.01},
    "503": {"status": 503, "retry_after": 0.01},
    "503 without Retry-After": {"status": 503},
    "504": {"status": 504},
    "dropped before the work": {"drop": "before"},
    "dropped after the work": {"drop": "after"},
}

REPEATABLE = {
    "401": "AuthError",
    "403": "Forbidden",
    "404": "NotFound",
    "429": "Throttled",
    "503": "ServiceUnavailable",
    "503 without Retry-After": "ServiceUnavailable",
    "504": "ServiceUnavailable",
    "dropped before the work": "TransportError",
    "dropped after the work": "TransportError",
}
ONCE_ONLY = {
    **REPEATABLE,
    "503 without Retry-After": "OutcomeUnknown",
    "504": "OutcomeUnknown",
    "dropped before the work": "OutcomeUnknown",
    "dropped after the work": "OutcomeUnknown",
}
TABLE = {
    ("read", True): REPEATABLE,
    ("write", True): REPEATABLE,
    ("delete", True): REPEATABLE,
    ("delete", False): ONCE_ONLY,
    ("write", False): ONCE_ONLY,
    ("send", False): ONCE_ONLY,
}
"""(effect, idempotent) → failure → error. A lost answer to what must be done once is never guessed about."""

GRAPH = [operation for operation in OPERATIONS if operation.root != "none"]


PLACES = ("/me*", "/subscriptions*", "/$batch")


def outcome(connector: Connector, name: str, given: dict[str, object]) -> str | None:
    """The error's class; an operation that reports a problem in its answer has it there."""
    try:
        answer = connector.invoke(name, given)
    except ConnectorError as error:
        return error.to_dict()["error"]
    return answer.get("problem", {}).get("error")


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("operation", GRAPH, ids=lambda operation: operation.name)
def test_a_failure_that_lasts_gives_the_error_of_the_table(
    operation: Operation, failure: str, outlook_sandbox: Sandbox
) -> None:
    with connect(
        outlook_sandbox.config(http={"caBundle": outlook_sandbox.ca_file, "attempts": 2}, **ALLOWED)
    ) as connector:
        given = prepared(outlook_sandbox, connector, operation.name)
        before = len(outlook_sandbox.requests)
        for place in PLACES:
            outlook_sandbox.fault(match=f"* {place}", times=None, **FAILURES[failure])
        found = outcome(connector, operation.name, given)
    sent = [one for one in outlook_sandbox.requests[before:] if one.service == "graph"]
    wrote = [one for one in sent if one.method != "GET"]
    expected = TABLE[operation.effect, operation.idempotent][failure] if wrote else REPEATABLE[failure]
    assert found == expected, "what failed while it was looked up has done nothing"
    if expected == "OutcomeUnknown":
        assert len(wrote) == 1, "what may have been done is not sent again"


UNREADABLE = {"a page of HTML": "<html>proxy</html>", "an object without anything": "{}"}
CREATING = [one for one in GRAPH if one.effect == "write" and not one.idempotent]


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("operation", CREATING, ids=lambda operation: operation.name)
def test_what_is_made_once_and_answered_with_nonsense_has_an_unknown_outcome(
    operation: Operation, body: str, outlook_sandbox: Sandbox
) -> None:
    with connect(outlook_sandbox.config(**ALLOWED)) as connector:
        given = prepared(outlook_sandbox, connector, operation.name)
        for place in PLACES:
            outlook_sandbox.fault(match=f"POST {place}", times=None, status=201, body=body)
        with pytest.raises(OutcomeUnknown) as caught:
            connector.invoke(operation.name, given)
    assert caught.value.details["check"] == CHECKS[operation.name]


def test_the_table_has_a_row_for_every_operation() -> None:
    assert {(one.effect, one.idempotent) for one in GRAPH} == set(TABLE)
