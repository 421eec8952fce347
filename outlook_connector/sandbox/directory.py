"""The tenant: its users, its app registrations, and what the users have consented to."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class User:
    """A person of the tenant. `opens` holds the addresses whose mailboxes this user has been given access to."""

    id: str
    address: str
    name: str
    password: str = field(repr=False)
    given_name: str = ""
    surname: str = ""
    job_title: str = ""
    has_mailbox: bool = True
    opens: frozenset[str] = frozenset()


@dataclass
class Secret:
    """A client secret; `expires` is None where it never does."""

    value: str = field(repr=False)
    expires: datetime | None = None


@dataclass
class App:
    """An app registration.

    A public app has no secrets. `application` are the application permissions that an administrator has
    granted; delegated ones are granted user by user, see `Directory.grant`.
    """

    client_id: str
    name: str
    public: bool = False
    secrets: list[Secret] = field(default_factory=list)
    redirect_uris: tuple[str, ...] = ()
    application: frozenset[str] = frozenset()


@dataclass
class _Content:
    users: list[User]
    apps: list[App]
    grants: dict[tuple[str, str], set[str]] = field(default_factory=dict)


class Directory:
    """Users, apps and consents of one tenant. The first app is the confidential one that tests use."""

    def __init__(self, tenant_id: str, domain: str, users: Iterable[User], apps: Iterable[App]) -> None:
        self.tenant_id = tenant_id
        self.domain = domain
        self._content = _Content(list(users), list(apps))
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
    def grants(self) -> dict[tuple[str, str], set[str]]:
        """Delegated consent: (user id, client id) -> names of Graph permissions."""
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
        return frozenset(self.grants.get((user_id, client_id), ()))

    def grant(self, user_id: str, client_id: str, permissions: Iterable[str]) -> None:
        """Records that the user lets the app have these delegated permissions."""
        self.grants.setdefault((user_id, client_id), set()).update(permissions)

    def withdraw(self, user_id: str) -> None:
        """Forgets what the user consented to, for every app."""
        for key in [key for key in self.grants if key[0] == user_id]:
            del self.grants[key]

    def reset(self) -> None:
        """As it was at the start; users and apps looked up before are no longer those of the directory."""
        self._content = copy.deepcopy(self._pristine)
