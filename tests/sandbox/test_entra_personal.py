"""Personal Microsoft accounts beside work ones.

https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints
"""

import base64
import json

import jwt
import pytest
from entra_client import EntraClient, Page, aadsts, returned

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.tenant import PASSWORD

ADELE, MEGAN = "adele@contoso.example", "megan@outlook.example"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.fixture(scope="module")
def shared():
    with Sandbox(users=[ADELE, MEGAN]) as sandbox:
        yield sandbox


@pytest.fixture
def client(shared):
    shared.reset()
    return EntraClient(shared)


@pytest.mark.parametrize("tenant", ["consumers", "common", CONSUMERS])
def test_a_personal_account_signs_in(client, tenant):
    code = returned(client.authorize(tenant=tenant, sandbox_user=MEGAN))["code"]
    tokens = client.redeem(code, tenant=tenant).json()
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["tid"], claims["preferred_username"]) == (CONSUMERS, MEGAN)
    assert claims["iss"] == f"{client.sandbox.base_url}/{CONSUMERS}/v2.0"
    raw = tokens["client_info"]
    info = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    assert info["utid"] == CONSUMERS and info["uid"].startswith("00000000-0000-0000-")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.http.get(f"{client.sandbox.graph_url}/me/messages", headers=headers).ok


@pytest.mark.parametrize(
    ("tenant", "user"),
    [("organizations", MEGAN), ("contoso.example", MEGAN), ("consumers", ADELE)],
)
def test_an_account_of_the_other_sort_is_told_so(client, tenant, user):
    back = returned(client.authorize(tenant=tenant, sandbox_user=user))
    assert back["error_description"].startswith("AADSTS50020")
    page = client.submit(client.authorize(tenant=tenant), login=user, passwd=PASSWORD)
    assert "AADSTS50020" in Page(page.text).text


def test_the_metadata_name_the_consumers_tenant(client):
    url = f"{client.sandbox.base_url}/consumers/v2.0/.well-known/openid-configuration"
    metadata = client.http.get(url).json()
    assert metadata["issuer"] == f"{client.sandbox.base_url}/{CONSUMERS}/v2.0"
    assert metadata["token_endpoint"] == f"{client.sandbox.base_url}/consumers/oauth2/v2.0/token"


def test_the_config_of_a_personal_user_points_there(client):
    config = client.sandbox.config(MEGAN)
    assert config["authority"] == f"{client.sandbox.base_url}/consumers"
    assert client.refresh(config["refreshToken"], tenant="consumers").ok


def test_a_personal_account_is_not_of_the_tenant_for_an_administrator(client):
    assert aadsts(client.token(tenant="fabrikam", grant_type="refresh_token", refresh_token="x")) == 90002
    assert client.sandbox.directory.user(ADELE).admin and not client.sandbox.directory.user(MEGAN).admin
