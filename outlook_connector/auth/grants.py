"""How an account's tokens are renewed: one small class for each way."""

from typing import TYPE_CHECKING, Protocol

from ..config import Config, Secret
from ..errors import ConsentRequired
from .account import Account
from .client import EntraClient
from .library import Answer
from .scopes import attempts as scopes_to_ask

if TYPE_CHECKING:  # only the types
    from .managed import ManagedClient


class Grant(Protocol):
    """A way to new tokens. ``keeps_session`` says whether there is a person's session, which can end."""

    @property
    def keeps_session(self) -> bool: ...

    @property
    def wanted(self) -> tuple[str, ...]:
        """The delegated permissions that the connection would have."""

    @property
    def supplied(self) -> Secret | None:
        """The refresh token that the host has supplied."""

    def token(self, account: Account | None) -> Secret | None:
        """The refresh token to use; ``None`` where there is none, or none is needed."""

    def mark(self) -> str:
        """Another one as soon as the app's credential is replaced in place."""

    def ask(self, token: Secret | None, session: tuple[str, ...], claims: str | None) -> Answer:
        """New tokens from Microsoft Entra. ``session`` are the permissions that the session is known to have,
        ``claims`` what a claims challenge demands."""


class RefreshGrant:
    """By the row's refresh token, or by the host's where the row does not descend from it."""

    keeps_session = True

    def __init__(self, client: EntraClient, config: Config, scopes: tuple[str, ...]) -> None:
        self._client = client
        self.wanted = scopes
        self._hosts = config.refresh_token

    @property
    def supplied(self) -> Secret | None:
        return self._hosts

    def token(self, account: Account | None) -> Secret | None:
        hosts = self.supplied
        if hosts and (account is None or not account.descends_from(hosts)):
            return hosts
        return account.session if account else None

    def mark(self) -> str:
        return self._client.mark()

    def ask(self, token: Secret | None, session: tuple[str, ...], claims: str | None) -> Answer:
        """A permission that nobody has consented to costs that permission, not the whole connection."""
        token = token or Secret("")
        *wider, last = scopes_to_ask(self.wanted, session)
        for scopes in wider:
            try:
                return self._client.refresh(token, scopes, claims)
            except ConsentRequired:
                continue
        return self._client.refresh(token, last, claims)


class ApplicationGrant:
    """By the app's own credential, or by the machine's identity."""

    keeps_session = False
    wanted: tuple[str, ...] = ()
    supplied: Secret | None = None

    def __init__(self, client: "EntraClient | ManagedClient") -> None:
        self._client = client

    def token(self, account: Account | None) -> Secret | None:
        return None

    def mark(self) -> str:
        return self._client.mark()

    def ask(self, token: Secret | None, session: tuple[str, ...], claims: str | None) -> Answer:
        return self._client.application(claims)
