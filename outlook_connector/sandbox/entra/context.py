"""What every part of Entra works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from outlook_connector.sandbox import clouds
from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.clouds import Cloud
from outlook_connector.sandbox.directory import App, Directory, User
from outlook_connector.sandbox.entra import scopes
from outlook_connector.sandbox.entra.errors import Refused, policy_claims, refuse
from outlook_connector.sandbox.entra.scopes import Asked
from outlook_connector.sandbox.entra.state import State
from outlook_connector.sandbox.exchange import Call
from outlook_connector.sandbox.issuer import Issuer
from outlook_connector.sandbox.permissions import mail_permissions
from outlook_connector.sandbox.tokens import CONSUMERS, TokenAuthority

SHARED_TENANTS = frozenset({"common", "organizations"})
CONSUMER_TENANTS = frozenset({"consumers", CONSUMERS})
_ENDPOINTS = frozenset({"oauth2/v2.0/token", "oauth2/token", "v2.0"})


@dataclass
class Entra:
    """The tenant's parts and its rules; `base_url` gives scheme, host and port, known once the server runs.

    `origin` and `cloud` are those of the request in hand: the service answers one at a time.
    """

    directory: Directory
    clock: Clock
    tokens: TokenAuthority
    base_url: Callable[[], str]
    single_use_refresh_tokens: bool = False
    automatic_consent: bool = True
    state: State = field(default_factory=State)
    cloud: Cloud = clouds.GLOBAL
    origin: str = ""

    @property
    def issuer(self) -> Issuer:
        """The second issuer, whose tokens apps may present by their federated credentials."""
        return Issuer(self.clock, self.base_url)

    def arrived(self, call: Call) -> None:
        """Notes by which of its names the sandbox was called."""
        self.cloud, self.origin = clouds.cloud_of(call.host), clouds.origin(call, self.base_url())

    def is_known(self, tenant: str) -> bool:
        known = {self.directory.tenant_id, self.directory.domain, *SHARED_TENANTS, *CONSUMER_TENANTS}
        return tenant.lower() in known

    def check_tenant(self, tenant: str) -> None:
        """Raises AADSTS90002 for a tenant that isn't this one or the consumers', by id, domain, or a shared name."""
        if not self.is_known(tenant):
            raise refuse(90002, tenant=tenant)

    def check_home(self, user: User, tenant: str, app: App) -> None:
        """Raises AADSTS50020 for a personal account at a work tenant, and the other way round."""
        personal = tenant.lower() in CONSUMER_TENANTS
        if tenant.lower() == "common" or user.personal == personal:
            return
        provider = "live.com" if user.personal else f"https://sts.windows.net/{self.directory.tenant_id}/"
        where = "Microsoft account" if personal else self.directory.domain
        raise refuse(50020, user=user.address, provider=provider, tenant=where, app=app.client_id)

    def is_own_endpoint(self, url: str) -> bool:
        """Whether an assertion's audience is this token endpoint, by any of its tenants' names."""
        for base in (self.origin, self.base_url()):
            tenant, _, rest = url.removeprefix(f"{base}/").partition("/")
            if url.startswith(f"{base}/") and self.is_known(tenant) and rest.rstrip("/") in _ENDPOINTS:
                return True
        return False

    def is_own_issuer(self, issuer: str) -> bool:
        ends = (f"/{self.directory.tenant_id}/", f"/{self.directory.tenant_id}/v2.0")
        return issuer.endswith(ends)

    def asked(self, scope: str, app: App, cloud: Cloud | None = None) -> Asked:
        """A delegated `scope`, read as the cloud in hand (or the one named) reads it."""
        return scopes.parse(scope, app, self.directory.domain, cloud or self.cloud)

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
        if not self.directory.has_consent(user.id, app.client_id):
            return self.wanted(app, user, asked) | asked.openid
        return self.wanted(app, user, asked) - self.directory.consented(user.id, app.client_id)

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
