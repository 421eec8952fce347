"""What tests see and steer: recorded requests, the clock, reset, the config, and the same over HTTP."""

import pytest
from entra_client import EntraClient

from outlook_connector.sandbox import Sandbox, User


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


@pytest.fixture
def token(client, outlook_sandbox):
    return client.refresh(outlook_sandbox.config()["refreshToken"]).json()["access_token"]


@pytest.fixture
def admin(client, outlook_sandbox):
    def call(method, path, **body):
        return client.http.request(method, f"{outlook_sandbox.admin_url}/{path}", json=body or None)

    return call


def me(client, token):
    return client.http.get(f"{client.sandbox.graph_url}/me", headers={"Authorization": f"Bearer {token}"})


def test_requests_are_recorded_in_order_without_their_secrets(client, outlook_sandbox, token):
    me(client, token)
    first, second = outlook_sandbox.requests
    assert (first.service, first.method, first.status, first.has_bearer) == ("entra", "POST", 200, False)
    assert (second.service, second.path, second.status, second.has_bearer) == ("graph", "/v1.0/me", 200, True)
    assert second.headers["user-agent"].startswith("python-requests")
    recorded = repr(outlook_sandbox.requests)
    assert token not in recorded and outlook_sandbox.client_secret not in recorded
    assert "authorization" not in second.headers


def test_paths_and_queries_are_recorded_as_they_arrived(client, outlook_sandbox):
    client.http.get(f"{outlook_sandbox.graph_url}/me/messages/AA%2FB%2B%3D?$select=id")
    last = outlook_sandbox.requests[-1]
    assert (last.path, last.query, last.status) == ("/v1.0/me/messages/AA%2FB%2B%3D", "$select=id", 401)


def test_a_token_expires_by_the_sandboxs_clock(client, outlook_sandbox, token):
    assert me(client, token).ok
    outlook_sandbox.clock.advance(3601)
    assert me(client, token).status_code == 401


def test_reset_forgets_everything(client, outlook_sandbox, token):
    outlook_sandbox.fault("GET /me", status=500)
    outlook_sandbox.clock.advance(9999)
    outlook_sandbox.directory.app.secrets[0].value = "another"
    refresh_token = outlook_sandbox.config()["refreshToken"]
    outlook_sandbox.reset()
    assert outlook_sandbox.requests == [] and outlook_sandbox.client_secret != "another"
    assert me(client, token).ok
    assert not client.refresh(refresh_token).ok


def test_the_delegated_config_is_whole(outlook_sandbox):
    config = outlook_sandbox.config("kim@contoso.example")
    assert set(config) == {
        "auth", "tenantId", "clientId", "clientSecret", "refreshToken", "redirectUri", "authority", "graphUrl",
        "graphAudience", "http", "tokenStore",
    }  # fmt: skip
    assert (config["auth"], config["tokenStore"]) == ("delegated", "memory:")
    assert config["authority"] == f"{outlook_sandbox.base_url}/{outlook_sandbox.tenant_id}"
    assert config["http"] == {"caBundle": outlook_sandbox.ca_file}


def test_the_application_config_names_a_mailbox(outlook_sandbox):
    config = outlook_sandbox.config("kim@contoso.example", auth="application")
    assert config["mailbox"] == "kim@contoso.example" and "refreshToken" not in config


def test_overrides_replace_keys_and_none_removes_them(outlook_sandbox):
    config = outlook_sandbox.config(readOnly=True, clientSecret=None, tokenStore="sqlite:///x.db")
    assert config["readOnly"] is True and config["tokenStore"] == "sqlite:///x.db"
    assert "clientSecret" not in config


def test_the_config_of_an_unknown_user_is_refused(outlook_sandbox):
    with pytest.raises(ValueError, match="no user nobody"):
        outlook_sandbox.config("nobody@contoso.example")


def test_users_can_be_chosen():
    zoe = User("00000000-0000-0000-0000-00000000000a", "zoe@contoso.example", "Zoe", "Zoes-own-password")
    with Sandbox(users=[zoe, "max.mustermann@contoso.example", "kim@contoso.example"]) as sandbox:
        assert [user.name for user in sandbox.users] == ["Zoe", "Max Mustermann", "Kim Akers"]
        client = EntraClient(sandbox)
        token = client.refresh(sandbox.config()["refreshToken"]).json()["access_token"]
        assert me(client, token).json()["userPrincipalName"] == "zoe@contoso.example"


def test_faults_can_be_ordered_over_http(admin, client, token):
    assert admin("POST", "faults", match="GET /me", status=503, retryAfter=1, times=3).ok
    assert (me(client, token).status_code, me(client, token).headers["Retry-After"]) == (503, "1")
    assert admin("DELETE", "faults").ok
    assert me(client, token).ok


def test_a_fault_that_makes_no_sense_is_refused_over_http(admin):
    assert admin("POST", "faults", match="GET /me", stattus=503).status_code == 400
    assert admin("POST", "faults", match="GET /me").status_code == 400


def test_requests_and_reset_over_http(admin, client, token):
    me(client, token)
    assert [request["service"] for request in admin("GET", "requests").json()] == ["entra", "graph"]
    assert admin("POST", "reset").ok
    assert admin("GET", "requests").json() == []


def test_the_clock_over_http(admin, client, token):
    assert "T" in admin("POST", "clock", advance=3601).json()["now"]
    assert me(client, token).status_code == 401


def test_mail_is_delivered_over_http_and_stands_in_the_ledger(admin):
    message = {"subject": "From outside", "body": {"contentType": "text", "content": "Hello"}}
    assert admin("POST", "deliver", user="adele@contoso.example", message=message).json()["id"]
    [delivery] = admin("GET", "ledger").json()["deliveries"]
    assert (delivery["to"], delivery["outcome"]) == ("adele@contoso.example", "delivered")


def test_mail_for_nobody_is_refused(admin):
    message = {"subject": "From outside"}
    assert admin("POST", "deliver", user="nobody@contoso.example", message=message).status_code == 400


def test_unknown_admin_paths_are_404(admin):
    assert admin("GET", "nothing").status_code == 404
