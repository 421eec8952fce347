"""A connection configuration: where it comes from, what is refused, and that no secret is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import ConfigError, InvalidInput, connect
from outlook_connector.config import Config
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.schema import Schemas

SECRET = "canary-7f3a"
APP = {"clientId": "abc", "clientSecret": SECRET, "tenantId": "contoso.example"}


def made(source: Any, environment: dict[str, str] | None = None) -> Config:
    return build(read(source, environment or {}), Schemas())


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({**APP, "mailbox": "kim@contoso.example"}, "application"),
        ({**APP, "redirectUri": "https://host/callback"}, "delegated"),
        ({**APP, "refreshToken": "x", "mailbox": "kim@contoso.example"}, "delegated"),
        ({"clientId": "abc"}, "delegated"),
        ({"accessToken": "x"}, "hostToken"),
        ({"auth": "managedIdentity", "mailbox": "kim@contoso.example"}, "managedIdentity"),
        (
            {"clientId": "a", "tenantId": "t", "mailbox": "a@b", "certificate": {"path": "app.pem"}},
            "application",
        ),
        ({"clientId": "a", "tenantId": "t", "mailbox": "a@b", "federatedTokenFile": "t"}, "application"),
    ],
)
def test_auth_may_be_left_out_where_one_reading_is_left(config: dict[str, Any], kind: str) -> None:
    assert made(config).auth == kind


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        (APP, "/auth"),
        ({"clientID": "abc"}, "/clientID"),
        ({"clientId": 5}, "/clientId"),
        ({"clientId": "abc", "cloud": "mars"}, "/cloud"),
        ({"clientId": "abc", "graphUrl": "http://graph.microsoft.com/v1.0"}, "/graphUrl"),
        ({"clientId": "abc", "http": {"timeout": 0}}, "/http/timeout"),
        ({"clientId": "abc", "http": {"time": 1}}, "/http/time"),
        ({"clientId": "abc", "recipients": {"allow": "kim"}}, "/recipients/allow"),
        ({**APP, "auth": "application"}, "/mailbox"),
        ({**APP, "auth": "application", "mailbox": "me"}, "/mailbox"),
        ({**APP, "auth": "application", "mailbox": "a@b", "tenantId": "common"}, "/tenantId"),
        ({"auth": "hostToken"}, "/accessToken"),
        ({"auth": "managedIdentity"}, "/mailbox"),
        ({"auth": "managedIdentity", "mailbox": "me"}, "/mailbox"),
        ({"auth": "application", "clientId": "a", "tenantId": "t", "mailbox": "a@b"}, "/clientSecret"),
        ({**APP, "auth": "delegated", "certificate": {"path": "app.pem"}}, "/certificate"),
        (
            {"auth": "delegated", "clientId": "a", "certificate": {"path": "app.pem", "pem": SECRET}},
            "/certificate",
        ),
        ({"auth": "delegated", "clientId": "a", "certificate": {"password": SECRET}}, "/certificate"),
        ({"clientId": "a", "certificate": {"file": "/no/such/file"}}, "/certificate"),
        ({"clientId": "abc", "clientSecret": {"env": "NOT_SET"}}, "/clientSecret"),
        ({"clientId": "abc", "clientSecret": {"file": "/no/such/file"}}, "/clientSecret"),
        ({"clientId": "abc", "authority": "https://login/a", "tenantId": "b"}, "/authority"),
    ],
)
def test_a_wrong_key_is_named_and_no_secret_told(config: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(config)
    assert pointer in [problem["pointer"] for problem in caught.value.details["problems"]]
    assert SECRET not in json.dumps(caught.value.to_dict())


def test_every_wrong_key_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        made({"clientId": 5, "cloud": "mars", "colour": "red"})
    assert len(caught.value.details["problems"]) == 3


def test_a_misspelt_key_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigError, match="did you mean clientSecret"):
        made({"clientId": "abc", "clientSecrt": SECRET})


def test_values_may_be_references(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    config = {
        "clientId": {"env": "APP"},
        "clientSecret": {"file": str(file)},
        "mailbox": "a@b",
        "tenantId": "t",
    }
    settings = made(config, {"APP": "abc"})
    assert settings.client_id == "abc"
    assert settings.client_secret is not None
    assert settings.client_secret.reveal() == SECRET


def test_a_secret_does_not_show_itself() -> None:
    settings = made(
        {**APP, "mailbox": "a@b", "refreshToken": SECRET, "accessToken": SECRET, "auth": "delegated"}
    )
    assert SECRET not in repr(settings) + str(settings) + f"{settings.client_secret}"


@pytest.mark.parametrize("name", ["config.json", "config.yaml"])
def test_a_file_is_json_or_yaml(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(json.dumps({"clientId": "abc"}))
    assert made(path).client_id == made(None, {"OUTLOOK_CONNECTOR_CONFIG": str(path)}).client_id == "abc"


@pytest.mark.parametrize(
    "text", [f"clientSecret: [{SECRET}", f"- {SECRET}", f'clientId: a\nclientId: "{SECRET}"']
)
def test_a_broken_file_is_refused_without_quoting_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        made(path)
    assert SECRET not in str(caught.value)


def test_the_environment_sets_single_keys() -> None:
    environment = {
        "OUTLOOK_CONNECTOR_CLIENT_ID": "abc",
        "OUTLOOK_CONNECTOR_TENANT_ID": "12345",
        "OUTLOOK_CONNECTOR_READ_ONLY": "true",
        "OUTLOOK_CONNECTOR_RECIPIENTS": '{"allow": ["*@contoso.example"]}',
        "OUTLOOK_CONNECTOR_KEY": "not a configuration key",
    }
    settings = made(None, environment)
    assert (settings.client_id, settings.tenant_id, settings.rules.read_only) == ("abc", "12345", True)
    assert settings.rules.recipients_allow == ("*@contoso.example",)


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        ("global", "https://login.microsoftonline.com/t", "https://graph.microsoft.com/v1.0"),
        ("usGov", "https://login.microsoftonline.us/t", "https://graph.microsoft.us/v1.0"),
        ("usGovDod", "https://login.microsoftonline.us/t", "https://dod-graph.microsoft.us/v1.0"),
        (
            "china",
            "https://login.partner.microsoftonline.cn/t",
            "https://microsoftgraph.chinacloudapi.cn/v1.0",
        ),
    ],
)
def test_a_cloud_has_its_own_hosts(cloud: str, login: str, graph: str) -> None:
    settings = made({"clientId": "abc", "tenantId": "t", "cloud": cloud})
    assert (settings.authority, settings.graph_url) == (login, graph)
    assert settings.graph_url == settings.graph_audience + "/v1.0"


@pytest.mark.parametrize(
    "source",
    [
        5,
        ["x"],
        "\0",
        "~nosuchuser/config.yaml",
        "/",
        {"clientId": "a\ud800"},
        {"clientId": "abc", "account": "a\nb"},
    ]
    + [
        {"clientId": "abc", "graphUrl": url}
        for url in ("https://[::1", "https://host:x/v1.0", "https://host:99999/v1.0")
    ]
    + [
        {"accessToken": "two\nlines"},
        {"clientId": {"file": "\0"}},
        {"clientId": {"file": "~nosuchuser/x"}},
        {5: "x"},
    ],
)
def test_whatever_is_given_is_taken_or_refused_in_one_form(source: Any) -> None:
    with pytest.raises(ConfigError):
        made(source)


def test_a_managed_identity_has_no_mailbox_of_its_own() -> None:
    with (
        connect({"auth": "managedIdentity", "mailbox": "a@b", "tokenStore": "memory:"}) as connector,
        pytest.raises(InvalidInput, match="/mailbox"),
    ):
        connector.invoke("messages.list", {"mailbox": "me"})


@pytest.mark.parametrize(
    "change",
    [
        {"tokenStore": "sqlite:~nosuchuser/x"},
        {"tokenStore": "sqlite:"},
        {"storeKey": ","},
        {"files": {"allow": ["~nosuchuser"]}},
    ],
)
def test_what_cannot_be_opened_is_a_configuration_error(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        connect({"clientId": "abc", "tokenStore": f"sqlite:///{tmp_path}/s.db", **change})
