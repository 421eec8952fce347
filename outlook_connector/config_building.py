"""From a configuration's raw keys to a ``Config``: what is missing, what clashes, and what was left out.

The keys are those of ``schemas/config.json``. No error tells a secret's value.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .config import (
    CLOUDS,
    PERSONLESS,
    CertificateSettings,
    Config,
    HttpSettings,
    Limits,
    Rules,
    Secret,
)
from .config_source import refusal
from .errors import Problem, pointer
from .schema import Schemas

CALLABLES = ("accessToken", "federatedToken")
"""Keys that hold a text, or in Python a callable that returns one."""

TENANTS_OF_MANY = frozenset({"common", "organizations", "consumers"})
"""Names of authorities that stand for more than one tenant."""

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
        http=HttpSettings(**_renamed(raw.get("http", {}), _HTTP)),
        limits=Limits(**_renamed(raw.get("limits", {}), _LIMITS)),
        rules=_rules(raw),
    )


_HTTP = {
    "timeout": "timeout",
    "connectTimeout": "connect_timeout",
    "deadline": "deadline",
    "attempts": "attempts",
    "proxy": "proxy",
    "caBundle": "ca_bundle",
}
_LIMITS = {"concurrent": "concurrent", "requests": "requests", "uploadMegabytes": "upload_megabytes"}


def _renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What is given, by the names of the settings; what is not has their defaults."""
    return {name: given[key] for key, name in names.items() if key in given}


def _rules(raw: Mapping[str, Any]) -> Rules:
    operations = raw.get("operations", {})
    return Rules(
        read_only=raw.get("readOnly", False),
        operations_allow=_patterns(operations, "allow"),
        operations_deny=_patterns(operations, "deny") or (),
        mailboxes_allow=_patterns(raw.get("mailboxes", {}), "allow"),
        recipients_allow=_patterns(raw.get("recipients", {}), "allow"),
        files_allow=_patterns(raw.get("files", {}), "allow") or (),
        mails_per_hour=raw.get("limits", {}).get("mailsPerHour"),
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
