"""Spans, measurements and log records: what fails, waits and repeats is told; who and what it is about is not."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest

from outlook_connector import ConnectorError, OperationDenied, UnknownOperation, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.telemetry import names
from outlook_connector.telemetry.addresses import graph_address, upload_address
from outlook_connector.telemetry.records import request_id

if TYPE_CHECKING:
    from outlook_connector import Connector
    from tests.hearing import Heard

PAGE = Path(__file__).resolve().parents[2] / "docs" / "observability.md"
CANARY = "Zaunkönig"
MAIL: dict[str, Any] = {
    "to": ["wren-canary@contoso.example"],
    "subject": f"{CANARY} in the subject",
    "body": f"{CANARY} in the body",
}
REFUSED = '{"error": "invalid_client"}'
ANY_LIST = "GET /me/mailFolders/*/messages"


def one(spans: Any) -> Any:
    (found,) = spans
    return found


def test_a_failure_is_told_by_its_code_and_without_a_word_of_its_message(
    outlook_sandbox: Sandbox, heard: Heard
) -> None:
    config = outlook_sandbox.config(recipients={"allow": ["nobody@contoso.example"]})
    with connect(config) as connector:
        with pytest.raises(OperationDenied, match=MAIL["to"][0]):
            connector.invoke("messages.send", MAIL)
        with pytest.raises(ConnectorError) as refused:
            connector.invoke("messages.get", {"messageId": CANARY})
    first, second = heard.operations
    for span, code in ((first, "operationDenied"), (second, refused.value.code)):
        assert span.attributes[names.ERROR] == code
        assert (span.status.is_ok, span.status.is_unset, span.status.description) == (False, False, None)
        assert span.events == ()
    assert heard.counted(names.OPERATION_DURATION, ERROR="operationDenied", OPERATION="messages.send") == 1
    assert CANARY not in heard.everything()
    assert "wren-canary" not in heard.everything()


def test_graphs_request_id_of_a_failure_is_the_same_in_the_error_the_span_and_the_log(
    outlook_connector: Connector, heard: Heard
) -> None:
    with pytest.raises(ConnectorError) as refused:
        outlook_connector.invoke("messages.get", {"messageId": "AAMkAGone"})
    wanted = refused.value.details["requestId"]
    for span in (one(heard.operations), one(heard.requests)):
        assert span.attributes[names.REQUEST_ID] == (wanted,)
    told = [record for record in heard.records if record.get("request_id") == wanted]
    assert [record["level"] for record in told] == ["DEBUG", "INFO"]
    assert told[1]["outcome"] == refused.value.code


def test_a_name_that_is_no_operations_is_not_told(outlook_connector: Connector, heard: Heard) -> None:
    for call in (outlook_connector.invoke, outlook_connector.iterate, outlook_connector.poll):
        with pytest.raises(UnknownOperation):
            call(CANARY)
    assert [span.name for span in heard.operations] == [names.OTHER] * 3
    assert CANARY not in heard.everything()


def test_a_repetition_is_a_span_of_its_own_and_its_wait_is_measured_by_its_reason(
    outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    outlook_sandbox.fault(match=ANY_LIST, status=429, retry_after=0.05, times=2)
    outlook_connector.invoke("messages.list", {"folder": "inbox", "limit": 1})
    requests = heard.requests
    assert [span.attributes.get(names.RESENT) for span in requests] == [None, 1, 2]
    assert [span.attributes[names.STATUS] for span in requests] == [429, 429, 200]
    assert [span.attributes.get(names.ERROR) for span in requests] == ["429", "429", None]
    span = one(heard.operations)
    assert (span.attributes[names.REQUESTS], span.attributes[names.RETRIES]) == (3, 2)
    assert span.attributes[names.WAITED] >= 0.1
    assert heard.counted(names.RETRIED, OPERATION="messages.list", REASON="refused") == 2
    assert heard.counted(names.WAIT_DURATION, REASON="refused") == 2
    assert heard.counted(names.REQUEST_DURATION, STATUS=429, ERROR="429") == 2
    repeated = [record for record in heard.records if "failure" in record]
    assert [(record["attempt"], record["failure"]) for record in repeated] == [(1, "refused"), (2, "refused")]


def test_a_connection_that_breaks_is_told_by_the_kind_of_error(
    outlook_sandbox: Sandbox, heard: Heard
) -> None:
    outlook_sandbox.fault(match=ANY_LIST, drop="before", times=None)
    once = {"caBundle": outlook_sandbox.ca_file, "attempts": 1}
    with connect(outlook_sandbox.config(http=once)) as connector, pytest.raises(ConnectorError):
        connector.invoke("messages.list", {"folder": "inbox"})
    span = one(heard.requests)
    assert span.attributes[names.ERROR] == "ConnectionError"
    assert names.STATUS not in span.attributes
    assert heard.counted(names.REQUEST_DURATION, ERROR="ConnectionError") == 1


def test_waiting_for_the_mailboxs_limits_is_measured(outlook_sandbox: Sandbox, heard: Heard) -> None:
    outlook_sandbox.fault(match=ANY_LIST, delay=0.2, times=None)
    config = outlook_sandbox.config(limits={"concurrent": 1})
    with connect(config) as connector, ThreadPoolExecutor(2) as pool:
        ask = {"folder": "inbox", "limit": 1}
        connector.invoke("folders.get", {"folder": "inbox"})
        heard.clear()
        list(pool.map(lambda _: connector.invoke("messages.list", ask), range(2)))
    assert heard.counted(names.WAIT_DURATION, OPERATION="messages.list", REASON="limits") == 1
    waits = sorted(span.attributes[names.WAITED] for span in heard.operations)
    assert waits[0] == 0
    assert waits[1] > 0.1


def test_renewals_of_tokens_are_counted_by_their_outcome_and_show_in_the_trace(
    outlook_sandbox: Sandbox, heard: Heard
) -> None:
    with connect(outlook_sandbox.config()) as connector:
        connector.invoke("auth.refresh")
        outlook_sandbox.fault("POST */oauth2/v2.0/token", status=401, body=REFUSED, times=None)
        with pytest.raises(ConnectorError) as refused:
            connector.invoke("auth.refresh")
    code = refused.value.code
    assert heard.counted(names.REFRESHES, AUTH="delegated") == 2
    assert heard.counted(names.REFRESHES, ERROR=code) == 1
    renewals = [span for span in heard.spans if span.name == "token refresh"]
    assert [span.attributes.get(names.ERROR) for span in renewals] == [None, code]
    assert [span.parent.span_id for span in renewals] == [span.context.span_id for span in heard.operations]


def test_an_iteration_is_one_span_over_all_its_pages_without_the_callers_time(
    outlook_connector: Connector, heard: Heard
) -> None:
    for _ in outlook_connector.iterate("messages.list", {"folder": "inbox", "limit": 6, "pageSize": 2}):
        sleep(0.1)
    span = one(heard.operations)
    assert len(heard.requests) >= 3
    assert {request.parent.span_id for request in heard.requests} == {span.context.span_id}
    assert span.end_time - span.start_time > 0.6e9
    record = one([record for record in heard.records if record["message"].startswith("messages.list: done")])
    assert record["duration"] < 0.5


def test_an_iteration_that_its_caller_leaves_has_ended_well(
    outlook_connector: Connector, heard: Heard
) -> None:
    items = outlook_connector.iterate("messages.list", {"folder": "inbox", "pageSize": 2})
    assert isinstance(items, Iterator)
    with closing(items):
        next(items)
    assert one(heard.operations).status.is_unset


def test_an_iteration_that_fails_later_ends_with_the_error(
    outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    items = outlook_connector.iterate("messages.list", {"folder": "inbox", "pageSize": 1})
    next(items)
    outlook_sandbox.fault(match=ANY_LIST, status=400, times=None)
    with pytest.raises(ConnectorError) as refused:
        list(items)
    assert one(heard.operations).attributes[names.ERROR] == refused.value.code


def test_the_span_is_a_child_of_the_hosts_and_is_current_for_the_connectors_log_alone(
    outlook_connector: Connector, heard: Heard
) -> None:
    from opentelemetry import trace

    tracer = trace.get_tracer("host")
    with tracer.start_as_current_span("flow") as flow:
        items = outlook_connector.iterate("messages.list", {"folder": "inbox", "limit": 2})
        for _ in items:
            assert trace.get_current_span() is flow
        outlook_connector.invoke("folders.get", {"folder": "inbox"})
        assert trace.get_current_span() is flow
    assert {span.parent.span_id for span in heard.operations} == {flow.get_span_context().span_id}


def test_graph_hears_a_new_request_id_each_time_and_nothing_of_the_trace(
    outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    outlook_sandbox.fault(match=ANY_LIST, status=429, retry_after=0.01)
    outlook_connector.invoke("messages.list", {"folder": "inbox", "limit": 1})
    arrived = [one.headers for one in outlook_sandbox.requests if one.service == "graph"]
    sent = [headers["client-request-id"] for headers in arrived]
    assert len(set(sent)) == len(sent) == 2
    assert all(str(uuid.UUID(name)) == name for name in sent)
    assert [span.attributes[names.CLIENT_REQUEST_ID] for span in heard.requests] == [(name,) for name in sent]
    assert not {"traceparent", "tracestate", "baggage"} & {name for headers in arrived for name in headers}


def test_a_hosts_instrumentation_of_requests_adds_nothing_to_calls_of_graph(
    outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    from opentelemetry.instrumentation.requests import RequestsInstrumentor

    instrumentor = RequestsInstrumentor()
    outlook_connector.invoke("folders.get", {"folder": "inbox"})
    heard.clear()
    instrumentor.instrument()
    try:
        outlook_connector.invoke("messages.send", MAIL)
    finally:
        instrumentor.uninstrument()
    assert len(heard.requests) == len(heard.spans) - 1 == 1
    assert "traceparent" not in outlook_sandbox.requests[-1].headers


def test_the_address_of_an_upload_is_a_key_and_is_not_told(
    outlook_connector: Connector, heard: Heard
) -> None:
    draft = outlook_connector.invoke("drafts.create", MAIL)
    large = {"name": f"{CANARY}.bin", "contentBytes": "QUFB" * (1 << 20)}
    heard.clear()
    outlook_connector.invoke("attachments.add", {"messageId": draft["id"], "attachment": large})
    pieces = [span for span in heard.requests if span.name == "PUT"]
    assert pieces
    assert {span.attributes[names.URL].rpartition("/")[2] for span in pieces} == {"REDACTED"}
    assert all(names.TEMPLATE not in span.attributes for span in pieces)
    assert CANARY not in heard.everything()


@pytest.mark.parametrize("moment", ["start", "end"])
def test_a_pipeline_that_breaks_breaks_no_operation(
    moment: str, outlook_sandbox: Sandbox, outlook_connector: Connector, heard: Heard
) -> None:
    heard.fragile.breaks = frozenset({moment})
    outlook_connector.invoke("messages.send", MAIL)
    assert list(outlook_connector.iterate("messages.list", {"folder": "inbox", "limit": 3, "pageSize": 2}))
    assert len(outlook_sandbox.ledger["submissions"]) == 1
    warned = [record for record in heard.records if record["level"] == "WARNING"]
    assert {record["logger"] for record in warned} == {"outlook_connector.telemetry"}


def test_a_mailbox_is_a_hash_which_all_workers_of_a_connection_share(
    outlook_sandbox: Sandbox, heard: Heard
) -> None:
    for _ in range(2):
        with connect(outlook_sandbox.config()) as connector:
            connector.invoke("folders.get", {"folder": "inbox"})
            with pytest.raises(ConnectorError):
                connector.invoke("messages.get", {"messageId": "AAMkAGone", "mailbox": "kim@contoso.example"})
    own, kims, own_again, kims_again = (span.attributes[names.MAILBOX] for span in heard.operations)
    assert re.fullmatch("[0-9a-f]{16}", own)
    assert (own, kims) == (own_again, kims_again)
    assert own != kims
    assert not re.search("(?i)kim|adele", heard.everything())


def test_a_server_cannot_write_into_the_log() -> None:
    assert request_id({"request-id": "0f8fad5b-d9cb-469f-a165-70867728950e"}) is not None
    for wrong in ("a\nb", "x" * 65, f"{CANARY}", "<script>", ""):
        assert request_id({"request-id": wrong}) is None


@pytest.mark.parametrize(
    ("address", "template"),
    [
        ("/me/messages/AAMkADsE%2F/move", "/me/messages/{id}/move"),
        ("/users/adele%40contoso.example/messages", "/users/{id}/messages"),
        ("/me/messages?$search=%22secret%22", "/me/messages"),
        ("/me/mailFolders('inbox')/messages", "/me/{id}/messages"),
        ("/secrets/of/state", "/{id}/{id}/{id}"),
    ],
)
def test_a_path_keeps_graphs_own_words_alone(address: str, template: str) -> None:
    base = "https://graph.microsoft.com/v1.0"
    told = graph_address(base, base + address)
    assert (told.server, told.port, told.template) == ("graph.microsoft.com", 443, template)
    assert told.full == base + template.replace("{id}", "REDACTED")


def test_an_uploads_address_is_its_server() -> None:
    told = upload_address("https://outlook.office.com:8443/api/v2.0/Users('a@b')/x?authtoken=key")
    assert (told.server, told.port, told.template) == ("outlook.office.com", 8443, None)
    assert told.full == "https://outlook.office.com:8443/REDACTED"


UNUSED = """
import logging, sys
from outlook_connector import connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.telemetry import UNSEEN, observed
with Sandbox() as sandbox, connect(sandbox.config()) as connector:
    operation = connector.manifest.operations["messages.list"]
    connector.invoke("messages.list", {"limit": 1})
    list(connector.iterate("messages.list", {"limit": 1}))
    connector.poll("message.received")
    print(observed(operation) is UNSEEN, [name for name in sys.modules if name.startswith("opentelemetry")])
    logging.getLogger("outlook_connector").setLevel(logging.INFO)
    print(observed(operation) is UNSEEN)
"""


def test_a_process_without_opentelemetry_does_not_import_it_and_is_not_looked_at() -> None:
    told = subprocess.run([sys.executable, "-c", UNUSED], capture_output=True, text=True, check=True)
    assert told.stdout.split("\n")[:2] == ["True []", "False"]


def in_backticks(heading: str) -> set[str]:
    """What stands in backticks in the first column of the tables under a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_page_names_what_is_told_and_nothing_else() -> None:
    assert in_backticks("Spans") == {name for kind in names.ATTRIBUTES.values() for name in kind}
    assert in_backticks("Metrics") == {metric.name for metric in names.METRICS}
    assert in_backticks("Log records") == set(names.FIELDS)
