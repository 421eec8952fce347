"""``limits.mailsPerHour``: a cap on what a connection sends, by every way and from all its workers together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import ConfigError, Connector, OperationDenied, connect
from outlook_connector.hourly import Hourly
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import Schemas
from outlook_connector.store import MemoryStore

ALLOWED = {"operations": {"allow": ["*", "graph.request", "graph.batch"]}}
MAIL = {"to": ["kim@contoso.example"], "subject": "Order 4711", "body": "Please confirm."}
SENDING = [one.name for one in load().operations.values() if one.effect == "send"]
DRAFT = {"method": "POST", "path": "/sendMail", "body": {"message": {"toRecipients": []}}}


@pytest.fixture
def capped(outlook_sandbox: Sandbox) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(**ALLOWED, limits={"mailsPerHour": 1})) as connector:
        yield connector


def sent(sandbox: Sandbox) -> int:
    return len(sandbox.ledger["submissions"])


@pytest.mark.parametrize("name", SENDING)
def test_every_operation_that_sends_is_counted(
    name: str, capped: Connector, outlook_sandbox: Sandbox
) -> None:
    capped.invoke("messages.send", MAIL)
    for example in Schemas().document(f"{name}.input.json")["examples"]:
        with pytest.raises(OperationDenied) as caught:
            capped.invoke(name, example)
        assert (caught.value.code, caught.value.retryable) == ("mailsPerHour", True)
        assert caught.value.details["rule"] == "limits.mailsPerHour"
        assert 0 < caught.value.details["retryAfter"] <= 3660
    assert sent(outlook_sandbox) == 1


@pytest.mark.parametrize(
    ("name", "given"), [("graph.request", DRAFT), ("graph.batch", {"requests": [DRAFT]})]
)
def test_a_raw_call_that_sends_is_counted(
    name: str, given: dict[str, Any], capped: Connector, outlook_sandbox: Sandbox
) -> None:
    capped.invoke("messages.send", MAIL)
    with pytest.raises(OperationDenied, match=r"limits\.mailsPerHour"):
        capped.invoke(name, given)
    assert sent(outlook_sandbox) == 1


def test_a_batch_that_is_refused_counts_nothing(outlook_sandbox: Sandbox) -> None:
    config = outlook_sandbox.config(limits={"mailsPerHour": 2}, operations={"allow": ["*", "graph.batch"]})
    with connect(config) as connector:
        with pytest.raises(OperationDenied) as caught:
            connector.invoke("graph.batch", {"requests": [DRAFT] * 3})
        assert (caught.value.code, caught.value.retryable) == ("mailsPerHour", False)
        for _ in range(2):
            connector.invoke("messages.send", MAIL)
        with pytest.raises(OperationDenied) as caught:
            connector.invoke("messages.send", MAIL)
        assert caught.value.retryable
    assert sent(outlook_sandbox) == 2


def test_what_sends_nothing_is_not_counted(capped: Connector, outlook_sandbox: Sandbox) -> None:
    for _ in range(3):
        capped.invoke("drafts.create", MAIL)
        capped.invoke("messages.list")
    first = capped.invoke("messages.send", {**MAIL, "idempotencyKey": "k"})
    assert capped.invoke("messages.send", {**MAIL, "idempotencyKey": "k"}) == {**first, "deduplicated": True}
    assert sent(outlook_sandbox) == 1


def test_no_other_name_for_the_mailbox_opens_a_count_of_its_own(
    capped: Connector, outlook_sandbox: Sandbox
) -> None:
    capped.invoke("messages.send", MAIL)
    for name in ("me", "adele@contoso.example", "ADELE@CONTOSO.EXAMPLE"):
        with pytest.raises(OperationDenied):
            capped.invoke("messages.send", {**MAIL, "mailbox": name})
    assert sent(outlook_sandbox) == 1


def test_workers_on_one_store_share_the_hour(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    config = outlook_sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.db", limits={"mailsPerHour": 5})

    def work(_: int) -> int:
        done = 0
        with connect(config) as connector:
            for _ in range(4):
                try:
                    connector.invoke("messages.send", MAIL)
                    done += 1
                except OperationDenied:
                    continue
        return done

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 5
    assert sent(outlook_sandbox) == 5


def test_a_mail_is_forgotten_after_an_hour_and_not_before() -> None:
    now = [1_000_000.0]
    hourly = Hourly(MemoryStore(now=lambda: now[0]), "hourly/x", 2, now=lambda: now[0])
    hourly.count()
    now[0] += 1800
    hourly.count()
    with pytest.raises(OperationDenied) as caught:
        hourly.count()
    wait = caught.value.details["retryAfter"]
    assert 1800 <= wait <= 1920, "the first mail's hour, to the minute"
    now[0] += wait - 61
    with pytest.raises(OperationDenied):
        hourly.count()
    now[0] += 61
    hourly.count()
    with pytest.raises(OperationDenied):
        hourly.count()


def test_without_a_cap_nothing_is_counted() -> None:
    store = MemoryStore()
    Hourly(store, "hourly/x", None).count()
    assert store.load("hourly/x")[0] is None


@pytest.mark.parametrize("most", [0, -1, 1.5, "5"])
def test_a_cap_is_a_number_of_mails(most: Any, outlook_sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match="mailsPerHour"):
        connect(outlook_sandbox.config(limits={"mailsPerHour": most}))
