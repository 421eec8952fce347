"""What a `scope` parameter asks for: short or full names, `.default`, and the OpenID ones.

https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outlook_connector.sandbox.clouds import GLOBAL, GRAPH_ID, Cloud
from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra.errors import refuse
from outlook_connector.sandbox.permissions import DELEGATED, OPENID

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


def parse(scope: str, app: App, tenant: str, cloud: Cloud = GLOBAL) -> Asked:
    """Reads a delegated `scope`; raises Refused for two resources, unknown resources and unknown scopes.

    Resources are those of `cloud`: another cloud's are unknown in it.
    """
    words = scope.split()
    if not words:
        raise refuse(900144, parameter="scope")
    openid = frozenset(word.lower() for word in words if word.lower() in OPENID)
    parts = [_split(word) for word in words if word.lower() not in OPENID]
    resource = _one_resource([part[0] for part in parts], scope, tenant, cloud)
    names = [name for _, name in parts]
    if DEFAULT in names and len(set(names)) > 1:
        raise refuse(70011, scope=scope)
    permissions = frozenset(_known(name, app, resource, cloud) for name in names if name != DEFAULT)
    full_names = any("://" in word for word in words) or DEFAULT in names
    return Asked(resource, permissions, openid, DEFAULT in names, full_names)


def application_audience(scope: str, tenant: str, cloud: Cloud = GLOBAL) -> str:
    """The audience of a client credentials request, whose only scope is `<resource>/.default`."""
    words = scope.split()
    if not words:
        raise refuse(900144, parameter="scope")
    resource, name = _split(words[0])
    if len(words) != 1 or name != DEFAULT or not resource:
        raise refuse(1002012, scope=scope)
    return _one_resource([resource], scope, tenant, cloud)


def _split(word: str) -> tuple[str, str]:
    """`https://graph.microsoft.com/Mail.Read` -> resource and name; a short name has an empty resource."""
    resource, _, name = word.rpartition("/")
    return resource.rstrip("/"), name


def _one_resource(resources: list[str], scope: str, tenant: str, cloud: Cloud) -> str:
    known, graph = cloud.resources, cloud.resources[GRAPH_ID]
    audiences = {known.get(resource.lower(), resource) for resource in (r or graph for r in resources)}
    if len(audiences) > 1:
        raise refuse(28000, scope=scope)
    audience = next(iter(audiences), graph)
    if audience not in known.values():
        raise refuse(500011, resource=audience, tenant=tenant)
    return audience


def _known(name: str, app: App, resource: str, cloud: Cloud) -> str:
    if name.lower() not in _KNOWN:
        of_graph = resource.removeprefix("https://") in cloud.graph
        raise refuse(650053, name=app.name, scope=name, resource=GRAPH_ID if of_graph else resource)
    return _KNOWN[name.lower()]
