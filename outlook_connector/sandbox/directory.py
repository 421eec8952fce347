"""The tenant: its users, its app registrations, and what the users have consented to."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outlook_connector.sandbox.credentials import (
    Certificate,
    FederatedCredential,
    ManagedIdentity,
    certificate_of,
)

EVERYBODY = "*"


@dataclass
class User:
    """A person of the tenant. `opens` holds the addresses whose mailboxes this user has been given access to.

    An `admin` may consent for the whole tenant. A `personal` account (outlook.com) belongs to Microsoft's
    consumer tenant instead.
    """

    id: str
    address: str
    name: str
    password: str = field(repr=False)
    given_name: str = ""
    surname: str = ""
    job_title: str = ""
    has_mailbox: bool = True
    opens: frozenset[str] = frozenset()
    admin: bool = False
    personal: bool = False


@dataclass
class Secret:
    """A client secret; `expires` is None where it never does."""

    value: str = field(repr=False)
    expires: datetime | None = None


@dataclass
class App:
    """An app registration.

    A public app has no secrets, certificates or federated credentials. `application` are the application
    permissions that an administrator has granted, `required` those that the registration asks for besides, until
    an administrator consents. Delegated ones are granted user by user or for everybody, see `Directory.grant`.
    """

    client_id: str
    name: str
    public: bool = False
    secrets: list[Secret] = field(default_factory=list)
    redirect_uris: tuple[str, ...] = ()
    application: frozenset[str] = frozenset()
    certificates: list[Certificate] = field(default_factory=list)
    federated: list[FederatedCredential] = field(default_factory=list)
    required: frozenset[str] = frozenset()

    def add_certificate(
        self, pem: bytes | str, *, issuer: bytes | str | None = None, expires: datetime | None = None
    ) -> Certificate:
        """Registers a certificate from PEM (a key beside it is not kept).

        With `issuer`, the PEM of the authority that signed it, the app trusts it by subject name and issuer.
        Raises ValueError where there is no certificate in it.
        """
        authority = None if issuer is None else certificate_of(issuer)
        added = Certificate(certificate_of(pem), expires, authority is not None, authority)
        self.certificates.append(added)
        return added


@dataclass
class _Content:
    users: list[User]
    apps: list[App]
    identities: list[ManagedIdentity]
    grants: dict[tuple[str, str], set[str]] = field(default_factory=dict)


class Directory:
    """Users, apps and consents of one tenant. The first app is the confidential one that tests use."""

    def __init__(
        self,
        tenant_id: str,
        domain: str,
        users: Iterable[User],
        apps: Iterable[App],
        identities: Iterable[ManagedIdentity] = (),
    ) -> None:
        self.tenant_id = tenant_id
        self.domain = domain
        self._content = _Content(list(users), list(apps), list(identities))
        self._pristine = copy.deepcopy(self._content)

    @property
    def users(self) -> Sequence[User]:
        return self._content.users

    @property
    def apps(self) -> Sequence[App]:
        return self._content.apps

    @property
    def app(self) -> App:
        """The confidential app: `sandbox.directory.app.secrets[0].expires = ...` lets its secret expire."""
        return self._content.apps[0]

    @property
    def identities(self) -> list[ManagedIdentity]:
        """The managed identities of the machine that the sandbox stands for."""
        return self._content.identities

    @property
    def grants(self) -> dict[tuple[str, str], set[str]]:
        """Delegated consent: (user id, or EVERYBODY, and client id) -> names of Graph permissions."""
        return self._content.grants

    def user(self, id_or_address: str) -> User | None:
        """The user with that object id or address, without regard to case; None where there is none."""
        wanted = id_or_address.casefold()
        return next((u for u in self.users if wanted in (u.id.casefold(), u.address.casefold())), None)

    def find_app(self, client_id: str) -> App | None:
        return next((a for a in self.apps if a.client_id.lower() == client_id.lower()), None)

    def may_open(self, user: str, other: str) -> bool:
        """Whether `user` may open the mailbox of `other` (each an id or an address): its own, or delegated."""
        opener, owner = self.user(user), self.user(other)
        if opener is None or owner is None:
            return False
        return opener.id == owner.id or owner.address in opener.opens

    def consented(self, user_id: str, client_id: str) -> frozenset[str]:
        """What the user, or an administrator for everybody, lets the app have."""
        own, common = self.grants.get((user_id, client_id), ()), self.grants.get((EVERYBODY, client_id), ())
        return frozenset(own) | frozenset(common)

    def has_consent(self, user_id: str, client_id: str) -> bool:
        """Whether there is any consent at all, be it to nothing more than signing in."""
        return (user_id, client_id) in self.grants or (EVERYBODY, client_id) in self.grants

    def grant(self, user_id: str, client_id: str, permissions: Iterable[str]) -> None:
        """Records that the user (or EVERYBODY) lets the app have these delegated permissions."""
        self.grants.setdefault((user_id, client_id), set()).update(permissions)

    def withdraw(self, user_id: str) -> None:
        """Forgets what the user consented to, for every app."""
        for key in [key for key in self.grants if key[0] == user_id]:
            del self.grants[key]

    def reset(self) -> None:
        """As it was at the start; users and apps looked up before are no longer those of the directory."""
        self._content = copy.deepcopy(self._pristine)
