"""The connection configuration, checked: one frozen ``Config``.

The keys are those of ``schemas/config.json``. No error tells a secret's value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .config_source import refusal
from .schema import Problem, Schemas, pointer

TENANTS_OF_MANY = frozenset({"common", "organizations", "consumers"})


@dataclass(frozen=True, repr=False)
class Secret:
    """A value that shows itself only when asked: ``reveal()``."""

    _value: str

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True)
class Cloud:
    """A cloud's hosts. https://learn.microsoft.com/graph/deployments"""

    login: str
    graph: str


CLOUDS: Mapping[str, Cloud] = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "usGov": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "usGovDod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": Cloud("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
}


@dataclass(frozen=True)
class HttpSettings:
    """How to reach the network; times in seconds."""

    timeout: float = 30
    connect_timeout: float = 10
    deadline: float = 120
    attempts: int = 4
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None


@dataclass(frozen=True)
class Limits:
    """What the app asks of one mailbox at most: calls at once, calls in 10 minutes, megabytes sent in 5 minutes.
    https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits"""

    concurrent: int = 4
    requests: int = 10_000
    upload_megabytes: int = 150


@dataclass(frozen=True)
class CertificateSettings:
    """Where the app's certificate and its private key are: in a PEM or PFX file, or in a PEM text."""

    path: str | None = None
    pem: Secret | None = None
    password: Secret | None = None
    send_x5c: bool = False


@dataclass(frozen=True)
class Rules:
    """What the policy decides by: patterns, each tuple ``None`` where everything is allowed."""

    read_only: bool = False
    operations_allow: tuple[str, ...] | None = None
    operations_deny: tuple[str, ...] = ()
    mailboxes_allow: tuple[str, ...] | None = None
    recipients_allow: tuple[str, ...] | None = None
    files_allow: tuple[str, ...] = ()
    mails_per_hour: int | None = None


@dataclass(frozen=True)
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


CALLABLES = ("accessToken", "federatedToken")
"""Keys that hold a text, or in Python a callable that returns one."""

CREDENTIALS = ("clientSecret", "certificate", "federatedTokenFile", "federatedToken")
"""Keys by which the app proves who it is: one of them, or none for a public client."""


def build(raw: Mapping[str, Any], schemas: Schemas) -> Config:
    """A ``Config`` from raw keys, or ``ConfigError`` naming every wrong key (and no secret's value)."""
    checkable = {key: value for key, value in raw.items() if not (key in CALLABLES and callable(value))}
    problems = schemas.problems("config.json", checkable)
    if problems:
        raise refusal(problems)
    kind = raw.get("auth") or _reading(raw)
    problems = [*_missing(kind, raw), *_clashes(raw), *_no_addresses(raw)]
    if problems:
        raise refusal(problems)
    return _assemble(kind, raw)


def _assemble(kind: str, raw: Mapping[str, Any]) -> Config:
    cloud = raw.get("cloud", "global")
    authority, tenant = _authority(raw, cloud)
    graph_url = raw.get("graphUrl", CLOUDS[cloud].graph + "/v1.0").rstrip("/")
    http, operations, limits = (raw.get(one, {}) for one in ("http", "operations", "limits"))
    return Config(
        auth=kind,
        tenant_id=tenant,
        client_id=raw.get("clientId", ""),
        cloud=cloud,
        authority=authority,
        graph_url=graph_url,
        graph_audience=raw.get("graphAudience") or "{0.scheme}://{0.netloc}".format(urlsplit(graph_url)),
        private_authority="authority" in raw,
        client_secret=_secret(raw, "clientSecret"),
        certificate=_certificate(raw),
        federated_token_file=raw.get("federatedTokenFile"),
        federated_token=_supplied(raw, "federatedToken"),
        redirect_uri=raw.get("redirectUri"),
        account=raw.get("account", "default"),
        refresh_token=_secret(raw, "refreshToken"),
        access_token=_supplied(raw, "accessToken"),
        mailbox=None if raw.get("mailbox") == "me" else raw.get("mailbox"),
        immutable_ids=raw.get("immutableIds", True),
        token_store=raw.get("tokenStore"),
        store_key=_secret(raw, "storeKey"),
        http=HttpSettings(
            timeout=http.get("timeout", 30),
            connect_timeout=http.get("connectTimeout", 10),
            deadline=http.get("deadline", 120),
            attempts=http.get("attempts", 4),
            proxy=http.get("proxy"),
            ca_bundle=http.get("caBundle"),
        ),
        limits=Limits(
            limits.get("concurrent", 4), limits.get("requests", 10_000), limits.get("uploadMegabytes", 150)
        ),
        rules=Rules(
            read_only=raw.get("readOnly", False),
            operations_allow=_patterns(operations, "allow"),
            operations_deny=_patterns(operations, "deny") or (),
            mailboxes_allow=_patterns(raw.get("mailboxes", {}), "allow"),
            recipients_allow=_patterns(raw.get("recipients", {}), "allow"),
            files_allow=_patterns(raw.get("files", {}), "allow") or (),
            mails_per_hour=limits.get("mailsPerHour"),
        ),
    )


def _no_addresses(raw: Mapping[str, Any]) -> list[Problem]:
    """Addresses that no URL parser takes."""
    found: list[Problem] = []
    for key in ("authority", "graphUrl", "graphAudience", "redirectUri"):
        try:
            parts = urlsplit(raw.get(key, ""))
            usable = (
                key not in raw or (bool(parts.hostname) and (parts.port or 1) > 0) or parts.scheme not in HTTP
            )
        except ValueError:
            usable = False
        if not usable:
            found.append((pointer([key]), "must be an address with a host"))
    return found


HTTP = ("http", "https")


def _reading(raw: Mapping[str, Any]) -> str:
    """The one way to sign in that the keys allow, where ``auth`` was left out."""
    if "accessToken" in raw:
        return "hostToken"
    if "refreshToken" in raw or "redirectUri" in raw or not _proofs(raw):
        return "delegated"
    if "mailbox" in raw:
        return "application"
    raise refusal(
        [("/auth", "is required here: delegated (a person signs in) or application (with mailbox)")]
    )


_NEEDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "delegated": (("clientId", "is required: the application (client) id of the app registration"),),
    "application": (
        ("clientId", "is required: the application (client) id of the app registration"),
        ("tenantId", "is required for application: client credentials belong to one tenant"),
        ("mailbox", "is required for application: there is no signed-in person whose mailbox could be meant"),
    ),
    "managedIdentity": (("mailbox", "is required for managedIdentity: it has no mailbox of its own"),),
    "hostToken": (("accessToken", "is required for hostToken"),),
}


PERSONLESS = frozenset({"application", "managedIdentity"})
"""Ways to sign in without a person, and so without a mailbox of one's own."""


def _missing(kind: str, raw: Mapping[str, Any]) -> list[Problem]:
    problems = [(pointer([key]), told) for key, told in _NEEDED[kind] if not raw.get(key)]
    if kind == "application" and not _proofs(raw):
        problems.append(("/clientSecret", f"is required for application, or another of {_LISTED}"))
    if kind in PERSONLESS and raw.get("mailbox") == "me":
        problems.append(("/mailbox", "must name a mailbox: an application has none of its own"))
    if kind == "application" and raw.get("tenantId") in TENANTS_OF_MANY:
        problems.append(("/tenantId", "must be one tenant's id or domain for application"))
    return [problem for problem in problems if not (problem[0] == "/tenantId" and "authority" in raw)]


def _clashes(raw: Mapping[str, Any]) -> list[Problem]:
    """What cannot stand beside one another."""
    problems: list[Problem] = []
    tenant = str(raw.get("authority", "")).rsplit("/", 1)[-1]
    if "authority" in raw and raw.get("tenantId", tenant) != tenant:
        problems.append(("/authority", "must end with the tenant that tenantId names"))
    proofs = _proofs(raw)
    if len(proofs) > 1:
        problems.append((pointer([proofs[1]]), f"must not stand beside {proofs[0]}: give one of {_LISTED}"))
    certificate = raw.get("certificate")
    if certificate is not None and ("path" in certificate) == ("pem" in certificate):
        problems.append(("/certificate", "must have path (a PEM or PFX file) or pem (a text), one of them"))
    return problems


_LISTED = ", ".join(CREDENTIALS)


def _proofs(raw: Mapping[str, Any]) -> list[str]:
    return [key for key in CREDENTIALS if key in raw]


def _certificate(raw: Mapping[str, Any]) -> CertificateSettings | None:
    given = raw.get("certificate")
    if given is None:
        return None
    return CertificateSettings(
        given.get("path"), _secret(given, "pem"), _secret(given, "password"), given.get("sendX5c", False)
    )


def _supplied(raw: Mapping[str, Any], key: str) -> Secret | Callable[[], str] | None:
    given = raw.get(key)
    return given if callable(given) else _secret(raw, key)


def _authority(raw: Mapping[str, Any], cloud: str) -> tuple[str, str]:
    if "authority" in raw:
        authority = raw["authority"].rstrip("/")
        return authority, authority.rsplit("/", 1)[-1]
    tenant = raw.get("tenantId", "organizations")
    return f"{CLOUDS[cloud].login}/{tenant}", tenant


def _secret(raw: Mapping[str, Any], key: str) -> Secret | None:
    return Secret(raw[key]) if key in raw else None


def _patterns(raw: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(raw[key]) if key in raw else None
