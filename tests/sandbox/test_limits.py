"""The limits of a mailbox, as the server sees them: calls at once, batches, several mailboxes, waiting."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError, OperationDenied, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

ONE = {"folder": "inbox", "limit": 1, "select": ["id"]}
LATENCY = 0.05
RAW: dict[str, Any] = {"operations": {"allow": ["*", "graph.request", "graph.batch"]}}


def most_at_once(sandbox: Sandbox, part: str) -> int:
    """How many requests whose path holds ``part`` the server worked on at the same time, at most."""
    spans = [(one.began, one.ended or one.began) for one in sandbox.requests if part in one.path]
    moments = sorted([(end, -1) for _, end in spans] + [(begin, 1) for begin, _ in spans])
    running = [sum(step for _, step in moments[: at + 1]) for at in range(len(moments))]
    return max(running, default=0)


def together(count: int, work: Any) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: work(), range(count)))


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
def test_sixteen_threads_make_four_calls_at_once(store: str, outlook_sandbox: Sandbox, tmp_path: Any) -> None:
    url = f"sqlite://{tmp_path}/store.sqlite3" if store == "sqlite" else store
    with connect(outlook_sandbox.config(tokenStore=url)) as connector:
        outlook_sandbox.fault(match="GET /me/*", delay=LATENCY, times=None)
        together(16, lambda: connector.invoke("messages.list", ONE))
    assert most_at_once(outlook_sandbox, "/me/") == 4


def test_ones_own_mailbox_is_one_by_whatever_name_it_is_called(outlook_sandbox: Sandbox) -> None:
    names = [{}, {"mailbox": "me"}, {"mailbox": anchors.ADELE}, {"mailbox": anchors.ADELE.upper()}] * 4
    with connect(outlook_sandbox.config()) as connector:
        outlook_sandbox.fault(match="GET /*", delay=LATENCY, times=None)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda named: connector.invoke("messages.list", {**ONE, **named}), names))
    assert most_at_once(outlook_sandbox, "/inbox/messages") == 4


def test_fewer_at_once_where_the_configuration_says_so(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(limits={"concurrent": 2})) as connector:
        outlook_sandbox.fault(match="GET /me/*", delay=LATENCY, times=None)
        together(8, lambda: connector.invoke("messages.list", ONE))
    assert most_at_once(outlook_sandbox, "/me/") == 2


def test_a_batch_has_its_mailbox_alone(outlook_connector: Connector, outlook_sandbox: Sandbox) -> None:
    listed = outlook_connector.invoke("messages.list", {"folder": "inbox", "limit": 20, "select": ["id"]})
    many = {"messageIds": [one["id"] for one in listed["value"]]}
    assert len(many["messageIds"]) == 20
    outlook_sandbox.fault(match="POST /$batch", delay=LATENCY, times=None)
    outlook_sandbox.fault(match="GET /me/mailFolders/*", delay=LATENCY, times=None)
    with ThreadPoolExecutor(7) as pool:
        batches = [pool.submit(outlook_connector.invoke, "messages.getMany", many) for _ in range(3)]
        calls = [pool.submit(outlook_connector.invoke, "messages.list", ONE) for _ in range(4)]
        for one in (*batches, *calls):
            one.result()
    requests = outlook_sandbox.requests[-7:]
    spans = [(one.began, one.ended or one.began) for one in requests if "$batch" in one.path]
    others = [(one.began, one.ended or one.began) for one in requests if "$batch" not in one.path]
    assert len(spans) == 3
    assert most_at_once(outlook_sandbox, "$batch") == 1
    assert not [one for one in others for batch in spans if batch[0] < one[1] and one[0] < batch[1]]


def test_mailboxes_do_not_wait_for_one_another(outlook_sandbox: Sandbox) -> None:
    outlook_sandbox.fault(match="POST /$batch", delay=0.3, times=None)
    mailboxes = [anchors.ADELE, anchors.KIM, anchors.NESTOR]
    requests = [
        {"method": "GET", "path": "/messages", "query": {"$top": 1}, "mailbox": mailbox}
        for mailbox in mailboxes
        for _ in range(25)
    ]
    with connect(outlook_sandbox.config(auth="application", **RAW)) as connector:
        found = connector.invoke("graph.batch", {"requests": requests})
    assert (len(found["value"]), found["failed"]) == (75, 0)
    owners = [
        one["body"]["@odata.context"].partition("users(")[2].partition(")")[0] for one in found["value"]
    ]
    assert len(set(owners)) == 3
    assert owners[:25] == [owners[0]] * 25
    assert sum("$batch" in one.path for one in outlook_sandbox.requests) == 6
    assert most_at_once(outlook_sandbox, "$batch") == 3


def test_a_batch_goes_only_to_mailboxes_that_are_allowed(outlook_sandbox: Sandbox) -> None:
    rules = {**RAW, "mailboxes": {"allow": [anchors.ADELE]}}
    given = {"requests": [{"method": "GET", "path": "/messages", "mailbox": anchors.KIM}]}
    with (
        connect(outlook_sandbox.config(auth="application", **rules)) as connector,
        pytest.raises(OperationDenied) as caught,
    ):
        connector.invoke("graph.batch", given)
    assert caught.value.details["rule"] == "mailboxes.allow"


def test_who_waits_longer_than_the_deadline_is_told_for_what(outlook_sandbox: Sandbox) -> None:
    http = {"caBundle": outlook_sandbox.ca_file, "deadline": 1}
    with connect(outlook_sandbox.config(http=http, limits={"requests": 20})) as connector:
        for _ in range(20):
            connector.invoke("messages.list", ONE)
        with pytest.raises(ConnectorError) as caught:
            connector.invoke("messages.list", ONE)
    assert (caught.value.code, caught.value.retryable) == ("limitReached", True)
    assert caught.value.details["rule"] == "limits.requests"


def test_a_connection_that_only_reads_may_call_with_get_alone(outlook_sandbox: Sandbox) -> None:
    change = {"method": "PATCH", "path": "/mailFolders/inbox", "body": {"displayName": "x"}}
    read = {"method": "GET", "path": "/messages", "query": {"$top": 1}}
    with connect(outlook_sandbox.config(readOnly=True, **RAW)) as connector:
        assert connector.invoke("graph.request", read)["status"] == 200
        assert connector.invoke("graph.batch", {"requests": [read]})["failed"] == 0
        for name, given in (("graph.request", change), ("graph.batch", {"requests": [read, change]})):
            before = len(outlook_sandbox.requests)
            with pytest.raises(OperationDenied) as caught:
                connector.invoke(name, given)
            assert caught.value.details["rule"] == "readOnly"
            assert len(outlook_sandbox.requests) == before


def test_a_service_that_is_down_is_not_asked_again_and_again(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config()) as connector:
        connector.invoke("auth.refresh")
        outlook_sandbox.fault(match="GET /me/*", status=503, retry_after=0, times=None)
        before, problems = len(outlook_sandbox.requests), []
        for _ in range(40):
            with pytest.raises(ConnectorError) as caught:
                connector.invoke("messages.list", ONE)
            problems.append(caught.value)
        assert len(outlook_sandbox.requests) - before <= 50
        assert problems[-1].details["retryBudget"] == "spent"
        assert problems[-1].retryable
        outlook_sandbox.clear_faults()
        assert connector.invoke("messages.list", ONE)["value"]
