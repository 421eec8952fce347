"""What every part of Entra works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.directory import App, Directory, User
from outlook_connector.sandbox.entra.errors import Refused, policy_claims, refuse
from outlook_connector.sandbox.entra.scopes import Asked
from outlook_connector.sandbox.entra.state import State
from outlook_connector.sandbox.permissions import mail_permissions
from outlook_connector.sandbox.tokens import TokenAuthority

SHARED_TENANTS = frozenset({"common", "organizations"})


@dataclass
class Entra:
    """The tenant's parts and its rules; `base_url` gives scheme, host and port, known once the server runs."""

    directory: Directory
    clock: Clock
    tokens: TokenAuthority
    base_url: Callable[[], str]
    single_use_refresh_tokens: bool = False
    automatic_consent: bool = True
    state: State = field(default_factory=State)

    def check_tenant(self, tenant: str) -> None:
        """Raises AADSTS90002 for a tenant that isn't this one by id, domain, or a shared name."""
        if tenant.lower() not in {self.directory.tenant_id, self.directory.domain, *SHARED_TENANTS}:
            raise refuse(90002, tenant=tenant)

    def app(self, client_id: str) -> App:
        """The app registration; raises AADSTS900144 without an id, AADSTS700016 for an unknown one."""
        if not client_id:
            raise refuse(900144, parameter="client_id")
        app = self.directory.find_app(client_id)
        if app is None:
            raise refuse(700016, app=client_id, tenant=self.directory.domain)
        return app

    def user(self, id_or_address: str) -> User:
        user = self.directory.user(id_or_address)
        if user is None:
            raise refuse(50126)
        return user

    def wanted(self, app: App, user: User, asked: Asked) -> frozenset[str]:
        """The permissions that `asked` means: `.default` stands for all that the user has consented to."""
        if not asked.default:
            return asked.permissions
        return self.directory.consented(user.id, app.client_id) or frozenset(mail_permissions())

    def missing(self, app: App, user: User, asked: Asked) -> frozenset[str]:
        """What was asked for and not consented to; signing in alone needs a consent as well."""
        given = self.directory.grants.get((user.id, app.client_id))
        if given is None:
            return self.wanted(app, user, asked) | asked.openid
        return self.wanted(app, user, asked) - given

    def check_consent(self, app: App, user: User, asked: Asked) -> None:
        if self.missing(app, user, asked):
            raise refuse(65001, app=app.client_id, name=app.name)

    def check_demands(self, user: User, proofs: frozenset[str], resource: str) -> None:
        """Raises AADSTS53003 where access is blocked, AADSTS50076 where a second factor is due."""
        demands = self.state.demands.get(user.id, set())
        if "conditional_access" in demands:
            raise Refused(53003, extra=policy_claims("blocked"))
        if "mfa" in demands and "mfa" not in proofs:
            raise Refused(50076, {"resource": resource}, policy_claims("mfa"))
