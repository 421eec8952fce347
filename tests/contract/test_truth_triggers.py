"""What a trigger says to Graph, from its start to events that are told again, is what Graph takes and permits."""

import pytest

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox

from .catalogue import MANIFEST
from .conformity import disagreements
from .provoking import PROVOCATIONS
from .recording import Exchange, Recorder, listening
from .test_triggers import EACH, example, from_now
from .truth import call_of
from .wire import faults, is_listed

UNLISTED = {"POST /$batch"}
"""https://learn.microsoft.com/graph/json-batching: no resource of the metadata; its parts are held one by one."""
UNPUBLISHED = "nothing is known"


def said(sandbox: Sandbox, name: str, index: int) -> list[Exchange]:
    sandbox.reset()
    with connect(sandbox.config()) as connector:
        given, recorder = from_now(example(name, index)), Recorder(connector.config.graph_url)
        with listening(recorder):
            start = connector.poll(name, given)["cursor"]
        PROVOCATIONS[name](sandbox, connector)
        with listening(recorder):
            for _ in range(2):
                connector.poll(name, {**given, "cursor": start})
    return recorder.exchanges


@EACH
def test_what_a_trigger_says_to_graph_is_what_graph_takes_and_permits(
    name: str, outlook_sandbox: Sandbox
) -> None:
    exchanges = [*said(outlook_sandbox, name, 0), *said(outlook_sandbox, name, 1)]
    assert {call_of(one.method, one.path) for one in exchanges if not is_listed(one)} <= UNLISTED
    assert not [told for one in exchanges for told in faults(one)]
    calls = sorted({call_of(one.method, one.path) for one in exchanges})
    wrong = [one for one in disagreements(MANIFEST.triggers[name], calls) if UNPUBLISHED not in one]
    assert not wrong


@pytest.mark.parametrize("name", ["message.received", "message.deleted"])
def test_nothing_that_a_trigger_says_changes_anything(name: str, outlook_sandbox: Sandbox) -> None:
    methods = {one.method for one in said(outlook_sandbox, name, 0) if not one.path.endswith("/$batch")}
    assert methods == {"GET"}
