"""Graph's notifications arrive at the host, and nobody else's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme
from http_world import Client, running

from outlook_connector import connect
from outlook_connector.assembly import assemble
from outlook_connector.hosts.http.connections import Connections
from outlook_connector.hosts.http.spool import Spool
from outlook_connector.sandbox import Sandbox
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers import watches
from outlook_connector.triggers.watches import Watch
from outlook_connector.triggers.webhook import client_state

NAME, SECRET = "0123456789abcdef" * 2, "the secret of the watch"
PATH = "/notifications/sales"


@pytest.fixture
def store() -> MemoryStore:
    """It holds one watch."""
    made = MemoryStore()
    _, version = watches.load_watch(made, NAME)
    watches.save_watch(made, NAME, Watch(SECRET), version)
    return made


@pytest.fixture
def host(sandbox: Sandbox, store: MemoryStore) -> Iterator[Client]:
    sales = assemble(sandbox.config(), token_store=store)
    with running(Connections({"sales": sales}, Spool()), keys=("k-6f1f0c1d2f",)) as client:
        yield client


def body(secret: str, **more: str) -> bytes:
    one = {"subscriptionId": "s1", "clientState": client_state(NAME, secret), "tenantId": "t", **more}
    return json.dumps({"value": [one]}).encode()


def test_a_handshake_is_answered_with_the_decoded_token(host: Client) -> None:
    answer = host.post(f"{PATH}?validationToken=Validation%3a+a%2fb%20c")
    assert (answer.status_code, answer.text) == (200, "Validation: a/b c")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_change_is_written_down_without_a_key(host: Client, store: MemoryStore) -> None:
    answer = host.post(PATH, data=body(SECRET, changeType="created"))
    assert answer.status_code == 202
    assert watches.load_marks(store, NAME)[0].heard == 1


def test_a_lifecycle_event_is_written_down(host: Client, store: MemoryStore) -> None:
    assert host.post(PATH, data=body(SECRET, lifecycleEvent="missed")).status_code == 202
    assert watches.load_marks(store, NAME)[0].lifecycle == (("missed", "s1"),)


def test_what_does_not_prove_itself_is_refused(host: Client, store: MemoryStore) -> None:
    assert host.post(PATH, data=body("a guess", changeType="created")).status_code == 403
    assert watches.load_marks(store, NAME)[0].heard == 0


@pytest.mark.parametrize(("sent", "status"), [(b"{", 400), (b'{"value": []}', 400), (b"x" * 5_000_000, 413)])
def test_what_is_no_notification_is_refused(sent: bytes, status: int, host: Client) -> None:
    assert host.post(PATH, data=sent).status_code == status


def test_a_mail_wakes_a_watch_by_way_of_the_host(sandbox: Sandbox, tmp_path: Path) -> None:
    """The watch is another process's connection, which shares no more than the store."""
    config = sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")
    certificate = str(tmp_path / "host.pem")
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    hosted = Connections({"sales": assemble(config)}, Spool())
    with running(hosted, certificate=certificate) as client, connect(config) as watcher:
        push = {"notificationUrl": client.url + PATH, "catchUp": 3600}
        subscribed = threading.Event()
        events = watcher.watch(
            "message.received", interval=3600, push=push, on_cursor=lambda cursor: subscribed.set()
        )
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(next, events)
            assert subscribed.wait(20)
            sandbox.deliver("adele@contoso.example", {"subject": "By push"})
            assert first.result(30)["message"]["subject"] == "By push"


@pytest.mark.parametrize(
    ("sent", "query"),
    [(body("a guess"), ""), (b"{", ""), (b"x" * 5_000_000, ""), (b"", "?validationToken=a")],
)
def test_strangers_do_not_learn_which_connections_there_are(sent: bytes, query: str, host: Client) -> None:
    ours, none = (host.post(f"/notifications/{name}{query}", data=sent) for name in ("sales", "nobody"))
    assert (ours.status_code, ours.content) == (none.status_code, none.content)
    assert dict(ours.headers, date="") == dict(none.headers, date="")


def test_a_connection_that_is_none_receives_nothing(host: Client) -> None:
    assert host.post("/notifications/nobody", data=body(SECRET)).status_code == 403
