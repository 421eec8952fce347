"""How an account's tokens are renewed: one small class for each way."""

from typing import Protocol

from ..config import Config
from .account import Account
from .client import Answer, EntraClient


class Grant(Protocol):
    """A way to new tokens. ``keeps_session`` says whether there is a person's session, which can end."""

    @property
    def keeps_session(self) -> bool: ...

    def token(self, account: Account | None) -> str | None:
        """The refresh token to use; ``None`` where there is none, or none is needed."""

    def ask(self, token: str | None) -> Answer:
        """New tokens from Microsoft Entra."""


class RefreshGrant:
    """By the row's refresh token, or by the host's where the row does not descend from it."""

    keeps_session = True

    def __init__(self, client: EntraClient, config: Config, scopes: tuple[str, ...]) -> None:
        self._client = client
        self._scopes = scopes
        self._hosts = config.refresh_token

    def token(self, account: Account | None) -> str | None:
        hosts = self._hosts.reveal() if self._hosts else None
        if hosts and (account is None or not account.descends_from(hosts)):
            return hosts
        return account.refresh_token if account else None

    def ask(self, token: str | None) -> Answer:
        return self._client.refresh(token or "", self._scopes)


class ApplicationGrant:
    """By the app's own credential."""

    keeps_session = False

    def __init__(self, client: EntraClient) -> None:
        self._client = client

    def token(self, account: Account | None) -> str | None:
        return None

    def ask(self, token: str | None) -> Answer:
        return self._client.application()
