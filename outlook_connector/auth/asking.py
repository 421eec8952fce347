"""How a token is asked for: the one signature that everything which gives access tokens has."""

from dataclasses import field
from typing import Protocol

from ..frozen import frozen

MINIMUM_LIFE = 60.0
"""Seconds that a token handed out is good for, unless the caller says otherwise."""

LEASE = 45.0
"""Seconds that one renewal may take; a worker killed in the middle delays the others by no more."""

PATIENCE = LEASE + 15.0
"""Seconds that another worker is waited for, unless the caller says otherwise."""


@frozen
class Wanted:
    """An access token good for ``minimum_life`` seconds, or for a fifth of the time that tokens are issued for.

    ``rejected`` is a token that Graph has just refused: another one is wanted, with the decoded ``claims`` of Graph's
    challenge where it made one. Another worker is waited for ``patience`` seconds at most.
    """

    minimum_life: float = MINIMUM_LIFE
    rejected: str | None = field(default=None, repr=False)
    claims: str | None = field(default=None, repr=False)
    patience: float = PATIENCE


ANY = Wanted()


class TokenSource(Protocol):
    """Where access tokens for Microsoft Graph come from."""

    def token(self, wanted: Wanted = ANY) -> str:
        """A token to use now. Raises ``SignInRequired``, another ``AuthError``, ``TransportError``, or ``ConfigError``
        for a store that cannot be read."""
