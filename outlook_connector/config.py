"""The connection configuration, checked: one frozen ``Config``.

The keys are those of ``schemas/config.json``. No error tells a secret's value.
"""

from collections.abc import Callable, Mapping
from dataclasses import field

from .frozen import frozen

PERSONLESS = frozenset({"application", "managedIdentity"})
"""Ways to sign in without a person, and so without a mailbox of one's own."""


@frozen
class Secret:
    """A value that shows itself only when asked: ``reveal()``."""

    _value: str

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@frozen
class Cloud:
    """A cloud's hosts. Where people sign in:
    https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud; Graph:
    https://learn.microsoft.com/graph/deployments"""

    login: str
    graph: str


CLOUDS: Mapping[str, Cloud] = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "usGov": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "usGovDod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": Cloud("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}


@frozen
class HttpSettings:
    """How to reach the network; times in seconds."""

    timeout: float = 30
    connect_timeout: float = 10
    deadline: float = 120
    attempts: int = 4
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None


@frozen
class Limits:
    """What the app asks of one mailbox at most: calls at once, calls in 10 minutes, megabytes sent in 5 minutes.
    https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits"""

    concurrent: int = 4
    requests: int = 10_000
    upload_megabytes: int = 150


@frozen
class CertificateSettings:
    """Where the app's certificate and its private key are: in a PEM or PFX file, or in a PEM text."""

    path: str | None = None
    pem: Secret | None = None
    password: Secret | None = None
    send_x5c: bool = False


@frozen
class Rules:
    """What the policy decides by: patterns, each tuple ``None`` where everything is allowed."""

    read_only: bool = False
    operations_allow: tuple[str, ...] | None = None
    operations_deny: tuple[str, ...] = ()
    mailboxes_allow: tuple[str, ...] | None = None
    recipients_allow: tuple[str, ...] | None = None
    files_allow: tuple[str, ...] = ()
    mails_per_hour: int | None = None


@frozen
class Config:
    """A checked connection configuration. ``authority`` ends with the tenant and ``graph_url`` with the version,
    both without a slash at the end."""

    auth: str
    tenant_id: str
    client_id: str
    cloud: str
    authority: str
    graph_url: str
    graph_audience: str
    private_authority: bool = False
    client_secret: Secret | None = None
    certificate: CertificateSettings | None = None
    federated_token_file: str | None = None
    federated_token: Secret | Callable[[], str] | None = field(default=None, repr=False)
    redirect_uri: str | None = None
    account: str = "default"
    refresh_token: Secret | None = None
    access_token: Secret | Callable[[], str] | None = field(default=None, repr=False)
    mailbox: str | None = None
    immutable_ids: bool = True
    token_store: str | None = field(default=None, repr=False)
    store_key: Secret | None = None
    http: HttpSettings = HttpSettings()
    limits: Limits = Limits()
    rules: Rules = Rules()

    def owner(self, mailbox: str | None) -> str:
        """What tells one mailbox from another wherever something is remembered or counted for it: its address or id;
        for ``None``, the signed-in person's own, the account's name."""
        return (mailbox or f"account:{self.account}").lower()
