"""A host's own store of three methods: it serves, and what it raises never comes out raw."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from outlook_connector.assembly import assemble
from outlook_connector.errors import ConnectorError
from outlook_connector.store import HostStore, MemoryStore, StoreConflict

CANARY = "canary-81c2"
CONFIG = {
    "auth": "application",
    "clientId": "0a",
    "tenantId": "t",
    "mailbox": "adele@contoso.example",
    "certificate": {"path": "app.pem"},
}


class Broken:
    """A store whose methods do what a test says."""

    def __init__(self, **answers: Callable[[], Any]) -> None:
        self._answers = answers

    def load(self, key: str) -> Any:
        return self._answers["load"]()

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> Any:
        return self._answers["save"]()

    def lease(self, key: str, ttl: float) -> Any:
        return self._answers["lease"]()


def fails(error: Exception | None = None) -> Callable[[], Any]:
    def answer() -> Any:
        raise error or LookupError(CANARY)

    return answer


USES: Mapping[str, Callable[[HostStore], object]] = {
    "load": lambda store: store.load("k"),
    "save": lambda store: store.save("k", b"blob", 0),
    "lease": lambda store: store.lease("k", 1),
}


@pytest.mark.parametrize("method", USES)
def test_what_it_raises_is_a_connector_error_without_content(method: str) -> None:
    with pytest.raises(ConnectorError) as failed:
        USES[method](HostStore(Broken(**{method: fails()})))
    assert (failed.value.code, failed.value.retryable) == ("storeFailed", True)
    assert "LookupError" in failed.value.message and method in failed.value.message
    assert CANARY not in str(failed.value.to_dict())
    assert failed.value.__context__ is None and failed.value.__cause__ is None


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("load", None),
        ("load", (b"blob",)),
        ("load", (b"blob", "7")),
        ("load", ("text", 7)),
        ("save", None),
        ("save", "7"),
        ("lease", object()),
    ],
)
def test_an_answer_of_another_form_is_told_as_the_stores_failure(method: str, answer: object) -> None:
    with pytest.raises(ConnectorError, match="host's token store") as failed:
        USES[method](HostStore(Broken(**{method: lambda: answer})))
    assert failed.value.code == "storeFailed"


def test_a_lease_that_cannot_be_given_back_is_told_as_well() -> None:
    class Stuck:
        fence = 3
        release = staticmethod(fails())

    lease = HostStore(Broken(lease=Stuck)).lease("k", 1)
    assert lease is not None and lease.fence == 3
    with pytest.raises(ConnectorError, match="release"):
        lease.release()


def test_a_conflict_and_the_connectors_own_errors_pass() -> None:
    with pytest.raises(StoreConflict):
        HostStore(Broken(save=fails(StoreConflict()))).save("k", b"x", 0)
    ours = ConnectorError("ours")
    with pytest.raises(ConnectorError) as failed:
        HostStore(Broken(load=fails(ours))).load("k")
    assert failed.value is ours


@pytest.mark.parametrize("blob", [b"row", bytearray(b"row"), memoryview(b"row")])
def test_blobs_may_come_as_a_database_driver_gives_them(blob: object) -> None:
    assert HostStore(Broken(load=lambda: (blob, 4))).load("k") == (b"row", 4)


def test_what_its_users_share_in_this_process_is_still_shared() -> None:
    inner = MemoryStore()
    kept = HostStore(inner).kept
    assert kept is not None and kept("a", object) is inner.kept("a", object)
    assert HostStore(Broken()).kept is None


def test_a_connection_takes_it_even_while_it_is_empty_and_counts_as_false() -> None:
    class Empty(MemoryStore):
        def __len__(self) -> int:
            return 0

    theirs = Empty()
    parts = assemble(CONFIG, token_store=theirs)
    version = parts.store.save("k", b"x", parts.store.load("k")[1])
    assert theirs.load("k") == (b"x", version)


def test_a_connection_whose_store_fails_says_so() -> None:
    with pytest.raises(ConnectorError) as failed:
        assemble(CONFIG, token_store=Broken(load=fails()))
    assert failed.value.code == "storeFailed"
