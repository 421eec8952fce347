"""Who may do what: the token, the permission, and whose mailbox it is.

https://learn.microsoft.com/graph/auth/auth-concepts
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from outlook_connector.sandbox.clouds import cloud_of
from outlook_connector.sandbox.directory import Directory, User
from outlook_connector.sandbox.graph.permissions import PROFILE, SERVICE, TABLE
from outlook_connector.sandbox.graph.problem import Problem, invalid_user, no_resource, problem
from outlook_connector.sandbox.graph.routing import Match
from outlook_connector.sandbox.graph.sealing import Signer
from outlook_connector.sandbox.graph.throttle import Place
from outlook_connector.sandbox.tokens import Caller, TokenRefused


class Verifier(Signer, Protocol):
    """What tells a caller from an Authorization header, or raises TokenRefused; it signs tokens as well."""

    def verify(self, authorization: str | None, host: str = "") -> Caller: ...


@dataclass(frozen=True)
class Asked:
    """A request that has passed: who asks, for what, about whom."""

    caller: Caller
    match: Match
    owner: User

    @property
    def place(self) -> Place | None:
        """Whose limits it counts against: none for what is not about a mailbox."""
        if self.match.route.permission in (SERVICE, PROFILE):
            return None
        return Place(self.caller.app_id, self.owner.id)


def caller_of(headers: Mapping[str, str], tokens: Verifier, host: str = "") -> Caller:
    """The caller that the bearer token names, at `host`. Raises 401 with a WWW-Authenticate challenge."""
    try:
        return tokens.verify(headers.get("authorization"), host)
    except TokenRefused as refused:
        challenge = _challenge(cloud_of(host).login[0], refused.claims)
        raise Problem(401, refused.code, refused.message, {"WWW-Authenticate": challenge}) from None


def _challenge(login: str, claims: str) -> str:
    """https://learn.microsoft.com/entra/identity-platform/claims-challenge#claims-challenge-header-format"""
    parts = {
        "realm": "",
        "authorization_uri": f"https://{login}/common/oauth2/authorize",
        "client_id": "00000003-0000-0000-c000-000000000000",
    }
    if claims:
        parts |= {"error": "insufficient_claims", "claims": base64.b64encode(claims.encode()).decode()}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items())


def owner_of(match: Match, caller: Caller, directory: Directory) -> User:
    """The user that the path is about, once the caller may do there what the route does. Raises 400, 403, 404.

    Paths of the service as a whole are about the caller, or about nobody: then anybody stands for them.
    """
    if match.route.permission == SERVICE:
        return directory.user(caller.user_id or "") or directory.users[0]
    owner = _named(match, caller, directory)
    permission = TABLE[match.route.permission]
    if caller.user_id is None:
        held, enough = caller.roles, permission.application
    elif owner.id == caller.user_id:
        held, enough = caller.scopes, permission.delegated
    else:
        held, enough = caller.scopes, permission.shared
    if not held & enough:
        raise problem("denied")
    if match.route.permission != PROFILE and caller.user_id is not None:
        _check_open(caller.user_id, owner, directory)
    return owner


def _named(match: Match, caller: Caller, directory: Directory) -> User:
    if match.user is None and caller.user_id is None:
        raise problem("app_only_me")
    wanted = match.user or caller.user_id or ""
    found = directory.user(wanted)
    if found is None:
        raise no_resource(wanted) if match.route.permission == PROFILE else invalid_user(wanted)
    return found


def _check_open(user_id: str, owner: User, directory: Directory) -> None:
    if not directory.may_open(user_id, owner.id):
        raise problem("closed_mailbox")
