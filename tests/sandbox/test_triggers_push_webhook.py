"""What a receiver of notifications answers: to Graph, to strangers, and when its store fails."""

import json
import logging
from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers import watches
from outlook_connector.triggers.watches import Marks, Watch
from outlook_connector.triggers.webhook import LARGEST, client_state

NAME, SECRET = "0123456789abcdef" * 2, "the secret of the watch"
STATE = client_state(NAME, SECRET)
Json = dict[str, Any]


class Failing(MemoryStore):
    """A store that cannot be written any more."""

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        if key.startswith("marks/"):
            raise ConnectorError("no room", code="storeFailed", retryable=True)
        return super().save(key, blob, version, ttl=ttl)


def receiver(sandbox: Sandbox, store: MemoryStore) -> Connector:
    """A connection whose store holds one watch."""
    _, version = watches.load_watch(store, NAME)
    watches.save_watch(store, NAME, Watch(SECRET), version)
    return connect(sandbox.config(), token_store=store)


def change(message: str = "AAMk1", state: str | None = STATE, **more: Any) -> Json:
    data = {"@odata.type": "#Microsoft.Graph.Message", "id": message}
    own = {"subscriptionId": "s1", "clientState": state, "changeType": "created", "resourceData": data}
    return {**own, "tenantId": "t", "resource": f"Users/u/Messages/{message}", **more}


def lifecycle(event: str, state: str | None = STATE) -> Json:
    return {"subscriptionId": "s1", "clientState": state, "tenantId": "t", "lifecycleEvent": event}


def body(*items: Json) -> bytes:
    return json.dumps({"value": items}).encode()


def marks(store: MemoryStore) -> Marks:
    return watches.load_marks(store, NAME)[0]


def test_a_handshake_is_answered_with_its_token(outlook_connector: Connector) -> None:
    token = "Validation: Testing client application reachability for subscription Request-Id: 1-2"
    answer = outlook_connector.notified(validation_token=token)
    assert (answer.status, answer.body) == (200, token.encode())
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("token", "status"), [("<script>alert(1)</script>", 200), ("a\r\nSet-Cookie: b", 400), ("x" * 5000, 400)]
)
def test_a_handshake_reflects_no_markup(outlook_connector: Connector, token: str, status: int) -> None:
    answer = outlook_connector.notified(validation_token=token)
    assert answer.status == status
    assert b"<" not in answer.body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("as_bytes", [True, False])
def test_what_proves_to_be_graphs_is_written_down_before_the_answer(
    outlook_sandbox: Sandbox, as_bytes: bool
) -> None:
    store = MemoryStore()
    with receiver(outlook_sandbox, store) as connector:
        told = body(change("m1"), change("m2"), change("m1"), lifecycle("missed"))
        answer = connector.notified(told if as_bytes else json.loads(told))
        assert (answer.status, answer.body) == (202, b"")
        assert marks(store) == Marks(4, ("m1", "m2"), (("missed", "s1"),))
        connector.notified(body(change("m3")))
        assert marks(store).ids == ("m1", "m2", "m3")


@pytest.mark.parametrize(
    "state",
    [
        None,
        "",
        "the secret of the watch",
        client_state(NAME, SECRET[:-1]),
        client_state(NAME, SECRET + "x"),
        client_state(NAME, ""),
        client_state("f" * 32, SECRET),
        client_state("watch/../token", SECRET),
        client_state(NAME, "\udc80"),
    ],
)
def test_a_stranger_is_refused_and_leaves_no_mark(outlook_sandbox: Sandbox, state: str | None) -> None:
    store = MemoryStore()
    with receiver(outlook_sandbox, store) as connector:
        assert (
            connector.notified(body(change(state=state), lifecycle("subscriptionRemoved", state))).status
            == 403
        )
        assert marks(store) == Marks()


def test_what_is_ours_counts_though_a_stranger_is_beside_it(outlook_sandbox: Sandbox) -> None:
    store = MemoryStore()
    with receiver(outlook_sandbox, store) as connector:
        assert connector.notified(body(change("no", "x"), change("yes"))).status == 202
        assert marks(store).ids == ("yes",)


def test_what_is_ours_is_found_behind_any_number_of_others(outlook_sandbox: Sandbox) -> None:
    store = MemoryStore()
    with receiver(outlook_sandbox, store) as connector:
        strangers = [change("no", client_state(f"{number:032x}", SECRET)) for number in range(1000)]
        assert connector.notified(body(*strangers, change("yes"))).status == 202
        assert marks(store).ids == ("yes",)


def test_strangers_fill_no_log(outlook_sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with receiver(outlook_sandbox, MemoryStore()) as connector:
        connector.notified(body(change(state="x")))
        assert [one.levelname for one in caplog.records if one.levelno >= logging.WARNING] == []
        connector.notified(body(change(state="x"), change()))
        assert [one.levelname for one in caplog.records if one.levelno >= logging.WARNING] == ["WARNING"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'{"value": []}', 400),
        (b'{"value": [1]}', 400),
        (b'{"value": {"a": 1}}', 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b" " * (LARGEST + 1), 413),
        (json.dumps({"value": [{}] * 5001}).encode(), 413),
    ],
)
def test_what_is_no_notification_is_refused(outlook_connector: Connector, sent: bytes, status: int) -> None:
    assert outlook_connector.notified(sent).status == status


@pytest.mark.parametrize(
    "odd",
    [
        {"resourceData": None},
        {"resourceData": {"id": 7}},
        {"resourceData": {"id": ".."}},
        {"resourceData": "m1"},
        {"lifecycleEvent": ["missed"]},
        {"lifecycleEvent": "somethingNew"},
    ],
)
def test_a_notification_of_another_form_is_a_hint_all_the_same(outlook_sandbox: Sandbox, odd: Json) -> None:
    store = MemoryStore()
    with receiver(outlook_sandbox, store) as connector:
        assert connector.notified(body({**change(), **odd})).status == 202
        assert marks(store) == Marks(heard=1)


def test_what_cannot_be_written_down_is_to_be_sent_again(outlook_sandbox: Sandbox) -> None:
    with receiver(outlook_sandbox, Failing()) as connector:
        assert connector.notified(body(change())).status == 503


def test_marks_that_nobody_looks_at_do_not_grow_without_end(outlook_sandbox: Sandbox) -> None:
    store = MemoryStore()
    with receiver(outlook_sandbox, store) as connector:
        for number in range(6):
            connector.notified(body(*(change(f"m{number}-{one}") for one in range(200))))
        assert (marks(store).heard, len(marks(store).ids)) == (1200, watches.MOST_IDS)
        assert marks(store).ids[-1] == "m5-199"
