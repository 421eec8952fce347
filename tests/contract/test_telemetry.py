"""Every operation and trigger tells of itself in the same way, and nothing of what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from outlook_connector import Connector
from outlook_connector.sandbox import Sandbox
from outlook_connector.telemetry import names
from outlook_connector.telemetry.addresses import WORDS

from .catalogue import MANIFEST, OPERATIONS, prepared
from .provoking import PROVOCATIONS
from .truth import template_of

if TYPE_CHECKING:
    from ..hearing import Heard

NAMES = [one.name for one in OPERATIONS]
KNOWN = frozenset(names.FIELDS) | {"message", "level", "logger"}
PUBLIC = WORDS | set(NAMES) | set(MANIFEST.triggers)
"""Graph's words and the manifest's, which an input may hold as well."""


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, without the names of its properties."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from texts(one)


def is_public(text: str) -> bool:
    return text in PUBLIC or set(text.strip("/").split("/")) <= PUBLIC


def graph_calls(sandbox: Sandbox, before: int) -> list[str]:
    """The client request ids of what arrived since."""
    return [
        one.headers["client-request-id"]
        for one in sandbox.requests[before:]
        if one.service == "graph" and "client-request-id" in one.headers
    ]


def check_template(told: str) -> None:
    """It has Graph's own words wherever Graph's own path has them, the first segment apart. Where a path may go on
    with either (``$value``, a well-known folder), Graph's template says less than ours."""
    path = template_of(told.replace("{id}", "AAMk"))
    ours = told.split("/")[2 if told.startswith("/me") else 3 if told.startswith("/users") else 1 :]
    if path is None:
        return
    for mine, graphs in zip(reversed(ours), reversed(path.split("/")), strict=False):
        assert mine != "{id}" or graphs.startswith("{"), f"{graphs} is missing among the words"


def check_names(heard: Heard) -> None:
    """Nothing is told under a name that the tables do not have."""
    for span in heard.operations:
        assert set(span.attributes or {}) <= set(names.ATTRIBUTES["operation"])
    for span in heard.requests:
        assert set(span.attributes or {}) <= set(names.ATTRIBUTES["request"])
    metrics = {one.name: one for one in names.METRICS}
    for name, attributes, _ in heard.points:
        assert set(attributes) <= set(metrics[name].attributes)
    for record in heard.records:
        assert set(record) <= KNOWN


def check_silence(heard: Heard, *held: Any) -> None:
    """No word of eight letters or more of what went in or came out, no address and no token."""
    told = heard.everything()
    kept = {one for value in held for one in texts(value) if len(one) >= 8 and not is_public(one)}
    assert [one for one in kept if one in told] == []
    assert "@" not in told
    assert "eyJ" not in told, "the beginning of every JSON web token"
    assert "adele" not in told.lower()


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_one_span_with_its_requests_below_and_tells_nothing_of_its_content(
    name: str, outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    given = prepared(outlook_sandbox, outlook_connector, name)
    heard.clear()
    before = len(outlook_sandbox.requests)
    answer = outlook_connector.invoke(name, given)
    (span,) = heard.operations
    assert (span.name, span.attributes[names.EFFECT]) == (name, MANIFEST.operations[name].effect)
    assert span.status.is_unset
    arrived = graph_calls(outlook_sandbox, before)
    assert sorted(one.attributes[names.CLIENT_REQUEST_ID][0] for one in heard.requests) == sorted(arrived)
    assert {one.parent.span_id for one in heard.requests} <= {span.context.span_id}
    assert span.attributes[names.REQUESTS] == len(arrived)
    assert all(one.attributes[names.STATUS] < 300 for one in heard.requests)
    for one in heard.requests:
        check_template(one.attributes[names.TEMPLATE])
    assert heard.counted(names.OPERATION_DURATION, OPERATION=name) == 1
    assert heard.counted(names.REQUEST_DURATION) == len(arrived)
    (record,) = [
        one for one in heard.records if one["logger"].endswith("operations") and one["level"] == "INFO"
    ]
    assert (record["operation"], record["outcome"], record["requests"]) == (name, "done", len(arrived))
    check_names(heard)
    check_silence(heard, given, answer)


@pytest.mark.parametrize("name", MANIFEST.triggers)
def test_a_poll_is_one_span_and_its_events_are_counted(
    name: str, outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    example = MANIFEST.input_schema(name)["examples"][0]
    given = {key: value for key, value in example.items() if key not in ("since", "limit")}
    start = outlook_connector.poll(name, given)
    PROVOCATIONS[name](outlook_sandbox, outlook_connector)
    heard.clear()
    answer = outlook_connector.poll(name, {**given, "cursor": start["cursor"]})
    (span,) = heard.operations
    assert (span.name, span.attributes[names.EVENTS]) == (name, 1)
    assert {one.parent.span_id for one in heard.requests} == {span.context.span_id}
    assert heard.counted(names.HAPPENED, TRIGGER=name) == 1
    check_names(heard)
    check_silence(heard, given, answer, start)
