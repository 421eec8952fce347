"""The store ``redis://host``: one for the workers of many machines.

Each step is one Lua script, so that comparing and writing are one. Times are the server's, so that the machines' clocks
do not matter. The server keeps what it has acknowledged through a crash of its own only with ``appendonly yes`` and
``appendfsync always``. https://redis.io/docs/latest/develop/programmability/eval-intro/
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..errors import ConfigError, ConnectorError
from .interface import StoreConflict
from .memory import SET_BACK, SWEEP_EVERY, TOMBSTONE

PREFIX = "{outlook-connector}:"
"""In front of every key; the braces keep all of them in one slot of a cluster."""

_WRONG = "is not a URL that Redis can be reached by, such as redis://host:6379/0"
TIMEOUT = 5.0
"""Seconds to wait for the server."""

MISFITS = (LookupError, TypeError, ValueError)
"""What the client raises for an option of the URL that it does not know, or whose value does not fit."""

_BEGIN = f"""
local p, key, now = '{PREFIX}', KEYS[1], tonumber(ARGV[1])
if not now then local t = redis.call('TIME'); now = t[1] + t[2] / 1e6 end
local row, lease = p .. 'row:' .. key, p .. 'lease:' .. key
local horizon = tonumber(redis.call('GET', p .. 'horizon') or '0')
"""

LOAD = f"""{_BEGIN}
local found = redis.call('HMGET', row, 'version', 'expires', 'blob')
if not found[1] then return {{false, horizon}} end
if found[2] and tonumber(found[2]) <= now then return {{false, tonumber(found[1])}} end
return {{found[3], tonumber(found[1])}}
"""

SAVE = f"""{_BEGIN}
local found = redis.call('HMGET', row, 'version', 'write')
if found[2] == ARGV[2] then return tonumber(found[1]) end
if tonumber(found[1] or horizon) ~= tonumber(ARGV[3]) then return -1 end
local version = redis.call('INCR', p .. 'counter')
redis.call('DEL', row)
redis.call('HSET', row, 'version', version, 'write', ARGV[2])
if ARGV[5] == '1' then redis.call('HSET', row, 'blob', ARGV[6]) end
if ARGV[4] == '' then redis.call('ZREM', p .. 'ends', row)
else
  local ends = string.format('%.6f', now + ARGV[4])
  redis.call('HSET', row, 'expires', ends)
  redis.call('ZADD', p .. 'ends', ends, row)
end
if version % {SWEEP_EVERY} == 0 then
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', p .. 'ends', '-inf', now, 'LIMIT', 0, 1000)) do
    horizon = math.max(horizon, tonumber(redis.call('HGET', old, 'version') or '0'))
    redis.call('DEL', old)
    redis.call('ZREM', p .. 'ends', old)
  end
  redis.call('SET', p .. 'horizon', string.format('%.0f', horizon))
end
return version
"""

LEASE = f"""{_BEGIN}
local held = redis.call('HMGET', lease, 'owner', 'expires', 'fence', 'taken')
if held[1] == ARGV[2] then return tonumber(held[3]) end
if held[2] and tonumber(held[2]) > now and tonumber(held[4] or '0') <= now + {SET_BACK} then return 0 end
local fence = redis.call('INCR', p .. 'counter')
redis.call('HSET', lease, 'owner', ARGV[2], 'fence', fence)
redis.call('HSET', lease, 'taken', string.format('%.6f', now), 'expires', string.format('%.6f', now + ARGV[3]))
redis.call('PEXPIRE', lease, math.ceil(ARGV[3] * 1000) + 60000)
return fence
"""

RELEASE = f"""{_BEGIN}
if redis.call('HGET', lease, 'fence') == ARGV[2] then redis.call('DEL', lease) end
return 1
"""


_CODE = re.compile(r"[A-Z]{2,20}\b")
_ADVICE = {
    "MISCONF": "Redis cannot write to its disk: see the server's log, and its free space.",
    "OOM": "Redis has reached its maxmemory: give it more.",
    "READONLY": "tokenStore names a replica: name the primary.",
    "NOREPLICAS": "Redis waits for its replicas: see min-replicas-to-write.",
    "LOADING": "Redis is starting: try again in a moment.",
}
"""A Redis server's own codes → what to do."""

_UNUSABLE = {
    "DB": "the Redis server {host} has no database of the number in the URL",
    "WRONGTYPE": "the Redis database on {host} holds something else under the connector's keys: name another one",
}
"""A Redis server's own codes → what is wrong with the URL."""


class RedisStore:
    """Rows in a Redis server (5 or later), named by a ``redis://`` or ``rediss://`` URL.

    Raises ``ConfigError`` for a URL or a sign-in that the server refuses or without the package ``redis``, and
    ``ConnectorError`` (code ``storeFailed``, retryable) where the server does not answer. ``now`` gives epoch seconds
    in place of the server's clock.
    """

    def __init__(self, url: str, now: Callable[[], float] | None = None) -> None:
        self._now = now
        self._client, self._scripts = _client(url)
        self._host = urlsplit(url).hostname or "localhost"

    def load(self, key: str) -> tuple[bytes | None, int]:
        answer = self._run(LOAD, key)
        if len(answer) == 2 and isinstance(answer[1], int):
            return answer[0], answer[1]
        raise _refusal(_UNUSABLE["WRONGTYPE"].format(host=self._host))  # its version is no number

    def save(self, key: str, blob: bytes | None, version: int, *, ttl: float | None = None) -> int:
        seconds = TOMBSTONE if blob is None else ttl
        write = secrets.token_hex(
            16
        )  # a repeated request is known by it, where the first one's answer was lost
        ends = "" if seconds is None else seconds
        new = int(self._run(SAVE, key, write, version, ends, int(blob is not None), blob or b""))
        if new < 0:
            raise StoreConflict
        return new

    def lease(self, key: str, ttl: float) -> "RedisLease | None":
        fence = int(self._run(LEASE, key, secrets.token_hex(16), ttl))
        return RedisLease(self, key, fence) if fence else None

    def give_back(self, key: str, fence: int) -> None:
        """Ends the lease of ``key`` if it is still the one with this fence."""
        self._run(RELEASE, key, fence)

    def eviction(self) -> str | None:
        """What the server drops when its memory is full: its ``maxmemory-policy``, ``noeviction`` where its memory has
        no limit, ``None`` where it does not tell. https://redis.io/docs/latest/develop/reference/eviction/"""
        told = self._info("memory")
        policy = told.get("maxmemory_policy")
        if policy is None:
            return None
        return str(policy) if told.get("maxmemory", 1) else "noeviction"

    def logged(self) -> bool | None:
        """Whether the server logs each write to its disk (``appendonly``), so that a restart loses nothing; ``None``
        where it does not tell. https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/"""
        told = self._info("persistence").get("aof_enabled")
        return None if told is None else bool(told)

    def _info(self, section: str) -> dict[str, Any]:
        """Empty where the user of the URL has been given the connector's own commands alone."""
        import redis

        try:
            told: dict[str, Any] = self._client.info(section)
        except redis.RedisError:
            return {}
        return told

    def close(self) -> None:
        """Closes the connections; the next use opens others."""
        self._client.close()

    def _run(self, script: str, key: str, *arguments: Any) -> Any:
        """Turns the client's errors, which may quote the URL, into the connector's."""
        import redis

        failure: ConnectorError
        try:
            return self._scripts[script](keys=[key], args=[self._now() if self._now else "", *arguments])
        except redis.exceptions.NoPermissionError:
            failure = _refusal(f"the Redis user of the URL may not use scripts and keys on {self._host}")
        except redis.AuthenticationError:
            failure = _refusal(f"the Redis server {self._host} refuses the user or password of the URL")
        except MISFITS:  # connections are made on first use: only then an unknown option of the URL shows
            failure = _refusal(_WRONG)
        except redis.RedisError as error:
            failure = self._failure(error)
        raise failure

    def _failure(self, error: Exception) -> ConnectorError:
        named = _CODE.match(str(error))  # the code alone: the rest may quote what was sent
        code = named[0] if named else type(error).__name__
        if code in _UNUSABLE:
            return _refusal(_UNUSABLE[code].format(host=self._host))
        advice = _ADVICE.get(code, "Check the server, the network and tokenStore.")
        return ConnectorError(
            f"The token store on the Redis server {self._host} could not be read or written ({code}). {advice}",
            code="storeFailed",
            retryable=True,
            details={"advice": advice},
        )


@dataclass(frozen=True)
class RedisLease:
    """A lease of a ``RedisStore``."""

    _store: RedisStore
    _key: str
    fence: int

    def release(self) -> None:
        self._store.give_back(self._key, self.fence)


def _client(url: str) -> tuple[Any, dict[str, Any]]:
    """The client, which connects on first use (a child after a fork gets connections of its own), and its scripts."""
    try:
        import redis
    except ImportError:
        raise _refusal("redis: needs the package redis: pip install 'outlook-connector[redis]'") from None
    try:
        client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, health_check_interval=30
        )
        return client, {text: client.register_script(text) for text in (LOAD, SAVE, LEASE, RELEASE)}
    except (*MISFITS, redis.RedisError):  # the text may quote the URL and its password
        failure = _refusal(_WRONG)
    raise failure


def _refusal(message: str) -> ConfigError:
    return ConfigError(
        f"tokenStore: {message}.", details={"problems": [{"pointer": "/tokenStore", "message": message}]}
    )
