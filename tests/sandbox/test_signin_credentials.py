"""Every credential and flow through the connector itself, and in every cloud: the sandbox answers to their names."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from signin_world import SCHEMAS, World

from outlook_connector import connect
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.errors import AuthError, CredentialExpired
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.clouds import HOSTS

ADELE, MEGAN = "adele@contoso.example", "megan@outlook.example"


CREDENTIALS: dict[str, Callable[[Sandbox], dict[str, Any]]] = {
    "secret": lambda sandbox: {},
    "certificate": lambda sandbox: {"certificate": {"path": sandbox.certificate_file()}},
    "certificate with its chain": lambda sandbox: {
        "certificate": {"path": sandbox.certificate_file(), "sendX5c": True}
    },
    "federated token in a file": lambda sandbox: {"federatedTokenFile": sandbox.federated_token_file()},
}


def by(sandbox: Sandbox, credential: str) -> dict[str, Any]:
    given = CREDENTIALS[credential](sandbox)
    return {"clientSecret": None, **given} if given else {}


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("auth", ["application", "delegated"])
def test_an_app_reads_mail_by_each_of_its_credentials(world: World, credential: str, auth: Any) -> None:
    config = world.sandbox.config(auth=auth, **by(world.sandbox, credential))
    with connect(config) as connector:
        assert connector.invoke("messages.list", {"limit": 1})["value"]
        assert connector.invoke("auth.test")["works"] is True


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_web_app_signs_a_person_in_by_each_of_its_credentials(world: World, credential: str) -> None:
    auth = world.auth(world.config(refreshToken=None, **by(world.sandbox, credential)))
    assert world.sign_in(auth)["username"] == ADELE
    assert world.me(auth.refresh() and auth.token()).status_code == 200


@pytest.mark.parametrize("kind", ["imds", "appService"])
def test_a_machines_identity_reads_mail(world: World, monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    for name, value in world.sandbox.managed_identity_environment(kind).items():
        monkeypatch.setenv(name, value)
    given = world.sandbox.config(auth="application", clientSecret=None, clientId=None)
    with connect({**given, "auth": "managedIdentity"}) as connector:
        assert connector.invoke("messages.list", {"limit": 1})["value"]
        assert connector.invoke("auth.status")["signedIn"] is True


def test_the_machines_own_endpoint_is_not_asked_through_the_proxy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in world.sandbox.managed_identity_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    given = world.sandbox.config(auth="application", clientSecret=None, clientId=None)
    config = {**given, "auth": "managedIdentity", "http": {"proxy": "http://127.0.0.1:9"}}
    assert world.auth(build(read(config, {}), SCHEMAS)).token()


def test_an_identity_that_is_not_assigned_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in world.sandbox.managed_identity_environment().items():
        monkeypatch.setenv(name, value)
    given = world.sandbox.config(auth="application", clientSecret=None, clientId="nobody")
    with connect({**given, "auth": "managedIdentity"}) as connector, pytest.raises(AuthError, match="Assign"):
        connector.invoke("messages.list", {"limit": 1})


def test_a_certificate_that_is_not_registered_is_told(world: World) -> None:
    path = world.sandbox.certificate_file()
    world.sandbox.directory.app.certificates.clear()
    auth = world.auth(world.config(clientSecret=None, certificate={"path": path}))
    with pytest.raises(AuthError, match="Upload it") as refused:
        auth.token()
    assert refused.value.details["aadsts"] == 700027


def test_an_expired_certificate_and_token_are_told_before_any_request(world: World) -> None:
    certificate = world.auth(
        world.config(clientSecret=None, certificate={"path": world.sandbox.certificate_file(3600)})
    )
    token = world.auth(
        world.config(clientSecret=None, federatedTokenFile=world.sandbox.federated_token_file(lifetime=3600))
    )
    world.pass_time(3700)
    for auth in (certificate, token):
        with pytest.raises(CredentialExpired):
            auth.token()
    assert world.posts() == 0


def test_a_subject_that_the_app_does_not_trust_is_told(world: World) -> None:
    path = world.sandbox.federated_token_file(subject="system:serviceaccount:other")
    with pytest.raises(AuthError, match="subject"):
        world.auth(world.config(clientSecret=None, federatedTokenFile=path)).token()


@pytest.fixture
def clouds(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cloud's host names lead to the sandbox; no other name leads anywhere."""
    port = int(sandbox.base_url.rsplit(":", 1)[1])

    def here(host: str, *_: Any, **__: Any) -> list[Any]:
        assert host in {*HOSTS, "127.0.0.1"}, f"{host} is no host of a cloud"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)


CLOUDS = ("global", "usGov", "usGovDod", "china")
UNSAID = {"authority": None, "graphUrl": None, "graphAudience": None}


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_an_application_reads_mail_in_each_cloud(
    world: World, clouds: None, cloud: str, credential: str
) -> None:
    config = world.sandbox.config(auth="application", cloud=cloud, **UNSAID, **by(world.sandbox, credential))
    with connect(config) as connector:
        assert connector.invoke("messages.list", {"limit": 1})["value"]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_person_signs_in_in_each_cloud(world: World, clouds: None, cloud: str) -> None:
    auth = world.auth(world.config(refreshToken=None, cloud=cloud, **UNSAID))
    assert world.sign_in(auth)["username"] == ADELE
    begun = auth.begin_device()
    world.sandbox.entra.approve_device(begun["userCode"], ADELE)
    world.pass_time(begun["interval"])
    assert auth.complete_device(begun["deviceSession"])["username"] == ADELE
    assert auth.refresh()["scopes"]


def test_a_personal_account_signs_in_and_reads_its_mail() -> None:
    with Sandbox(users=[ADELE, MEGAN]) as running:
        world = World(running)
        config = running.config(MEGAN, refreshToken=None)
        auth = world.auth(world.config(MEGAN, refreshToken=None))
        assert world.sign_in(auth, MEGAN)["username"] == MEGAN
        with connect(config, token_store=world.store) as connector:
            assert "value" in connector.invoke("messages.list", {"limit": 1})
