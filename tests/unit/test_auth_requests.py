"""Each flow's requests, in each cloud, held against the form that Microsoft documents.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from outlook_connector.auth import Auth, Wanted
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.schema import Schemas
from outlook_connector.store import MemoryStore

CLOUDS = {
    "global": ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "usGov": ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "usGovDod": ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": ("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}
SIGN_IN = {"offline_access", "openid", "profile"}
CP1 = {"access_token": {"xms_cc": {"values": ["CP1"]}}}


class Cloud:
    """A cloud whose token endpoint says yes to everything, and what it was sent."""

    def __init__(self, name: str, http: responses.RequestsMock) -> None:
        self.http = http
        login, self.graph = CLOUDS[name]
        self.authority = f"{login}/contoso.example"
        self.config = {"cloud": name, "tenantId": "contoso.example", "clientId": "app-1"}
        where = self.authority + "/oauth2/v2.0"
        http.get(
            self.authority + "/v2.0/.well-known/openid-configuration",
            json={
                "issuer": self.authority + "/v2.0",
                "token_endpoint": where + "/token",
                "authorization_endpoint": where + "/authorize",
                "device_authorization_endpoint": where + "/devicecode",
            },
        )
        http.post(
            where + "/token", json={"access_token": "at-1", "refresh_token": "rt-2", "expires_in": 3600}
        )
        http.post(
            where + "/devicecode",
            json={
                "user_code": "ABC",
                "device_code": "dc-1",
                "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": 900,
                "interval": 5,
            },
        )

    def auth(self, **config: Any) -> Auth:
        settings = build(read({**self.config, **config}, {}), Schemas())
        return Auth(settings, MemoryStore(), requests.Session(), ("Mail.Read", "User.Read"), clock=Brisk())

    def sent(self, path: str) -> dict[str, str]:
        """The form of the last request, which went to this path of the cloud's own sign-in host."""
        call = self.http.calls[-1].request
        assert call.url == self.authority + path
        assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
        return {name: values[0] for name, values in parse_qs(str(call.body)).items()}

    def scopes(self) -> set[str]:
        prefix = "" if self.graph == "https://graph.microsoft.com" else self.graph + "/"
        return {prefix + "Mail.Read", prefix + "User.Read", *SIGN_IN}


class Brisk:
    """A clock on which each look finds a minute gone."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        self.now += 60
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        yield Cloud(request.param, http)


def test_client_credentials(cloud: Cloud) -> None:
    cloud.auth(auth="application", mailbox="a@b.example", clientSecret="secret-1").token()
    sent = cloud.sent("/oauth2/v2.0/token")
    assert sent["grant_type"] == "client_credentials"
    assert (sent["client_id"], sent["client_secret"]) == ("app-1", "secret-1")
    assert sent["scope"] == cloud.graph + "/.default"
    assert json.loads(sent["claims"]) == CP1


def test_a_refresh(cloud: Cloud) -> None:
    cloud.auth(refreshToken="rt-1", clientSecret="secret-1").token()
    sent = cloud.sent("/oauth2/v2.0/token")
    assert (sent["grant_type"], sent["refresh_token"]) == ("refresh_token", "rt-1")
    assert (sent["client_id"], sent["client_secret"]) == ("app-1", "secret-1")
    assert set(sent["scope"].split()) == cloud.scopes()
    assert json.loads(sent["claims"]) == CP1


def test_a_refresh_that_answers_a_claims_challenge(cloud: Cloud) -> None:
    demanded = {"access_token": {"nbf": {"essential": True, "value": "1604106651"}}}
    cloud.auth(refreshToken="rt-1").token(Wanted(rejected="at-0", claims=json.dumps(demanded)))
    claims = json.loads(cloud.sent("/oauth2/v2.0/token")["claims"])
    assert claims == {"access_token": {**demanded["access_token"], **CP1["access_token"]}}


def test_an_authorization_code(cloud: Cloud) -> None:
    auth = cloud.auth(redirectUri="https://app.example/callback")
    begun = auth.begin(login_hint="kim@contoso.example", prompt="select_account")
    url = urlsplit(begun["authorizationUrl"])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url._replace(query="").geturl() == cloud.authority + "/oauth2/v2.0/authorize"
    assert (asked["client_id"], asked["response_type"], asked["response_mode"]) == ("app-1", "code", "query")
    assert asked["redirect_uri"] == "https://app.example/callback"
    assert (asked["login_hint"], asked["prompt"]) == ("kim@contoso.example", "select_account")
    assert set(asked["scope"].split()) == cloud.scopes()
    assert asked["code_challenge_method"] == "S256"
    auth.complete({"state": begun["state"], "code": "code-1"})
    sent = cloud.sent("/oauth2/v2.0/token")
    assert (sent["grant_type"], sent["code"]) == ("authorization_code", "code-1")
    assert sent["redirect_uri"] == asked["redirect_uri"]
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert "client_secret" not in sent


def test_a_device_code(cloud: Cloud) -> None:
    auth = cloud.auth()
    begun = auth.begin_device()
    sent = cloud.sent("/oauth2/v2.0/devicecode")
    assert sent["client_id"] == "app-1"
    assert set(sent["scope"].split()) == cloud.scopes()
    assert auth.complete_device(begun["deviceSession"])["pending"] is False
    sent = cloud.sent("/oauth2/v2.0/token")
    assert sent["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
    assert (sent["client_id"], sent["device_code"]) == ("app-1", "dc-1")


def test_an_administrators_consent(cloud: Cloud) -> None:
    url = urlsplit(cloud.auth(redirectUri="https://app.example/callback").status()["adminConsentUrl"])
    assert url._replace(query="").geturl() == cloud.authority + "/v2.0/adminconsent"
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert asked == {
        "client_id": "app-1",
        "scope": cloud.graph + "/.default",
        "redirect_uri": "https://app.example/callback",
    }
