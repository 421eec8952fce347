"""The Redis store: what holds beyond the contract that all stores keep."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography.fernet import Fernet
from store_redis import MISSING, available, redis_server

from outlook_connector.errors import ConfigError, ConnectorError
from outlook_connector.store import open_store
from outlook_connector.store.redis_store import PREFIX, RedisStore

pytestmark = pytest.mark.skipif(not available(), reason=MISSING)
KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis_server() as running:
        yield running


def test_what_is_stored_is_encrypted(url: str) -> None:
    store = open_store(url, KEY, environment={})
    store.save("token/a", b"canary-5d1f", store.load("token/a")[1])
    assert (
        open_store(url, None, environment={"OUTLOOK_CONNECTOR_KEY": KEY}).load("token/a")[0] == b"canary-5d1f"
    )
    server = redis.Redis.from_url(url)
    everything = b"".join(server.dump(name) or b"" for name in server.keys("*"))
    assert everything
    assert b"canary-5d1f" not in everything


def test_a_key_is_required(url: str) -> None:
    with pytest.raises(ConfigError, match="storeKey") as refused:
        open_store(url, environment={})
    assert refused.value.details["problems"][0]["pointer"] == "/storeKey"


def test_another_key_is_told_and_nothing_deleted(url: str) -> None:
    store = open_store(url, KEY, environment={})
    store.save("token/b", b"kept", store.load("token/b")[1])
    with pytest.raises(ConfigError, match="another key"):
        open_store(url, Fernet.generate_key().decode(), environment={}).load("token/b")
    assert store.load("token/b")[0] == b"kept"


def test_times_are_the_servers(url: str) -> None:
    store = RedisStore(url)
    store.save("brief", b"x", store.load("brief")[1], ttl=0.2)
    assert store.lease("brief", 0.2) is not None
    assert store.lease("brief", 0.2) is None
    assert store.load("brief")[0] == b"x"
    time.sleep(0.25)
    assert store.load("brief")[0] is None
    lease = store.lease("brief", 5)
    assert lease is not None
    lease.release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_child_uses_connections_of_its_own(url: str) -> None:
    store = RedisStore(url)
    store.save("forked", b"before", store.load("forked")[1])
    child = os.fork()
    if child == 0:
        os._exit(0 if store.load("forked")[0] == b"before" else 1)
    assert store.load("forked")[0] == b"before"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_server_that_is_gone_is_an_error_to_be_retried_and_its_password_not_told() -> None:
    with redis_server() as url:
        gone = url.replace("redis://", "redis://:password-canary@")
    with pytest.raises(ConnectorError, match="Redis server") as failed:
        RedisStore(gone).load("a")
    assert failed.value.retryable is True
    assert "password-canary" not in str(failed.value.to_dict())


def test_a_wrong_password_is_a_wrong_configuration() -> None:
    with redis_server("--requirepass", "right") as url:
        with pytest.raises(ConfigError, match="password") as refused:
            RedisStore(url.replace("redis://", "redis://:password-canary@")).load("a")
        assert "password-canary" not in str(refused.value.to_dict())
        assert RedisStore(url.replace("redis://", "redis://:right@")).load("a")[0] is None


@pytest.mark.parametrize("url", ["redis://host:not-a-port/0", "redis://host/?no_such_option=1"])
def test_a_url_that_leads_nowhere_is_a_wrong_configuration(url: str) -> None:
    with pytest.raises((ConfigError, ConnectorError)):
        open_store(url, KEY, environment={}).load("a")


@pytest.mark.parametrize("option", ["socket_timeout=nan", "socket_timeout=-1", "encoding=none-such"])
def test_an_option_that_shows_on_first_use_is_a_wrong_configuration(url: str, option: str) -> None:
    with pytest.raises(ConfigError, match="URL"):
        open_store(f"{url}?{option}", KEY, environment={}).load("a")


def test_a_database_number_that_the_server_lacks_is_a_wrong_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match="no database of the number") as refused:
        RedisStore(url.replace("/0", "/999")).load("a")
    assert refused.value.details["problems"][0]["pointer"] == "/tokenStore"


@pytest.mark.parametrize(
    ("name", "value"),
    [("horizon", "none"), ("row:a", "text"), ("row:a", {"version": "none"})],
)
def test_what_somebody_else_wrote_under_the_connectors_keys_is_told(name: str, value: Any) -> None:
    with redis_server() as url:
        server = redis.Redis.from_url(url)
        if isinstance(value, str):
            server.set(PREFIX + name, value)
        else:
            server.hset(PREFIX + name, mapping=value)
        with pytest.raises(ConfigError, match="something else") as refused:
            RedisStore(url).load("a")
        assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "noeviction"),
        (("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"), "allkeys-lru"),
        (("--maxmemory-policy", "allkeys-lru"), "noeviction"),
        (("--rename-command", "INFO", ""), None),
    ],
)
def test_what_the_server_drops_when_it_is_full_is_known(options: tuple[str, ...], told: str | None) -> None:
    with redis_server(*options) as url:
        assert open_store(url, KEY, environment={}).eviction() == told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--appendonly", "yes"), True),
        (("--appendonly", "no"), False),
        (("--rename-command", "INFO", ""), None),
    ],
)
def test_whether_the_server_logs_its_writes_is_known(
    options: tuple[str, ...], told: bool | None, tmp_path: Path
) -> None:
    with redis_server("--dir", str(tmp_path), *options) as url:
        assert open_store(url, KEY, environment={}).logged() is told
