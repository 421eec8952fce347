"""What Entra remembers between requests: sign-ins under way, codes, refresh tokens, demands on users."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from outlook_connector.sandbox.clouds import Cloud

CODE_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=90)
DEVICE_LIFETIME = timedelta(minutes=15)
# What a user code is made of: no letter or digit that looks like another.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
FlowKind = Literal["code", "device", "admin"]
Demand = Literal["mfa", "conditional_access"]
_T = TypeVar("_T")


@dataclass
class Flow:
    """One sign-in under way: what the app asked for, and who has signed in so far, by which proofs.

    `kind` says how it ends: with a code, by approving the device whose user code is `device`, or with an
    administrator's consent.
    """

    tenant: str
    params: Mapping[str, str]
    started: datetime
    user_id: str | None = None
    proofs: frozenset[str] = frozenset()
    kind: FlowKind = "code"
    device: str = ""


@dataclass
class Device:
    """A device that waits for its user to sign in elsewhere; `declined` and `user_id` are how that went.

    `polled` is when it last asked (Unix time); `interval` is the number of seconds that it was told to wait between.
    """

    tenant: str
    client_id: str
    params: Mapping[str, str]
    user_code: str
    expires: datetime
    interval: float
    cloud: Cloud
    polled: float | None = None
    user_id: str | None = None
    proofs: frozenset[str] = frozenset()
    declined: bool = False
    redeemed: bool = False


@dataclass
class Code:
    """An authorization code: bound to its client, redirect URI, user and PKCE challenge; for one use."""

    client_id: str
    redirect_uri: str
    user_id: str
    params: Mapping[str, str]
    expires: datetime
    proofs: frozenset[str]
    redeemed: bool = False


@dataclass
class RefreshToken:
    """A refresh token's record; `used` is when it was last presented, from which its 90 days count."""

    client_id: str
    user_id: str
    scope: str
    issued: datetime
    used: datetime
    proofs: frozenset[str] = frozenset()
    spent: bool = False
    expired: bool = False
    revoked: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        return self.expired or now - self.used > REFRESH_LIFETIME


@dataclass
class State:
    """All of it, in memory; `reset()` on the service puts a new one in its place."""

    flows: dict[str, Flow] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    demands: dict[str, set[Demand]] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    assertions: set[str] = field(default_factory=set)
    single_use_assertions: bool = False
    device_interval: float = 5
    user_consent: bool = True
    spent_refresh_tokens: int = 0

    def add_flow(self, flow: Flow) -> str:
        """Keeps a sign-in under way; returns the unguessable id that its pages carry."""
        return _keep(self.flows, "", flow)

    def add_code(self, code: Code) -> str:
        return _keep(self.codes, "1.Ac", code)

    def add_refresh_token(self, token: RefreshToken) -> str:
        return _keep(self.refresh_tokens, "1.Ar", token)

    def add_device(self, device: Device) -> str:
        return _keep(self.devices, "1.Ad", device)

    def device(self, user_code: str) -> Device | None:
        """The device that shows this code, which people may type in any case and with spaces."""
        typed = "".join(user_code.split()).upper()
        return next((one for one in self.devices.values() if one.user_code == typed), None)


def new_user_code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(9))


def _keep(place: dict[str, _T], prefix: str, record: _T) -> str:
    key = prefix + secrets.token_urlsafe(48)
    place[key] = record
    return key
