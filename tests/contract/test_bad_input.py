"""Whatever is wrong with an input, the operation or trigger says which property, at once, and nothing is sent."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest

from outlook_connector import Connector, ConnectorError, InvalidInput, connect
from outlook_connector.manifest import Operation, Trigger
from outlook_connector.sandbox import Sandbox

from .catalogue import ALLOWED, MANIFEST, OPERATIONS
from .wrong import Wrong, first_example, is_id, properties, wrong_inputs

ENTRIES = [*OPERATIONS, *MANIFEST.triggers.values()]
PARAMETRISED = pytest.mark.parametrize("operation", ENTRIES, ids=lambda operation: operation.name)
SECONDS = 1.0
"""Of the processor's time, for one refusal."""
LETTERS = 4000
"""Of the whole error, however long the input was."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def connector(sandbox: Sandbox) -> Iterator[Connector]:
    with connect(sandbox.config(**ALLOWED)) as connected:
        yield connected


def call(connector: Connector, entry: Operation | Trigger) -> Callable[[str, Any], Any]:
    return connector.poll if isinstance(entry, Trigger) else connector.invoke


def faults(connector: Connector, operation: Operation | Trigger, wrong: Wrong) -> Iterator[str]:
    """What is not as it should be about the refusal of a wrong input."""
    started = time.thread_time()
    try:
        call(connector, operation)(operation.name, wrong.input)
    except InvalidInput as error:
        told = error.to_dict()
        pointers = [one["pointer"] for one in told["details"].get("problems", [])]
        for name in wrong.blamed:
            at = "/" + name.replace("~", "~0").replace("/", "~1")
            if not any(one == at or one.startswith(at + "/") for one in pointers):
                yield f"{wrong.what}: blames {pointers}, not {at[:40]}"
        if len(str(told)) + len(str(error)) + len(repr(error)) > LETTERS * max(1, len(wrong.blamed)):
            yield f"{wrong.what}: the error has {len(str(told))} letters"
    except ConnectorError as error:
        yield f"{wrong.what}: {type(error).__name__}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not InvalidInput
        yield f"{wrong.what}: {type(error).__name__} comes out"
    else:
        yield f"{wrong.what}: was taken"
    if time.thread_time() - started > SECONDS:
        yield f"{wrong.what}: took longer than a second"


@PARAMETRISED
def test_a_wrong_input_is_refused_by_the_name_of_its_property_before_any_request(
    operation: Operation | Trigger, sandbox: Sandbox, connector: Connector
) -> None:
    before = len(sandbox.requests)
    found = [fault for wrong in wrong_inputs(operation) for fault in faults(connector, operation, wrong)]
    assert not found
    assert len(sandbox.requests) == before, "something was sent"


TRICKS = (
    "a/../../users/kim@contoso.example",
    "../../me/sendMail",
    "..%2F..%2Fme",
    "a?$select=id#",
    "a\\..\\b",
    "%00",
)


@PARAMETRISED
def test_an_id_stays_one_segment_of_the_path_whatever_it_holds(
    operation: Operation | Trigger, sandbox: Sandbox, connector: Connector
) -> None:
    """Graph's own ids hold slashes: such an id may be asked for, but leads nowhere else."""
    at_once = {"timeout": 0} if "timeout" in {one.name for one in properties(operation)} else {}
    for one in properties(operation) if operation.root != "none" else ():
        for trick in TRICKS if is_id(one) else ():
            before = len(sandbox.requests)
            given = {**first_example(operation.name), **at_once, one.name: one.put(trick)}
            with suppress(ConnectorError):
                call(connector, operation)(operation.name, given)
            for request in sandbox.requests[before:]:
                decoded = [unquote(part) for part in request.path.split("/")]
                assert ".." not in decoded, f"{one.name} = {trick}: {request.path}"
                assert (
                    not {"sendMail", "users"} & set(decoded) or trick in decoded or operation.effect == "send"
                )
