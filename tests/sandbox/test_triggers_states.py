"""The states that cursors name: two at most for each that is held, the same for all workers, and none for ever."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from trigger_watch import Host, arrive, move

from outlook_connector import Connector, InvalidInput, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers.states import KEPT


class Counting(MemoryStore):
    """A store that shows which states it holds, and its own time."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        super().__init__(lambda: self.time)
        self.names: set[str] = set()

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        self.names.add(key)
        return super().save(key, blob, version, ttl=ttl)

    def states(self) -> int:
        return len([one for one in self.names if one.startswith("trigger/") and self.load(one)[0]])


def test_states_do_not_pile_up(outlook_sandbox: Sandbox) -> None:
    store = Counting()
    with connect(outlook_sandbox.config(), token_store=store) as connector:
        host = Host(connector, "message.received", {"folder": "inbox"})
        for number in range(6):
            arrive(outlook_sandbox, f"mail {number}")
            assert len(host.told()) == 1
            assert host.told() == []
            assert store.states() <= 2
        cursor, writes = host.cursor, len(store.names)
        for _ in range(5):
            assert host.told() == []
        assert (host.cursor, len(store.names)) == (cursor, writes)


def test_a_state_that_nobody_uses_is_forgotten_and_the_cursor_says_where_to_begin(
    outlook_sandbox: Sandbox,
) -> None:
    store = Counting()
    with connect(outlook_sandbox.config(), token_store=store) as connector:
        cursor = connector.poll("message.received")["cursor"]
        store.time += KEPT + 1
        assert store.states() == 0
        with pytest.raises(InvalidInput, match="since 20") as caught:
            connector.poll("message.received", {"cursor": cursor})
    assert caught.value.code == "cursorLost"


def test_a_cursor_is_good_until_its_successor_was_passed_and_answered(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    first = outlook_connector.poll("message.received")
    arrive(outlook_sandbox, "one")
    second = outlook_connector.poll("message.received", {"cursor": first["cursor"]})
    assert outlook_connector.poll("message.received", {"cursor": second["cursor"]})["value"] == []
    arrive(outlook_sandbox, "two")
    assert outlook_connector.poll("message.received", {"cursor": first["cursor"]}) == second
    third = outlook_connector.poll("message.received", {"cursor": second["cursor"]})
    assert [one["message"]["subject"] for one in third["value"]] == ["two"]
    with pytest.raises(InvalidInput, match="kept no more"):
        outlook_connector.poll("message.received", {"cursor": first["cursor"]})


def test_what_was_told_is_told_again_though_it_moved_or_went(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = {"folder": "inbox"}
    start = outlook_connector.poll("message.received", given)["cursor"]
    moved, gone = arrive(outlook_sandbox, "moved"), arrive(outlook_sandbox, "gone")
    told = outlook_connector.poll("message.received", {**given, "cursor": start})
    move(outlook_connector, moved, "archive")
    outlook_connector.invoke("messages.deletePermanently", {"messageId": gone})
    again = outlook_connector.poll("message.received", {**given, "cursor": start})
    assert again["cursor"] == told["cursor"]
    assert [one["id"] for one in again["value"]] == [one["id"] for one in told["value"]]
    messages = {one["messageId"]: one["message"] for one in again["value"]}
    assert (messages[moved]["subject"], messages[gone]) == ("moved", None)


def test_another_worker_goes_on_from_the_cursor(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    config = outlook_sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")
    with connect(config) as worker:
        start = worker.poll("message.received")["cursor"]
        arrive(outlook_sandbox, "one")
        told = worker.poll("message.received", {"cursor": start})
    with connect(config) as other:
        assert other.poll("message.received", {"cursor": start}) == told
        assert other.poll("message.received", {"cursor": told["cursor"]})["value"] == []


def test_a_place_outlives_the_client_secret(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    config = outlook_sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store")
    with connect(config) as before:
        host = Host(before, "message.received", {"folder": "inbox"})
        page = before.invoke("messages.list", {"limit": 2})
    arrive(outlook_sandbox, "one")
    with connect({**config, "clientSecret": "the-one-that-replaces-it"}) as after, connect(config) as still:
        for connector in (after, still, after):
            again = Host(connector, "message.received", {"folder": "inbox"}, host.cursor)
            assert again.subjects() == ["one"]
            connector.invoke("messages.list", {"limit": 2, "cursor": page["nextCursor"]})


def test_workers_that_poll_one_cursor_at_once_get_one_answer(
    outlook_sandbox: Sandbox, tmp_path: Path
) -> None:
    config = outlook_sandbox.config(tokenStore=f"sqlite:///{tmp_path}/store.sqlite3")
    with connect(config) as connector, ThreadPoolExecutor(6) as pool:
        start = connector.poll("message.received")["cursor"]
        for number in range(5):
            arrive(outlook_sandbox, f"mail {number}")
        asked = [{"cursor": start}] * 6
        answers = list(pool.map(lambda given: connector.poll("message.received", given), asked))
    assert {one["cursor"] for one in answers} == {answers[0]["cursor"]}
    assert all(one["value"] == answers[0]["value"] for one in answers)
    assert len(answers[0]["value"]) == 5


def test_a_long_start_goes_on_from_poll_to_poll(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    """450 messages by pages of 10, twice: by time, and then as the beginning of the delta, which tells nothing new."""
    for number in range(450):
        arrive(outlook_sandbox, f"mail {number}")
    given = {"folder": "inbox", "limit": 1}
    answer, polls = outlook_connector.poll("message.received", given), 1
    while answer["more"]:
        assert (answer["value"], polls < 12) == ([], True)
        answer = outlook_connector.poll("message.received", {**given, "cursor": answer["cursor"]})
        polls += 1
    arrive(outlook_sandbox, "new")
    told = outlook_connector.poll("message.received", {**given, "cursor": answer["cursor"]})
    assert [one["message"]["subject"] for one in told["value"]] == ["new"]


def test_changes_that_are_no_events_are_read_once(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "message.deleted", {})
    outlook_connector.invoke("messages.markRead", {"messageId": arrive(outlook_sandbox, "one")})
    asked = []
    for _ in range(3):
        assert host.told() == []
        asked.append(outlook_sandbox.requests[-1].query)
    assert asked[0] != asked[1] == asked[2], (
        "the next poll begins after them, and stays there while nothing comes"
    )


def test_no_content_of_a_mail_is_kept(outlook_sandbox: Sandbox) -> None:
    store = Counting()
    with connect(outlook_sandbox.config(), token_store=store) as connector:
        start = connector.poll("message.received")["cursor"]
        arrive(outlook_sandbox, "Confidential matter")
        assert connector.poll("message.received", {"cursor": start})["value"]
    kept = [store.load(name)[0] or b"" for name in store.names if name.startswith("trigger/")]
    assert kept
    assert not any(b"Confidential" in one for one in kept)
