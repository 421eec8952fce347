"""What is known of one signed-in account.

Claims as in https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import field, fields, replace
from typing import Any

from ..config import Config, Secret
from ..frozen import frozen
from .scopes import DEFAULT, granted

LINEAGE = 200
"""How many earlier refresh tokens of a row are recognised, the most recently met ones."""

AHEAD = 300.0
"""Seconds before its end from which on a token is renewed while it still serves."""


@frozen
class Account:
    """The token row. Times are epoch seconds; ``reason`` is ``None`` while the account is in order.

    From ``refresh_at`` on Microsoft Entra would have the token renewed, long before its end.
    ``scopes`` were granted. ``asked`` were asked for, granted or not, so that nobody asks again in vain. ``offered``
    an administrator has consented to since, ``.default`` standing for all that the app registration lists.
    ``named`` were asked for at the sign-in by their names, beside what the operations need.
    ``demanded`` are the claims that the next sign-in has to answer, where a challenge could not be met without
    a person; ``answered`` are those that the present token was got with.
    ``lineage`` holds hashes of the refresh tokens that led here, so that a host's older one is known as such.
    """

    name: str
    access_token: str = field(default="", repr=False)
    expires_at: float = 0.0
    refresh_at: float | None = None
    refresh_token: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    username: str | None = None
    display_name: str | None = None
    object_id: str | None = None
    tenant_id: str | None = None
    signed_in_at: float | None = None
    refreshed_at: float | None = None
    refresh_token_at: float | None = None
    reason: str | None = None
    advice: str | None = None
    demanded: str | None = field(default=None, repr=False)
    answered: str | None = field(default=None, repr=False)
    lineage: tuple[str, ...] = field(default=(), repr=False)

    @property
    def in_order(self) -> bool:
        return self.reason is None

    def serves(self, now: float, life: float, rejected: str | None = None) -> bool:
        """Whether the access token will do for ``life`` more seconds, or a fifth of what it was issued for."""
        if not self.access_token or self.access_token == rejected:
            return False
        issued_for = self.expires_at - (self.refreshed_at or self.expires_at)
        return self.expires_at - now > min(life, issued_for / 5)

    def answers(self, claims: str | None) -> bool:
        """Whether its token was got with those claims of a challenge, if there is one."""
        return claims is None or self.answered == claims

    def due(self, now: float) -> bool:
        """Whether the token should be renewed although it serves: near its end, or where Microsoft Entra wants it."""
        return not self.serves(now, AHEAD) or (self.refresh_at is not None and self.refresh_at <= now)

    def valid(self, now: float) -> bool:
        return bool(self.access_token) and self.expires_at > now

    @property
    def session(self) -> Secret | None:
        """The refresh token, as a value that shows itself to nobody."""
        return Secret(self.refresh_token) if self.refresh_token else None

    @property
    def consented(self) -> tuple[str, ...]:
        """What a refresh can surely ask for; nothing where only ``.default`` can tell it."""
        return () if DEFAULT in self.offered else tuple(sorted({*self.scopes, *self.offered}))

    def outdated(self, now: float, offered: Iterable[str]) -> "Account":
        """The same account, soon to be renewed: ``offered`` has been consented to, or all that the app registers."""
        return replace(self, refresh_at=now, offered=tuple(offered) or (DEFAULT,))

    def holds_the_tokens_of(self, other: "Account") -> bool:
        """Whether nobody has signed in or renewed since ``other``, whatever else was noted."""
        mine = (self.refreshed_at, self.signed_in_at, self.refresh_token, self.access_token)
        return mine == (other.refreshed_at, other.signed_in_at, other.refresh_token, other.access_token)

    def descends_from(self, refresh_token: Secret) -> bool:
        """Whether that refresh token is this row's, or one that it was rotated from."""
        return fingerprint(refresh_token) in self.lineage

    def is_another_than(self, other: "Account") -> bool:
        """Whether it is known of both who they are, and they are two: an object id is a person's in one tenant."""
        mine, theirs = (self.object_id, self.tenant_id), (other.object_id, other.tenant_id)
        return all(mine) and all(theirs) and mine != theirs

    def stopped(
        self, reason: str, advice: str | None, used: Iterable[Secret], demanded: str | None
    ) -> "Account":
        """The same account, waiting for a person; ``used`` are the refresh tokens that were refused."""
        lineage = _line(self.lineage, *used)
        return replace(self, reason=reason, advice=advice, demanded=demanded, lineage=lineage)


def renewed(
    account: Account,
    answer: Mapping[str, Any],
    config: Config,
    now: float,
    asked: Iterable[str],
    used: Iterable[Secret] = (),
    answered: str | None = None,
) -> Account:
    """The account after a token answer. What the answer leaves out stays; ``asked`` are the scopes that it answers,
    ``answered`` the claims of a challenge, ``used`` the refresh tokens that led to it."""
    claims = answer.get("id_token_claims") or {}
    token = Secret(answer["refresh_token"]) if answer.get("refresh_token") else account.session
    rotated = token != account.session
    early = answer.get("refresh_in")
    return replace(
        account,
        access_token=str(answer["access_token"]),
        expires_at=now + float(answer.get("expires_in") or 0),
        refresh_at=now + float(early) if early else None,
        refresh_token=token.reveal() if token else None,
        scopes=granted(answer.get("scope"), account.scopes or asked, config.graph_audience),
        asked=tuple(sorted({*account.asked, *asked})),
        offered=(),
        username=claims.get("preferred_username") or claims.get("upn") or account.username,
        display_name=claims.get("name") or account.display_name,
        object_id=claims.get("oid") or account.object_id,
        tenant_id=claims.get("tid") or account.tenant_id,
        refreshed_at=now,
        refresh_token_at=now if rotated else account.refresh_token_at,
        reason=None,
        advice=None,
        demanded=None,
        answered=answered,
        lineage=_line(account.lineage, *used, *([token] if token else [])),
    )


def fingerprint(token: Secret) -> str:
    """A hash by which a token is recognised and from which it cannot be had."""
    return hashlib.sha256(token.reveal().encode()).hexdigest()[:32]


def _line(lineage: tuple[str, ...], *tokens: Secret) -> tuple[str, ...]:
    met = dict.fromkeys(fingerprint(token) for token in tokens)
    return (*(known for known in lineage if known not in met), *met)[-LINEAGE:]


def restored(raw: Mapping[str, Any]) -> Account:
    """An account from JSON values. Unknown fields of a later version are left out, missing ones have their defaults;
    raises ``TypeError`` where there is no account at all."""
    known = {item.name for item in fields(Account)} & set(raw)
    lists = {name: tuple(raw.get(name, ())) for name in ("scopes", "asked", "offered", "named", "lineage")}
    return Account(**{**{name: raw[name] for name in known}, **lists})
