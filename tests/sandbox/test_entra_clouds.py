"""Every cloud's host names, which the sandbox answers to; nothing leaves this machine.

https://learn.microsoft.com/graph/deployments
"""

import msal
import pytest
import requests
from entra_assertions import Certificate, present
from entra_client import EntraClient, aadsts
from jwt import decode
from requests.adapters import HTTPAdapter

from outlook_connector.sandbox.tenant import WORKLOAD

CLOUDS = {
    "global": ("login.microsoftonline.com", "graph.microsoft.com", "sts.windows.net"),
    "US government": ("login.microsoftonline.us", "graph.microsoft.us", "sts.windows.net"),
    "US DoD": ("login.microsoftonline.us", "dod-graph.microsoft.us", "sts.windows.net"),
    "China": ("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "sts.chinacloudapi.cn"),
    "China, older": ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "sts.chinacloudapi.cn"),
}


class Loopback(HTTPAdapter):
    """Connects to the sandbox whatever the URL's host is, and checks the certificate for that host."""

    def __init__(self, port):
        self._port = port
        super().__init__()

    def send(self, request, **options):
        host = requests.utils.urlparse(request.url).hostname
        request.headers["Host"] = host
        self.poolmanager.connection_pool_kw.update(server_hostname=host, assert_hostname=host)
        self.poolmanager.clear()
        request.url = request.url.replace(f"https://{host}", f"https://127.0.0.1:{self._port}", 1)
        return super().send(request, **options)


@pytest.fixture
def http(outlook_sandbox):
    session = requests.Session()
    session.verify, session.trust_env = outlook_sandbox.ca_file, False
    session.mount("https://", Loopback(int(outlook_sandbox.base_url.rsplit(":", 1)[1])))
    return session


def application(sandbox, http, login, credential):
    return msal.ConfidentialClientApplication(
        sandbox.client_id,
        authority=f"https://{login}/{sandbox.tenant_id}",
        client_credential=credential,
        instance_discovery=False,
        http_client=http,
    )


@pytest.mark.parametrize(("login", "graph", "sts"), CLOUDS.values(), ids=CLOUDS)
def test_an_application_signs_in_and_reads_mail_in_each_cloud(outlook_sandbox, http, login, graph, sts):
    app = application(outlook_sandbox, http, login, outlook_sandbox.client_secret)
    token = app.acquire_token_for_client([f"https://{graph}/.default"])["access_token"]
    claims = decode(token, options={"verify_signature": False})
    assert claims["aud"] == f"https://{graph}" and claims["iss"].startswith(f"https://{sts}/")
    url = f"https://{graph}/v1.0/users/adele@contoso.example/messages?$top=1"
    page = http.get(url, headers={"Authorization": f"Bearer {token}"}).json()
    assert page["@odata.nextLink"].startswith(f"https://{graph}/v1.0/")


@pytest.mark.parametrize(("login", "graph", "sts"), CLOUDS.values(), ids=CLOUDS)
def test_a_certificate_is_for_the_endpoint_of_its_cloud(outlook_sandbox, http, login, graph, sts):
    certificate = Certificate.self_signed()
    outlook_sandbox.directory.app.add_certificate(certificate.pem)
    app = application(
        outlook_sandbox, http, login, {"private_key": certificate.key, "public_certificate": certificate.pem}
    )
    assert "access_token" in app.acquire_token_for_client([f"https://{graph}/.default"])


@pytest.mark.parametrize(("login", "graph", "sts"), CLOUDS.values(), ids=CLOUDS)
def test_the_documents_name_the_host_that_was_asked(outlook_sandbox, http, login, graph, sts):
    base = f"https://{login}/{outlook_sandbox.tenant_id}"
    metadata = http.get(f"{base}/v2.0/.well-known/openid-configuration").json()
    for name in ("token_endpoint", "authorization_endpoint", "device_authorization_endpoint", "jwks_uri"):
        assert metadata[name].startswith(f"{base}/")
    instance = http.get(f"https://{login}/common/discovery/instance").json()
    assert login in instance["metadata"][0]["aliases"]


def test_a_token_of_one_cloud_is_refused_by_another(outlook_sandbox, http):
    app = application(outlook_sandbox, http, "login.microsoftonline.us", outlook_sandbox.client_secret)
    token = app.acquire_token_for_client(["https://graph.microsoft.us/.default"])["access_token"]
    for graph in ("graph.microsoft.com", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"):
        url = f"https://{graph}/v1.0/users/adele@contoso.example/messages"
        answer = http.get(url, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401 and "audience" in answer.json()["error"]["message"]


def test_another_clouds_resource_is_unknown(outlook_sandbox, http):
    client = EntraClient(outlook_sandbox)
    client.http = http
    url = f"https://login.chinacloudapi.cn/{outlook_sandbox.tenant_id}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": outlook_sandbox.client_id,
        "client_secret": outlook_sandbox.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    assert aadsts(http.post(url, data=form)) == 500011


@pytest.mark.parametrize("suffix", ["", "USGov", "China"])
def test_federated_tokens_name_their_clouds_exchange(outlook_sandbox, suffix):
    token = outlook_sandbox.issuer.token(WORKLOAD, audience=f"api://AzureADTokenExchange{suffix}")
    assert present(EntraClient(outlook_sandbox), token).ok


def test_short_scopes_mean_the_clouds_own_graph(outlook_sandbox, http):
    refresh_token = outlook_sandbox.config()["refreshToken"]
    url = f"https://login.microsoftonline.us/{outlook_sandbox.tenant_id}/oauth2/v2.0/token"
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": outlook_sandbox.client_id,
        "client_secret": outlook_sandbox.client_secret,
        "scope": "Mail.Read",
    }
    token = http.post(url, data=form).json()["access_token"]
    assert decode(token, options={"verify_signature": False})["aud"] == "https://graph.microsoft.us"


def test_a_device_is_signed_in_in_its_own_cloud(outlook_sandbox, http):
    base = f"https://login.microsoftonline.us/{outlook_sandbox.tenant_id}/oauth2/v2.0"
    app = outlook_sandbox.public_client_id
    scope = "https://dod-graph.microsoft.us/Mail.Read"
    device = http.post(f"{base}/devicecode", data={"client_id": app, "scope": scope}).json()
    assert device["verification_uri"] == "https://login.microsoftonline.us/devicelogin"
    EntraClient(outlook_sandbox).sign_in()
    outlook_sandbox.entra.approve_device(device["user_code"], "adele@contoso.example")
    form = {"client_id": app, "device_code": device["device_code"]}
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    tokens = http.post(f"{base}/token", data={**form, "grant_type": grant}).json()
    assert tokens["scope"] == scope
