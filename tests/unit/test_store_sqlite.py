"""The SQLite store among processes: nothing lost, nothing read by others, kill -9 included."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from outlook_connector import connect
from outlook_connector.errors import ConfigError
from outlook_connector.store import SqliteStore, open_store
from outlook_connector.store.opening import default_path

COUNT = """
import sys
from outlook_connector.store import StoreConflict, open_store
store = open_store(sys.argv[1], environment={})
for _ in range(int(sys.argv[2])):
    while True:
        blob, version = store.load("n")
        try:
            store.save("n", b"%d" % (int(blob or b"0") + 1), version)
            break
        except StoreConflict:
            continue
"""

WRITE = """
import sys
from outlook_connector.store import open_store
store = open_store(sys.argv[1], environment={})
version = store.load("row")[1]
number = 0
while True:
    number += 1
    version = store.save("row", b"%d " % number * 3000, version)
    print(number, flush=True)
"""

ADDRESS = """
import sys
from outlook_connector.store import open_store
store = open_store(sys.argv[1], environment={})
store.save(sys.argv[2], b"by " + sys.argv[2].encode(), store.load(sys.argv[2])[1])
"""


def start(program: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE)


def test_processes_that_count_together_lose_no_step(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/s.sqlite3"
    workers = [start(COUNT, url, "40") for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert open_store(url, environment={}).load("n")[0] == b"120"


def test_processes_that_start_at_once_agree_on_one_new_key_file(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/s.sqlite3"
    names = ["one", "two", "three", "four"]
    workers = [start(ADDRESS, url, name) for name in names]
    assert [worker.wait(60) for worker in workers] == [0] * 4
    store = open_store(url, environment={})
    assert [store.load(name)[0] for name in names] == [b"by " + name.encode() for name in names]
    assert sorted(path.name for path in tmp_path.iterdir() if "key" in path.name) == ["s.sqlite3.key"]


def test_a_row_survives_a_writer_killed_in_the_middle(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/s.sqlite3"
    seen = 0
    for round_ in range(8):
        worker = start(WRITE, url)
        assert worker.stdout is not None
        for _ in range(2 + round_):
            told = int(worker.stdout.readline())
        time.sleep(0.003 * round_)
        os.kill(worker.pid, signal.SIGKILL)
        told = max([told, *(int(line) for line in worker.stdout.read().splitlines() if line.isdigit())])
        worker.wait()
        blob, version = open_store(url, environment={}).load("row")
        assert blob is not None
        number = int(blob.split()[0])
        assert blob == b"%d " % number * 3000
        assert number >= told
        assert version > seen
        seen = version
    assert sqlite3.connect(tmp_path / "s.sqlite3").execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_lease_of_a_killed_process_ends_by_its_time(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite3"
    program = (
        "import sys, os\nfrom outlook_connector.store import SqliteStore\n"
        "assert SqliteStore(sys.argv[1]).lease('a', 1.0)\nos.kill(os.getpid(), 9)"
    )
    assert start(program, str(path)).wait(30) == -signal.SIGKILL
    store = SqliteStore(path)
    deadline = time.monotonic() + 5
    while store.lease("a", 1) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_commit_that_fails_stops_no_other_worker(tmp_path: Path) -> None:
    first, second = SqliteStore(tmp_path / "store"), SqliteStore(tmp_path / "store")
    refused = (sqlite3.SQLITE_TRANSACTION, "COMMIT")
    denied = [sqlite3.SQLITE_DENY]
    first._connection().set_authorizer(
        lambda action, what, *_: denied[0] if (action, what) == refused else sqlite3.SQLITE_OK
    )
    with pytest.raises(ConfigError):
        first.save("row", b"lost", 0)
    version = second.save("row", b"kept", 0)
    denied[0] = sqlite3.SQLITE_OK
    assert first.load("row") == (b"kept", version)
    first.save("row", b"again", version)


def test_file_key_file_and_new_directory_are_their_owners_alone(tmp_path: Path) -> None:
    store = open_store(f"sqlite://{tmp_path}/new/s.sqlite3", environment={})
    store.save("a", b"x", 0)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert modes == dict.fromkeys(modes, 0o600)
    assert {"s.sqlite3", "s.sqlite3.key"} <= set(modes)


def test_nothing_readable_reaches_the_disk(tmp_path: Path) -> None:
    store = open_store(f"sqlite://{tmp_path}/s.sqlite3", environment={})
    store.save("a", b"a-very-secret-token", 0)
    assert not any(b"a-very-secret-token" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_wrong_key_is_told_with_its_file_and_the_row_stays(tmp_path: Path) -> None:
    url, keyfile = f"sqlite://{tmp_path}/s.sqlite3", tmp_path / "s.sqlite3.key"
    open_store(url, environment={}).save("a", b"one", 0)
    old = keyfile.read_bytes()
    keyfile.write_bytes(Fernet.generate_key())
    with pytest.raises(ConfigError, match=r"s\.sqlite3\.key") as refused:
        open_store(url, environment={}).load("a")
    assert refused.value.code == "storeKeyWrong"
    keyfile.write_bytes(old)
    assert open_store(url, environment={}).load("a")[0] == b"one"


def test_a_broken_key_file_is_told_and_not_replaced(tmp_path: Path) -> None:
    keyfile = tmp_path / "s.sqlite3.key"
    keyfile.touch(0o600)
    keyfile.write_bytes(b"half a k")
    with pytest.raises(ConfigError, match=r"s\.sqlite3\.key"):
        open_store(f"sqlite://{tmp_path}/s.sqlite3", environment={})
    assert keyfile.read_bytes() == b"half a k"


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/s.sqlite3"
    open_store(url, environment={})
    (tmp_path / "s.sqlite3.key").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_store(url, environment={})


def test_a_key_is_replaced_by_putting_the_new_one_first(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/s.sqlite3"
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    version = open_store(url, old, environment={}).save("a", b"one", 0)
    both = open_store(url, f"{new},{old}", environment={})
    assert both.load("a")[0] == b"one"
    both.save("a", b"two", version)
    assert open_store(url, new, environment={}).load("a")[0] == b"two"
    with pytest.raises(ConfigError, match="storeKey"):
        open_store(url, old, environment={}).load("a")


def test_a_connection_needs_no_key_that_was_replaced_before_it_last_began(tmp_path: Path) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    names = {"tenantId": "organizations", "clientId": "11111111-1111-1111-1111-111111111111"}
    config = {**names, "auth": "delegated", "tokenStore": f"sqlite://{tmp_path}/s.sqlite3"}
    for key in (old, f"{new},{old}", new):
        connect({**config, "storeKey": key}).close()


def test_the_environments_key_is_used_where_the_config_has_none(tmp_path: Path) -> None:
    url, key = f"sqlite://{tmp_path}/s.sqlite3", Fernet.generate_key().decode()
    open_store(url, environment={"OUTLOOK_CONNECTOR_KEY": key}).save("a", b"one", 0)
    assert open_store(url, key, environment={}).load("a")[0] == b"one"
    assert not (tmp_path / "s.sqlite3.key").exists()


def test_a_blob_moved_to_another_key_is_not_taken_for_that_keys(tmp_path: Path) -> None:
    store = open_store(f"sqlite://{tmp_path}/s.sqlite3", environment={})
    store.save("mine", b"one", 0)
    store.save("yours", b"two", 0)
    with sqlite3.connect(tmp_path / "s.sqlite3") as database:
        database.execute(
            "UPDATE entries SET blob = (SELECT blob FROM entries WHERE key = 'mine') WHERE key = 'yours'"
        )
    with pytest.raises(ConfigError):
        store.load("yours")


@pytest.mark.parametrize("url", ["mongodb://host/x", "sqlite://", "sqlite:///"])
def test_a_store_that_cannot_be_served_is_refused_by_its_config_key(url: str) -> None:
    with pytest.raises(ConfigError, match="tokenStore"):
        open_store(url, environment={})


def test_a_file_that_is_no_store_is_refused_by_its_config_key(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(ConfigError, match=r"tokenStore: .*photo\.jpg"):
        open_store(f"sqlite://{path}", environment={})


def test_a_key_that_is_no_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="storeKey") as refused:
        open_store(f"sqlite://{tmp_path}/s.sqlite3", "correct-horse", environment={})
    assert "correct-horse" not in str(refused.value.to_dict())


def test_the_default_is_a_file_in_the_users_data_directory(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    open_store(None, environment=environment)
    assert default_path(environment).exists()


def test_memory_is_one_store_for_each_opening() -> None:
    first, second = open_store("memory:"), open_store("memory:")
    first.save("a", b"one", 0)
    assert second.load("a")[0] is None


def test_a_store_whose_key_file_is_lost_is_refused_and_gets_no_new_key(tmp_path: Path) -> None:
    url, key = f"sqlite:///{tmp_path}/store.sqlite3", tmp_path / "store.sqlite3.key"
    open_store(url, environment={}).save("token/1", b"row", 0)
    kept = key.read_bytes()
    key.unlink()
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"is missing.*Restore it.*sign in anew") as lost:
            open_store(url, environment={})
        assert lost.value.code == "storeKeyMissing"
        assert f" {key} " in lost.value.message
        assert not key.exists()
    key.write_bytes(kept)
    key.chmod(0o600)
    assert open_store(url, environment={}).load("token/1")[0] == b"row"


def test_a_store_without_rows_gets_a_new_key_file(tmp_path: Path) -> None:
    url, key = f"sqlite:///{tmp_path}/store.sqlite3", tmp_path / "store.sqlite3.key"
    store = open_store(url, environment={})
    store.save("token/1", None, store.save("token/1", b"row", 0))
    key.unlink()
    open_store(url, environment={})
    assert key.exists()


def test_a_key_of_the_configurations_own_needs_no_file(tmp_path: Path) -> None:
    url, key = f"sqlite:///{tmp_path}/store.sqlite3", Fernet.generate_key().decode()
    open_store(url, key, environment={}).save("token/1", b"row", 0)
    assert open_store(url, key, environment={}).load("token/1")[0] == b"row"
    with pytest.raises(ConfigError, match="set storeKey"):
        open_store(url, environment={})
