"""Every trigger, by each of its examples: told once, told again until taken over, by a cursor that is its own."""

import base64
from typing import Any

import pytest

import outlook_connector.triggers
from outlook_connector import (
    Connector,
    InvalidInput,
    OperationDenied,
    ServiceUnavailable,
    UnknownOperation,
    connect,
)
from outlook_connector.handlers import find_handler
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import explainer

from .catalogue import MANIFEST, SCHEMAS
from .provoking import PROVOCATIONS
from .test_catalogue import functions_of

TRIGGERS = list(MANIFEST.triggers)
EXAMPLES = [
    (name, index) for name in TRIGGERS for index in range(len(MANIFEST.input_schema(name)["examples"]))
]
EACH_EXAMPLE = pytest.mark.parametrize(("name", "index"), EXAMPLES)
EACH = pytest.mark.parametrize("name", TRIGGERS)
Given = dict[str, Any]


def example(name: str, index: int = 0) -> Given:
    found: Given = MANIFEST.input_schema(name)["examples"][index]
    return found


def from_now(given: Given) -> Given:
    return {key: value for key, value in given.items() if key not in ("since", "limit")}


def ids(answer: dict[str, Any]) -> list[str]:
    return [one["id"] for one in answer["value"]]


def test_every_trigger_has_a_way_to_come_about() -> None:
    assert set(PROVOCATIONS) == set(TRIGGERS)


def test_no_trigger_handler_is_left_over() -> None:
    named = {one.handler for one in MANIFEST.triggers.values()}
    assert named == set(functions_of(outlook_connector.triggers))
    assert all(callable(find_handler(name, "triggers")) for name in named)


@EACH_EXAMPLE
def test_an_example_fits_its_schema_in_both_opinions(name: str, index: int) -> None:
    file = MANIFEST.triggers[name].input_schema
    assert SCHEMAS.is_valid(file, example(name, index))
    assert explainer(SCHEMAS, file).is_valid(example(name, index))


@EACH_EXAMPLE
def test_an_example_runs_and_its_events_are_valid(
    name: str, index: int, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    answer = outlook_connector.poll(name, example(name, index))
    assert set(answer) == {"value", "cursor", "more"}
    second_opinion = explainer(SCHEMAS, MANIFEST.triggers[name].output_schema)
    assert all(not list(second_opinion.iter_errors(one)) for one in answer["value"])


@EACH_EXAMPLE
def test_what_happens_is_told_until_it_was_taken_over_and_a_quiet_poll_is_one_request(
    name: str, index: int, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = from_now(example(name, index))
    start = outlook_connector.poll(name, given)
    assert (start["value"], start["more"]) == ([], False), "what was there before is no event"
    before = len(outlook_sandbox.requests)
    assert outlook_connector.poll(name, {**given, "cursor": start["cursor"]}) == start
    assert len([one for one in outlook_sandbox.requests[before:] if one.service == "graph"]) == 1
    PROVOCATIONS[name](outlook_sandbox, outlook_connector)
    told = outlook_connector.poll(name, {**given, "cursor": start["cursor"]})
    assert len(told["value"]) == 1
    assert (told["value"][0]["trigger"], told["value"][0]["mailbox"]) == (name, "me")
    again = outlook_connector.poll(name, {**given, "cursor": start["cursor"]})
    assert again == told, "an old cursor gives the same again: its events were not taken over"
    after = outlook_connector.poll(name, {**given, "cursor": told["cursor"]})
    assert after["value"] == []


@EACH
def test_the_same_happening_has_the_same_id_for_two_who_watch(
    name: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = from_now(example(name))
    with connect(outlook_sandbox.config()) as other:
        starts = [one.poll(name, given)["cursor"] for one in (outlook_connector, other)]
        PROVOCATIONS[name](outlook_sandbox, outlook_connector)
        first, second = (
            one.poll(name, {**given, "cursor": cursor})
            for one, cursor in zip((outlook_connector, other), starts, strict=True)
        )
    assert ids(first) == ids(second) != []


@EACH
def test_a_cursor_is_refused_for_anything_else(
    name: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    cursor = outlook_connector.poll(name, from_now(example(name)))["cursor"]
    other = next(one for one in TRIGGERS if one != name)
    folder = {"folder": "archive"} if "folder" in MANIFEST.input_schema(name)["properties"] else {}
    text = base64.urlsafe_b64decode(cursor)
    forged = base64.urlsafe_b64encode(text.replace(name.encode(), other.encode())).decode()
    for trigger, given in (
        (other, {"cursor": cursor}),
        (other, {"cursor": forged}),
        (name, {"cursor": cursor[4:]}),
        (name, {**from_now(example(name)), "cursor": cursor, "mailbox": "kim@contoso.example"}),
        *([(name, {**from_now(example(name)), **folder, "cursor": cursor})] if folder else []),
    ):
        with pytest.raises(InvalidInput, match="/cursor"):
            outlook_connector.poll(trigger, given)


@EACH
def test_a_policy_can_name_a_trigger(name: str, outlook_sandbox: Sandbox) -> None:
    denied = outlook_sandbox.config(operations={"deny": [name]})
    with connect(denied) as connector, pytest.raises(OperationDenied):
        assert name not in connector.triggers
        connector.poll(name)
    unlisted = outlook_sandbox.config(mailboxes={"allow": ["nobody@contoso.example"]}, readOnly=True)
    with connect(unlisted) as connector:
        assert name in connector.triggers
        connector.poll(name)
        with pytest.raises(OperationDenied):
            connector.poll(name, {"mailbox": "kim@contoso.example"})


@EACH
def test_a_poll_that_fails_takes_nothing_over(name: str, outlook_sandbox: Sandbox) -> None:
    given = from_now(example(name))
    once = {"caBundle": outlook_sandbox.ca_file, "attempts": 1}
    with connect(outlook_sandbox.config(http=once)) as connector:
        start = connector.poll(name, given)
        PROVOCATIONS[name](outlook_sandbox, connector)
        for place in ("/me*", "/$batch"):
            outlook_sandbox.fault(match=f"* {place}", status=503, times=None)
        with pytest.raises(ServiceUnavailable):
            connector.poll(name, {**given, "cursor": start["cursor"]})
        outlook_sandbox.clear_faults()
        assert len(connector.poll(name, {**given, "cursor": start["cursor"]})["value"]) == 1


def test_what_is_wrong_is_refused_before_any_request(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    before = len(outlook_sandbox.requests)
    for ask in (outlook_connector.poll, outlook_connector.watch):
        with pytest.raises(UnknownOperation, match=r"message\.received"):
            ask("message.recieved")
        with pytest.raises(InvalidInput, match="/colour"):
            ask("message.received", {"colour": "red"})
    assert len(outlook_sandbox.requests) == before
