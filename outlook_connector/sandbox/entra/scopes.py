"""What a `scope` parameter asks for: short or full names, `.default`, and the OpenID ones.

https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra.errors import refuse
from outlook_connector.sandbox.permissions import DELEGATED, OPENID

GRAPH = "https://graph.microsoft.com"
GRAPH_ID = "00000003-0000-0000-c000-000000000000"
# Each resource by the names it goes by in a scope, with the audience that its tokens get.
RESOURCES: Mapping[str, str] = {
    GRAPH: GRAPH,
    GRAPH_ID: GRAPH,
    "https://outlook.office.com": "https://outlook.office.com",
}
DEFAULT = ".default"
_KNOWN = {name.lower(): name for name in DELEGATED}


@dataclass(frozen=True)
class Asked:
    """A parsed `scope`: the audience, permissions of that resource, OpenID scopes, and how it was written."""

    audience: str
    permissions: frozenset[str]
    openid: frozenset[str]
    default: bool
    full_names: bool

    def written(self, granted: Iterable[str]) -> str:
        """The `scope` of a token answer, in the form (short or full) in which the scopes were asked for."""
        prefix = f"{self.audience}/" if self.full_names else ""
        names = [*sorted(granted), *([DEFAULT] if self.default else [])]
        shown = sorted(self.openid - {"offline_access"})
        return " ".join([prefix + name for name in names] + shown)


def parse(scope: str, app: App, tenant: str) -> Asked:
    """Reads a delegated `scope`; raises Refused for two resources, unknown resources and unknown scopes."""
    words = scope.split()
    if not words:
        raise refuse(900144, parameter="scope")
    openid = frozenset(word.lower() for word in words if word.lower() in OPENID)
    parts = [_split(word) for word in words if word.lower() not in OPENID]
    resource = _one_resource([part[0] for part in parts], scope, tenant)
    names = [name for _, name in parts]
    if DEFAULT in names and len(set(names)) > 1:
        raise refuse(70011, scope=scope)
    permissions = frozenset(_known(name, app, resource) for name in names if name != DEFAULT)
    full_names = any("://" in word for word in words) or DEFAULT in names
    return Asked(resource, permissions, openid, DEFAULT in names, full_names)


def application_audience(scope: str, tenant: str) -> str:
    """The audience of a client credentials request, whose only scope is `<resource>/.default`."""
    words = scope.split()
    if not words:
        raise refuse(900144, parameter="scope")
    resource, name = _split(words[0])
    if len(words) != 1 or name != DEFAULT or not resource:
        raise refuse(1002012, scope=scope)
    return _one_resource([resource], scope, tenant)


def _split(word: str) -> tuple[str, str]:
    """`https://graph.microsoft.com/Mail.Read` -> resource and name; a short name has an empty resource."""
    resource, _, name = word.rpartition("/")
    return resource.rstrip("/"), name


def _one_resource(resources: list[str], scope: str, tenant: str) -> str:
    audiences = {RESOURCES.get(resource.lower(), resource) for resource in (r or GRAPH for r in resources)}
    if len(audiences) > 1:
        raise refuse(28000, scope=scope)
    audience = next(iter(audiences), GRAPH)
    if audience not in RESOURCES.values():
        raise refuse(500011, resource=audience, tenant=tenant)
    return audience


def _known(name: str, app: App, resource: str) -> str:
    if name.lower() not in _KNOWN:
        raise refuse(650053, name=app.name, scope=name, resource=GRAPH_ID if resource == GRAPH else resource)
    return _KNOWN[name.lower()]
