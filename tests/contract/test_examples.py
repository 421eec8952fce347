"""Every example runs against the sandbox, and its output is what the output schema says."""

import pytest

from outlook_connector import Connector
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import explainer

from .catalogue import EXAMPLES, MANIFEST, SCHEMAS, prepared


@pytest.mark.parametrize(("name", "index"), EXAMPLES)
def test_an_example_runs_and_its_output_is_valid(
    name: str, index: int, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = prepared(outlook_sandbox, outlook_connector, name, index)
    answer = outlook_connector.invoke(name, given)
    second_opinion = explainer(SCHEMAS, MANIFEST.operations[name].output_schema)
    assert not list(second_opinion.iter_errors(answer))


COLLECTIONS = [(name, index) for name, index in EXAMPLES if MANIFEST.operations[name].result == "collection"]


@pytest.mark.parametrize(("name", "index"), COLLECTIONS)
def test_iterating_gives_what_the_pages_give(
    name: str, index: int, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    example = prepared(outlook_sandbox, outlook_connector, name, index)
    given = {**example, "limit": 5, "pageSize": 2}
    whole = list(outlook_connector.iterate(name, given))
    found, cursor = [], None
    while len(found) < len(whole):
        answer = outlook_connector.invoke(
            name, {**given, "limit": 1, **({"cursor": cursor} if cursor else {})}
        )
        found += answer["value"]
        cursor = answer["nextCursor"]
    assert found == whole
    assert whole, "an example that finds nothing shows nothing"
