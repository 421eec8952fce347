"""Microsoft's own library signs in at the sandbox as it does at Entra ID."""

import msal
import pytest
import requests
from entra_client import Page

from outlook_connector.sandbox import Sandbox

DEFAULT = ["https://graph.microsoft.com/.default"]


@pytest.fixture
def http(outlook_sandbox):
    session = requests.Session()
    session.verify, session.trust_env = outlook_sandbox.ca_file, False
    return session


def confidential(sandbox, http, **changes):
    options = {"authority": sandbox.authority, "client_credential": sandbox.client_secret, **changes}
    return msal.ConfidentialClientApplication(
        sandbox.client_id, instance_discovery=False, http_client=http, **options
    )


def public(sandbox, http):
    return msal.PublicClientApplication(
        sandbox.public_client_id, authority=sandbox.authority, instance_discovery=False, http_client=http
    )


def sign_in(app, http, redirect_uri, scopes, user="adele@contoso.example"):
    flow = app.initiate_auth_code_flow(scopes, redirect_uri=redirect_uri, response_mode="form_post")
    page = Page(http.get(flow["auth_uri"], headers={"x-sandbox-user": user}).text)
    assert page.action == redirect_uri
    return app.acquire_token_by_auth_code_flow(flow, page.fields)


@pytest.mark.parametrize("make", [confidential, public])
def test_a_person_signs_in_with_pkce_and_state_and_nonce(outlook_sandbox, http, make):
    app = make(outlook_sandbox, http)
    result = sign_in(app, http, "http://localhost:5001", ["Mail.Read", "Mail.Send"])
    assert result.get("access_token"), result
    assert result["id_token_claims"]["preferred_username"] == "adele@contoso.example"


def test_the_account_is_remembered_and_its_token_comes_from_the_cache(outlook_sandbox, http):
    app = public(outlook_sandbox, http)
    signed_in = sign_in(app, http, "http://localhost", ["Mail.Read"])
    [account] = app.get_accounts()
    assert account["username"] == "adele@contoso.example"
    assert account["home_account_id"] == f"{outlook_sandbox.users[0].id}.{outlook_sandbox.tenant_id}"
    assert app.acquire_token_silent(["Mail.Read"], account)["access_token"] == signed_in["access_token"]


def test_an_ageing_token_is_refreshed_silently(http):
    with Sandbox(token_lifetime=301) as sandbox:
        http.verify = sandbox.ca_file
        app = public(sandbox, http)
        first = sign_in(app, http, "http://localhost", ["Mail.Read"])
        again = app.acquire_token_silent(["Mail.Read"], app.get_accounts()[0], force_refresh=True)
        assert again["access_token"] != first["access_token"]


def test_two_people_have_two_accounts(outlook_sandbox, http):
    app = public(outlook_sandbox, http)
    for user in outlook_sandbox.users[:2]:
        sign_in(app, http, "http://localhost", ["Mail.Read"], user.address)
    assert {a["username"] for a in app.get_accounts()} == {"adele@contoso.example", "kim@contoso.example"}


def test_a_refresh_token_from_the_config_is_taken_in(outlook_sandbox, http):
    token = outlook_sandbox.config("kim@contoso.example")["refreshToken"]
    app = confidential(outlook_sandbox, http)
    result = app.acquire_token_by_refresh_token(token, ["Mail.ReadWrite", "Mail.Send", "User.Read"])
    assert result["id_token_claims"]["preferred_username"] == "kim@contoso.example"


def test_client_credentials(outlook_sandbox, http):
    app = confidential(outlook_sandbox, http)
    assert app.acquire_token_for_client(DEFAULT)["token_source"] == "identity_provider"
    assert app.acquire_token_for_client(DEFAULT)["token_source"] == "cache"


def test_a_wrong_secret_is_reported_with_its_code(outlook_sandbox, http):
    result = confidential(outlook_sandbox, http, client_credential="wrong").acquire_token_for_client(DEFAULT)
    assert (result["error"], result["error_codes"]) == ("invalid_client", [7000215])


def test_an_expired_refresh_token_says_why(outlook_sandbox, http):
    app = public(outlook_sandbox, http)
    sign_in(app, http, "http://localhost", ["Mail.Read"])
    outlook_sandbox.entra.expire_refresh_tokens()
    account = app.get_accounts()[0]
    result = app.acquire_token_silent_with_error(["Mail.Read"], account, force_refresh=True)
    assert (result["error"], result["error_codes"]) == ("invalid_grant", [700082])


def test_an_unknown_tenant_is_found_out_at_once(outlook_sandbox, http):
    with pytest.raises(ValueError, match="tenant"):
        confidential(outlook_sandbox, http, authority=f"{outlook_sandbox.base_url}/fabrikam.example")
