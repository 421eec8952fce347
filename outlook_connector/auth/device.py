"""The device code flow: a person signs in on another device, with a code that this one shows.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

import contextlib
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..config import Config, Secret
from ..errors import ConnectorError
from ..store import Clock, Store, StoreConflict
from .account import Account, renewed
from .client import EntraClient
from .pending import check, owner, read
from .scopes import short
from .times import rfc3339

SLOWER = 5.0
"""Seconds by which a poll that came too early makes the interval longer (RFC 8628, 3.5)."""

WAITING = frozenset({"authorization_pending", "slow_down"})


@dataclass(frozen=True)
class Pending:
    """A device's sign-in under way; it stands in the store, sealed. Times in epoch seconds."""

    of: dict[str, str]
    device_code: str = field(repr=False)
    scopes: tuple[str, ...]
    interval: float
    expires_at: float
    next_at: float
    named: tuple[str, ...] = ()


class DeviceSignIn:
    """Sign-ins on other devices, kept in the store so that beginning and each poll may be another process."""

    def __init__(self, config: Config, store: Store, client: EntraClient, clock: Clock) -> None:
        self._config = config
        self._store = store
        self._client = client
        self._clock = clock

    def begin(self, scopes: tuple[str, ...], named: tuple[str, ...] = ()) -> dict[str, Any]:
        """``{"userCode", "verificationUri", "expiresAt", "interval", "deviceSession"}``: show the first two to the
        person, keep the last for ``poll``. Whoever has it can complete the sign-in. ``named`` are those of the
        scopes that were asked for by name."""
        flow = self._client.device(scopes)
        handle, now = Secret(secrets.token_urlsafe(24)), self._clock.time()
        life, interval = float(flow["expires_in"]), float(flow["interval"])
        pending = Pending(
            owner(self._config), str(flow["device_code"]), scopes, interval, now + life, now + interval, named
        )
        self._save(handle, pending, self._store.load(_key(handle))[1])
        return {
            "userCode": flow["user_code"],
            "verificationUri": flow["verification_uri"],
            "expiresAt": rfc3339(now + life),
            "interval": interval,
            "deviceSession": handle.reveal(),
        }

    def poll(self, handle: Secret) -> "Account | float":
        """The signed-in account, or the seconds after which to ask again. Microsoft Entra is asked no more often
        than it wants, however often this is called and by however many processes.

        Raises ``AuthError`` (code ``signInUnknown``) for a handle that is unknown, used, expired or another
        connection's, and what Microsoft Entra refuses: a code that has expired, a person who declined.
        """
        pending, version = self._load(handle)
        now = self._clock.time()
        if now < pending.next_at:
            return pending.next_at - now
        pending = replace(pending, next_at=now + pending.interval)
        try:
            version = self._save(handle, pending, version)
        except StoreConflict:  # another process is asking at this moment
            return pending.interval
        return self._asked(handle, pending, version)

    def _asked(self, handle: Secret, pending: Pending, version: int) -> "Account | float":
        try:
            answer = self._client.poll(Secret(pending.device_code))
        except ConnectorError as error:
            word = error.details.get("error")
            if word in WAITING:
                return self._waiting(handle, pending, version, slower=word == "slow_down")
            if not error.retryable:
                self._forget(handle)
            failure = error
        else:
            self._forget(handle)
            now = self._clock.time()
            supplied = self._config.refresh_token
            used = [supplied] if supplied else []
            base = Account(self._config.account, signed_in_at=now, named=pending.named)
            asked = short(pending.scopes, self._config.graph_audience)
            return renewed(base, answer, self._config, now, asked, used)
        raise failure.with_traceback(None) from None

    def _waiting(self, handle: Secret, pending: Pending, version: int, *, slower: bool) -> float:
        if slower:
            interval = pending.interval + SLOWER
            pending = replace(pending, interval=interval, next_at=self._clock.time() + interval)
            with contextlib.suppress(StoreConflict):  # another process has asked since, and knows as much
                self._save(handle, pending, version)
        return pending.interval

    def _load(self, handle: Secret) -> tuple[Pending, int]:
        pending, version = read(self._store.load(_key(handle)))
        check(pending, owner(self._config), "deviceSession", "has expired")
        lists = {name: tuple(pending.get(name, ())) for name in ("scopes", "named")}
        return Pending(**{**pending, **lists}), version

    def _save(self, handle: Secret, pending: Pending, version: int) -> int:
        life = max(pending.expires_at - self._clock.time(), 1.0)
        return self._store.save(_key(handle), json.dumps(asdict(pending)).encode(), version, ttl=life)

    def _forget(self, handle: Secret) -> None:
        """Deletes the sign-in, whatever another process has noted of it meanwhile."""
        while True:
            try:
                self._store.save(_key(handle), None, self._store.load(_key(handle))[1])
                return
            except StoreConflict:
                continue


def _key(handle: Secret) -> str:
    return "device/" + hashlib.sha256(handle.reveal().encode()).hexdigest()
