"""The access token of one call: which one to show, and whether there is another after Graph has refused it.

https://learn.microsoft.com/graph/resolve-auth-errors
"""

from collections.abc import Mapping

from ..auth import TokenSource, Wanted
from ..frozen import changed


class Bearer:
    """Tokens for one call, of which Graph may refuse two: the first for whatever reason, and the one that came in its
    place where that has ended meanwhile, which a token of a short life does in a call that waits or is slow."""

    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._wanted = Wanted()
        self._refused = 0

    def token(self, patience: float) -> str:
        """As ``TokenSource.token``; another worker's renewal is waited for ``patience`` seconds at most."""
        return self._tokens.token(changed(self._wanted, patience=patience))

    def replaced(self, refused: str, headers: Mapping[str, str], patience: float) -> bool:
        """Whether the next ``token`` is another than the one that Graph has just ``refused``, in an answer with these
        ``headers``, which may hold a challenge."""
        self._refused += 1
        if self._refused == 1:
            from .challenge import claims_of  # late: few tokens are refused

            self._wanted = Wanted(rejected=refused, claims=claims_of(headers))
            return True
        return self._refused == 2 and self.token(patience) != refused
