"""Every credential of an app, in the form that Microsoft documents for its request; what is wrong with one is told
before any request is made."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from outlook_connector.auth import Auth
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.errors import AuthError, ConfigError, ConnectorError, CredentialExpired, TransportError
from outlook_connector.schema import Schemas
from outlook_connector.store import MemoryStore

TENANT = "https://login.microsoftonline.com/contoso.example"
ENDPOINT = TENANT + "/oauth2/v2.0/token"
APP = {"tenantId": "contoso.example", "clientId": "app-1", "mailbox": "adele@contoso.example"}
PASSWORD = "password-canary-1"
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "outlook-connector")])
PKCS8 = serialization.PrivateFormat.PKCS8
PEM = serialization.Encoding.PEM
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: Any = KEY, days: int = 30) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - dt.timedelta(days=60)).not_valid_after(now + dt.timedelta(days=days))
    return made.sign(key, hashes.SHA256())


LEAF = certificate()


def pem(leaf: x509.Certificate = LEAF, key: Any = KEY, password: str | None = None) -> str:
    locked = serialization.BestAvailableEncryption(password.encode()) if password else None
    private = key.private_bytes(PEM, PKCS8, locked or serialization.NoEncryption())
    return (leaf.public_bytes(PEM) + private).decode()


def pfx(password: str) -> bytes:
    locked = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"app", KEY, LEAF, None, locked)


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(
            TENANT + "/v2.0/.well-known/openid-configuration",
            json={
                "issuer": TENANT + "/v2.0",
                "token_endpoint": ENDPOINT,
                "authorization_endpoint": TENANT + "/oauth2/v2.0/authorize",
                "device_authorization_endpoint": TENANT + "/oauth2/v2.0/devicecode",
            },
        )
        mocked.post(ENDPOINT, json={"token_type": "Bearer", "access_token": "at-1", "expires_in": 3600})
        yield mocked


def made(config: dict[str, Any], clock: Any = time) -> Auth:
    settings = build(read({**APP, "tokenStore": "memory:", **config}, {}), Schemas())
    return Auth(settings, MemoryStore(), requests.Session(), (), clock=clock)


def posted(http: responses.RequestsMock) -> dict[str, str]:
    body = http.calls[-1].request.body
    return {name: values[0] for name, values in parse_qs(str(body)).items()}


def in_file(tmp_path: Path, data: bytes | str) -> str:
    file = tmp_path / "credential"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(file)


CERTIFICATES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "PEM file": lambda folder: {"path": in_file(folder, pem())},
    "PEM file with a password": lambda folder: {
        "path": in_file(folder, pem(password=PASSWORD)),
        "password": PASSWORD,
    },
    "PEM text": lambda folder: {"pem": pem()},
    "PFX file": lambda folder: {"path": in_file(folder, pfx(PASSWORD)), "password": PASSWORD},
}


@pytest.mark.parametrize("form", CERTIFICATES)
@pytest.mark.parametrize("send_x5c", [False, True])
def test_a_certificate_signs_an_assertion_as_microsoft_documents_it(
    http: responses.RequestsMock, tmp_path: Path, form: str, send_x5c: bool
) -> None:
    auth = made({"certificate": {**CERTIFICATES[form](tmp_path), "sendX5c": send_x5c}})
    assert auth.token() == "at-1"
    sent = posted(http)
    assert sent["grant_type"] == "client_credentials"
    assert sent["scope"] == "https://graph.microsoft.com/.default"
    assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in sent
    header = jwt.get_unverified_header(sent["client_assertion"])
    thumbprint = jwt.utils.base64url_encode(LEAF.fingerprint(hashes.SHA256())).decode()
    assert (header["alg"], header["typ"], header["x5t#S256"].rstrip("=")) == ("PS256", "JWT", thumbprint)
    assert ("x5c" in header) is send_x5c
    claims = jwt.decode(sent["client_assertion"], KEY.public_key(), algorithms=["PS256"], audience=ENDPOINT)
    assert claims["iss"] == claims["sub"] == "app-1"
    assert 0 < claims["exp"] - claims["nbf"] <= 600
    assert {"jti", "iat"} <= set(claims)


def test_a_renewed_certificate_is_taken_up_without_a_restart(
    http: responses.RequestsMock, tmp_path: Path
) -> None:
    path = in_file(tmp_path, pem())
    auth = made({"certificate": {"path": path}})
    auth.token()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    in_file(tmp_path, pem(certificate(other), other))
    auth.refresh()
    jwt.decode(posted(http)["client_assertion"], other.public_key(), algorithms=["PS256"], audience=ENDPOINT)


def test_an_expired_certificate_is_told_before_any_request(http: responses.RequestsMock) -> None:
    auth = made({"certificate": {"pem": pem(certificate(days=-1))}})
    with pytest.raises(CredentialExpired, match="certificate") as refused:
        auth.token()
    assert len(http.calls) == 0
    assert refused.value.details["configKey"] == "certificate"
    shown = auth.status()["credential"]
    assert shown["expiresAt"] == refused.value.details["expiresAt"]
    assert "expired" in shown["problem"]
    assert len(shown["thumbprint"]) == 40


def test_status_tells_when_a_certificate_ends(http: responses.RequestsMock) -> None:
    shown = made({"certificate": {"pem": pem()}}).status()["credential"]
    assert shown == {
        "kind": "certificate",
        "expiresAt": LEAF.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "thumbprint": LEAF.fingerprint(hashes.SHA1()).hex().upper(),
    }
    assert len(http.calls) == 0


def ec_pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return pem(certificate(key), key)


def odd_pem() -> str:
    """A key on a curve that no library knows: the curve's id, and so its name, is another in each place."""
    der = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, PKCS8, serialization.NoEncryption()
    )
    named = der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d03017f"))
    return ssl.DER_cert_to_PEM_cert(named).replace("CERTIFICATE", "PRIVATE KEY")


BROKEN: dict[str, tuple[Callable[[Path], dict[str, Any]], str]] = {
    "no such file": (lambda folder: {"path": str(folder / "none.pem")}, "/certificate/path"),
    "no certificate": (lambda folder: {"path": in_file(folder, b"nothing of the kind")}, "/certificate/path"),
    "no key": (lambda folder: {"pem": LEAF.public_bytes(PEM).decode()}, "/certificate/path"),
    "another key": (
        lambda folder: {"pem": pem(key=rsa.generate_private_key(public_exponent=65537, key_size=2048))},
        "/certificate/path",
    ),
    "an unknown curve": (lambda folder: {"pem": odd_pem()}, "/certificate/path"),
    "not RSA": (lambda folder: {"pem": ec_pem()}, "/certificate/path"),
    "wrong password": (
        lambda folder: {"path": in_file(folder, pfx("another")), "password": PASSWORD},
        "/certificate/password",
    ),
    "password missing": (lambda folder: {"pem": pem(password=PASSWORD)}, "/certificate/password"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_certificate_that_cannot_be_used_is_named_by_its_key(
    http: responses.RequestsMock, tmp_path: Path, case: str
) -> None:
    settings, pointer = BROKEN[case]
    auth = made({"certificate": settings(tmp_path)})
    with pytest.raises(ConfigError) as refused:
        auth.token()
    assert refused.value.details["problems"][0]["pointer"] == pointer
    assert PASSWORD not in json.dumps(refused.value.to_dict())
    assert len(http.calls) == 0
    assert auth.status()["credential"]["problem"] == refused.value.message


def foreign(seconds: float = 600) -> str:
    return jwt.encode({"exp": time.time() + seconds, "sub": "pod"}, "k" * 32, algorithm="HS256")


def test_a_federated_token_file_is_read_at_each_use(http: responses.RequestsMock, tmp_path: Path) -> None:
    first, second = foreign(600), foreign(700)
    path = in_file(tmp_path, first)
    auth = made({"federatedTokenFile": path})
    auth.token()
    sent = posted(http)
    assert sent["client_assertion"] == first
    assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    in_file(tmp_path, second)
    auth.refresh()
    assert posted(http)["client_assertion"] == second


def test_a_federated_token_may_come_from_the_host(http: responses.RequestsMock) -> None:
    auth = made({"federatedToken": lambda: "from-the-host"})
    auth.token()
    assert posted(http)["client_assertion"] == "from-the-host"
    assert auth.status()["credential"] == {"kind": "federatedToken"}


def test_an_expired_federated_token_is_told_before_any_request(
    http: responses.RequestsMock, tmp_path: Path
) -> None:
    auth = made({"federatedTokenFile": in_file(tmp_path, foreign(-5))})
    with pytest.raises(CredentialExpired, match="federatedTokenFile"):
        auth.token()
    assert len(http.calls) == 0


@pytest.mark.parametrize("supply", [lambda: None, lambda: 1 / 0])
def test_a_hosts_federated_token_callable_that_fails_is_told(
    http: responses.RequestsMock, supply: Any
) -> None:
    with pytest.raises(AuthError, match="federatedToken"):
        made({"federatedToken": supply}).token()


IMDS = "http://169.254.169.254/metadata/identity/oauth2/token"
SITE = "http://127.0.0.1:41741/msi/token"


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("client_id", [None, "identity-1"])
def test_a_machines_identity_is_asked_for_as_imds_documents_it(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch, client_id: str | None
) -> None:
    http.get(IMDS, json={"access_token": "mi-1", "expires_in": "3599", "token_type": "Bearer"})
    config = {"auth": "managedIdentity", "clientId": client_id} if client_id else {"auth": "managedIdentity"}
    settings = build(read({"mailbox": "a@b.example", **config}, {}), Schemas())
    auth = Auth(settings, MemoryStore(), requests.Session(), ())
    assert [auth.token(), auth.token()] == ["mi-1", "mi-1"]
    (call,) = http.calls
    assert call.request.headers["Metadata"] == "true"
    sent = call.request.params
    assert (sent["api-version"], sent["resource"]) == ("2018-02-01", "https://graph.microsoft.com")
    assert sent.get("client_id") == client_id
    assert auth.status()["signedIn"] is True


def test_an_app_service_identity_is_asked_for_as_documented(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch
) -> None:
    azure.setenv("IDENTITY_ENDPOINT", SITE)
    azure.setenv("IDENTITY_HEADER", "header-canary")
    http.get(SITE, json={"access_token": "mi-2", "expires_on": str(int(time.time()) + 3600)})
    assert made({"auth": "managedIdentity"}).token() == "mi-2"
    (call,) = http.calls
    assert call.request.headers["X-IDENTITY-HEADER"] == "header-canary"
    assert call.request.params["api-version"] == "2019-08-01"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_request", "error_description": "Identity not found"}),
        (400, {"statusCode": 400, "message": "no such identity"}),
    ],
)
def test_an_identity_that_is_not_assigned_is_told(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch, status: int, body: dict[str, Any]
) -> None:
    http.get(IMDS, status=status, json=body)
    with pytest.raises(AuthError, match="Assign it"):
        made({"auth": "managedIdentity"}).token()


@pytest.mark.parametrize("status", [404, 410, 429, 500])
def test_an_endpoint_that_is_being_updated_is_asked_again(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch, status: int
) -> None:
    http.get(IMDS, status=status, json={"error": "updating"})
    http.get(IMDS, json={"access_token": "mi-3", "expires_in": "3599"})
    assert made({"auth": "managedIdentity"}).token() == "mi-3"


@pytest.mark.parametrize("status", [404, 429, 500])
def test_an_endpoint_that_stays_busy_is_called_what_it_is(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch, status: int
) -> None:
    http.get(IMDS, status=status, json={"error": "updating"})
    with pytest.raises(TransportError, match="endpoint for managed identities") as refused:
        made({"auth": "managedIdentity"}).token()
    assert refused.value.retryable is True
    assert "status.cloud.microsoft" not in refused.value.message
    assert refused.value.details["status"] == status


def test_a_token_that_ended_before_it_came_is_a_matter_of_this_machines_clock(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch
) -> None:
    azure.setenv("IDENTITY_ENDPOINT", SITE)
    azure.setenv("IDENTITY_HEADER", "header-canary")
    http.get(SITE, json={"access_token": "mi-4", "expires_on": str(int(time.time()) - 3600)})
    with pytest.raises(ConnectorError, match="clock"):
        made({"auth": "managedIdentity"}).token()


def test_outside_azure_it_is_said_that_there_is_no_endpoint(
    http: responses.RequestsMock, azure: pytest.MonkeyPatch
) -> None:
    http.get(IMDS, body=requests.ConnectionError())
    with pytest.raises(TransportError, match="on Azure only"):
        made({"auth": "managedIdentity"}).token()


def test_a_token_is_renewed_when_microsoft_wants_it_though_it_lives_on(http: responses.RequestsMock) -> None:
    """https://learn.microsoft.com/entra/msal/python/ (refresh_in): half of a long life by default."""
    clock = Ahead()
    http.replace(
        responses.POST,
        ENDPOINT,
        json={"token_type": "Bearer", "access_token": "at-1", "expires_in": 86400, "refresh_in": 43200},
    )
    auth = made({"federatedToken": lambda: "from-the-host"}, clock)
    assert auth.token() == "at-1"
    http.replace(responses.POST, ENDPOINT, json={"access_token": "at-2", "expires_in": 86400})
    assert auth.token() == "at-1"
    clock.seconds = 43_300
    assert auth.token() == "at-2"


class Ahead:
    """The real time, and what was added to it."""

    seconds = 0.0

    def time(self) -> float:
        return time.time() + self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
