"""Access tokens that the host owns: a text, or a callable that returns one. Never refreshed or stored here."""

from ..config import Config
from ..errors import AuthError, ConfigError, CredentialExpired
from ..store.locking import ForkSafeLock
from .account import Account
from .asking import ANY, Wanted
from .library import usable


class HostTokens:
    """A host's token is kept until Graph refuses it; then a callable is asked again, once for all threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = ForkSafeLock()
        self._current: str | None = None

    def token(self, wanted: Wanted = ANY) -> str:
        """The host's token. Raises ``CredentialExpired`` where it is the refused one, and ``AuthError`` where the
        callable fails. Only ``rejected`` means anything here: the token is the host's affair."""
        rejected, current = wanted.rejected, self._current
        if current and current != rejected:
            return current
        with self._lock:
            if not self._current or self._current == rejected:
                self._current = self._ask()
            if self._current == rejected:
                raise CredentialExpired(
                    "Microsoft Graph refused the access token that the host supplied: it has expired, or is for "
                    "another resource or cloud. Supply a new accessToken, or a callable that returns a fresh one.",
                    details={"configKey": "accessToken"},
                )
            return self._current

    def refresh(self) -> Account:
        """Asks the host's callable again."""
        if not callable(self._config.access_token):
            raise self._not_ours("refreshed")
        with self._lock:
            self._current = self._ask()
        return Account(self._config.account)

    def account(self) -> Account | None:
        return Account(self._config.account)

    def held(self) -> Account | None:
        """The token in use, where the callable has been asked."""
        return Account(self._config.account, access_token=self._current) if self._current else None

    def catch_up(self) -> None:
        """There is no row: what the host's callable returns is asked for when Graph refuses the token."""

    def outdate(self, offered: tuple[str, ...]) -> None:
        """Nothing is renewed here."""

    def adopt(self, account: Account) -> None:
        raise self._not_ours("signed in")

    def forget(self) -> bool:
        """There is no row; the host keeps its token."""
        self._current = None
        return False

    def _ask(self) -> str:
        supplied = self._config.access_token
        if not callable(supplied):
            return supplied.reveal() if supplied else ""
        failure = "returned no token in visible ASCII"
        try:
            token: object = supplied()
        except Exception as error:  # noqa: BLE001 - the host's code may raise anything
            token, failure = None, f"raised {type(error).__name__}"
        if isinstance(token, str) and usable(token):
            return token
        raise AuthError(
            f"The host's accessToken callable {failure}. It has to return an access token.",
            details={"configKey": "accessToken"},
        )

    def _not_ours(self, what: str) -> ConfigError:
        return ConfigError(
            f"With auth hostToken the host owns the access token, so nobody can be {what} here. "
            "Use auth delegated for that.",
            details={"problems": [{"pointer": "/auth", "message": "is hostToken"}]},
        )
