"""The tenant that every sandbox starts with: fixed ids, so that examples and tests can quote them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from outlook_connector.sandbox.credentials import FederatedCredential, ManagedIdentity
from outlook_connector.sandbox.directory import App, Directory, Secret, User
from outlook_connector.sandbox.permissions import APPLICATION

TENANT_ID = "8f2d4c1a-6b3e-4f70-9a55-1c0de5a1d0b7"
DOMAIN = "contoso.example"
PASSWORD = "Sandbox-Pa55word"  # noqa: S105 - every sandbox user has it, and the sign-in page shows it
CLIENT_ID = "3b1f6d52-90c4-4e0d-8f4a-2a7d5c9be614"
PUBLIC_CLIENT_ID = "c7e09a83-5d1b-4b62-b3f8-6e41f0a2d975"
CLIENT_SECRET = "sbx8Q~not-a-real-secret-only-for-the-sandbox"  # noqa: S105 - opens nothing but the sandbox
WORKLOAD = "system:serviceaccount:integration:connector"
PERSONAL_DOMAIN = "outlook.example"
REDIRECT_URI = "http://localhost"
REDIRECT_URIS = (REDIRECT_URI, "http://localhost/callback", "https://app.contoso.example/callback")


def default_users() -> list[User]:
    """Three colleagues; Nestor has been given access to Kim's mailbox, and is the tenant's administrator."""
    return [
        _user("4d7b91e2-0f3a-4c58-8a6d-b1e5f27c9a01", "Adele Vance", "Retail Manager"),
        _user("4d7b91e2-0f3a-4c58-8a6d-b1e5f27c9a02", "Kim Akers", "Chief Financial Officer"),
        _user("4d7b91e2-0f3a-4c58-8a6d-b1e5f27c9a03", "Nestor Wilke", "Director", opens=("kim",), admin=True),
    ]


def default_directory(users: Iterable[User | str] | None = None) -> Directory:
    """The tenant with one confidential app, one public app, two managed identities, and `users` or the default three.

    An address alone makes a user: its name comes from the address, and its id is the same every time; one at
    outlook.example makes a personal account. Where no user is an administrator, the first that isn't personal
    becomes one.
    """
    people = default_users() if users is None else [user_of(item) for item in users]
    if not any(user.admin for user in people):
        first = next((index for index, user in enumerate(people) if not user.personal), None)
        if first is not None:
            people[first] = replace(people[first], admin=True)
    return Directory(TENANT_ID, DOMAIN, people, _apps(), _identities())


def user_of(item: User | str) -> User:
    """A user as it is, or one made from an address; raises ValueError for what isn't an address."""
    if isinstance(item, User):
        return item
    known = {user.address: user for user in default_users()}
    local, at, domain = item.lower().partition("@")
    if not (local and at and domain):
        raise ValueError(f"{item!r} is no address")
    name = local.replace(".", " ").replace("_", " ").title()
    guid = str(uuid.uuid5(uuid.UUID(TENANT_ID), item.lower()))
    personal = domain == PERSONAL_DOMAIN
    guid = f"00000000-0000-0000-{guid[19:]}" if personal else guid  # as the ids of personal accounts begin
    made = replace(_user(guid, name, "", address=item.lower()), personal=personal)
    return known.get(item.lower(), made)


def _user(
    user_id: str, name: str, title: str, opens: Sequence[str] = (), address: str = "", admin: bool = False
) -> User:
    given, _, surname = name.partition(" ")
    return User(
        id=user_id,
        address=address or f"{given.lower()}@{DOMAIN}",
        name=name,
        password=PASSWORD,
        given_name=given,
        surname=surname,
        job_title=title,
        opens=frozenset(f"{other}@{DOMAIN}" for other in opens),
        admin=admin,
    )


def _apps() -> list[App]:
    confidential = App(
        CLIENT_ID,
        "Integration Platform",
        secrets=[Secret(CLIENT_SECRET)],
        redirect_uris=REDIRECT_URIS,
        application=APPLICATION,
        federated=[FederatedCredential(WORKLOAD)],
    )
    return [
        confidential,
        App(PUBLIC_CLIENT_ID, "Integration Platform (desktop)", public=True, redirect_uris=REDIRECT_URIS[:2]),
    ]


def _identities() -> list[ManagedIdentity]:
    """The machine's own identity and one that was assigned to it."""
    group = "/subscriptions/6e0c1d7a-0000-4000-8000-5a9db0c50001/resourceGroups/integration/providers"
    return [
        ManagedIdentity(
            "integration-vm",
            client_id="9a4c6e15-2b7d-4f38-9c01-d5e8a3b7f401",
            object_id="9a4c6e15-2b7d-4f38-9c01-d5e8a3b7f402",
            resource_id=f"{group}/Microsoft.Compute/virtualMachines/integration-vm",
            application=APPLICATION,
        ),
        ManagedIdentity(
            "integration-identity",
            client_id="9a4c6e15-2b7d-4f38-9c01-d5e8a3b7f403",
            object_id="9a4c6e15-2b7d-4f38-9c01-d5e8a3b7f404",
            resource_id=f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/integration-identity",
            user_assigned=True,
            application=frozenset({"Mail.Read"}),
        ),
    ]
