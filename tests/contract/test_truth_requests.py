"""Every request that an operation's examples make is one that Graph takes, and the sandbox answers as Graph would.

Graph is what `graph/` says, which is Microsoft's own; where the connector knows better, `graph/exceptions.yaml` has the
page that says so.
"""

import pytest

from outlook_connector.manifest import Operation
from outlook_connector.sandbox import Sandbox

from .catalogue import MANIFEST, OPERATIONS
from .conformity import disagreements
from .recording import recorded
from .truth import EXCEPTIONS, call_of
from .wire import faults, is_listed, is_path

GRAPH = [operation for operation in OPERATIONS if operation.root != "none"]


def excepted(kind: str, operation: Operation) -> set[str]:
    return {one["call"] for one in EXCEPTIONS[kind] if operation.name in one["operations"]}


@pytest.mark.parametrize("operation", GRAPH, ids=lambda operation: operation.name)
def test_what_an_operation_says_to_graph_is_what_graph_takes_and_is_permitted(
    operation: Operation, outlook_sandbox: Sandbox
) -> None:
    exchanges = recorded(outlook_sandbox, operation)
    assert exchanges, "an operation that calls Graph has examples that do"
    unlisted = {call_of(one.method, one.path) for one in exchanges if not is_listed(one)}
    assert unlisted == excepted("paths", operation), "calls without a path, against the exceptions"
    assert not [told for one in exchanges for told in faults(one)]
    calls = sorted({call_of(one.method, one.path) for one in exchanges})
    assert not list(disagreements(operation, calls))


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.request], ids=lambda one: one.name)
def test_a_declared_request_is_a_path_of_graphs(operation: Operation) -> None:
    request = operation.request
    assert request is not None
    path = ("" if operation.root == "service" else "/me") + request.path.rstrip("/")
    assert call_of(request.method, path) in excepted("paths", operation) or is_path(request.method, path)


@pytest.mark.parametrize("kind", ["paths", "permissions"])
def test_an_exception_names_operations_that_there_are_and_a_page_of_microsofts(kind: str) -> None:
    for one in EXCEPTIONS[kind]:
        assert set(one["operations"]) <= set(MANIFEST.names), one["call"]
        assert one["operations"], f"{one['call']} is not needed"
        assert one["page"].startswith("https://learn.microsoft.com/")
        assert isinstance(one["read"], bool)
        assert one["why"]
