"""Managed identities: the endpoints of a virtual machine and of App Service.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

import msal
import pytest
import requests
from entra_client import EntraClient
from jwt import decode

from outlook_connector.sandbox import Sandbox

GRAPH = "https://graph.microsoft.com"
KINDS = ("imds", "appService")


@pytest.fixture(scope="module")
def shared():
    with Sandbox(users=["adele@contoso.example"]) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared):
    shared.reset()
    return shared


@pytest.fixture
def http():
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.fixture
def imds(sandbox, http):
    url = sandbox.managed_identity_environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"]

    def get(headers=None, **query):
        given = {"api-version": "2018-02-01", "resource": GRAPH, **query}
        kept = {name: value for name, value in given.items() if value is not None}
        sent = {"Metadata": "true"} if headers is None else headers
        return http.get(f"{url}/metadata/identity/oauth2/token", params=kept, headers=sent)

    return get


@pytest.fixture
def app_service(sandbox, http):
    environment = sandbox.managed_identity_environment("appService")

    def get(headers=None, **query):
        given = {"api-version": "2019-08-01", "resource": GRAPH, **query}
        sent = {"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]} if headers is None else headers
        return http.get(environment["IDENTITY_ENDPOINT"], params=given, headers=sent)

    return get


def identity_client(sandbox, monkeypatch, http, kind, identity):
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in sandbox.managed_identity_environment(kind).items():
        monkeypatch.setenv(name, value)
    return msal.ManagedIdentityClient(identity, http_client=http)


@pytest.mark.parametrize("kind", KINDS)
def test_msal_gets_a_token_that_graph_takes(sandbox, monkeypatch, http, kind):
    app = identity_client(sandbox, monkeypatch, http, kind, msal.SystemAssignedManagedIdentity())
    token = app.acquire_token_for_client(resource=GRAPH)["access_token"]
    graph = EntraClient(sandbox).http
    url = f"{sandbox.graph_url}/users/adele@contoso.example/messages"
    assert graph.get(url, headers={"Authorization": f"Bearer {token}"}).ok


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["client_id", "object_id", "resource_id"])
def test_msal_chooses_a_user_assigned_identity(sandbox, monkeypatch, http, kind, by):
    wanted = sandbox.directory.identities[1]
    chosen = msal.UserAssignedManagedIdentity(**{by: getattr(wanted, by)})
    app = identity_client(sandbox, monkeypatch, http, kind, chosen)
    claims = decode(
        app.acquire_token_for_client(resource=GRAPH)["access_token"], options={"verify_signature": False}
    )
    assert (claims["appid"], claims["oid"], claims["roles"]) == (
        wanted.client_id,
        wanted.object_id,
        ["Mail.Read"],
    )
    assert claims["xms_mirid"] == wanted.resource_id and claims["idtyp"] == "app"


def test_the_machine_answers_in_texts(imds, sandbox):
    answer = imds()
    assert set(answer.json()) >= {"access_token", "client_id", "expires_in", "expires_on", "not_before"}
    assert all(isinstance(value, str) for value in answer.json().values())
    assert answer.json()["client_id"] == sandbox.directory.identities[0].client_id


WRONG = {
    "no Metadata header": ({"headers": {}}, "invalid_request"),
    "Metadata: false": ({"headers": {"Metadata": "false"}}, "invalid_request"),
    "forwarded": ({"headers": {"Metadata": "true", "X-Forwarded-For": "10.0.0.1"}}, "invalid_request"),
    "no api-version": ({"api-version": None}, "invalid_request"),
    "an api-version too old": ({"api-version": "2016-01-01"}, "invalid_request"),
    "no resource": ({"resource": None}, "invalid_request"),
    "an unknown resource": ({"resource": "https://unknown.example"}, "invalid_resource"),
    "an unknown identity": ({"client_id": "11111111-0000-0000-0000-000000000000"}, "invalid_request"),
}


@pytest.mark.parametrize(("change", "error"), WRONG.values(), ids=WRONG)
def test_the_machine_refuses(imds, change, error):
    answer = imds(**change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"]


def test_several_identities_must_be_told_apart(imds, sandbox):
    del sandbox.directory.identities[0]
    assert imds().ok
    sandbox.directory.identities.append(sandbox.directory.identities[0])
    assert "Multiple user assigned identities" in imds().json()["error_description"]


def test_no_identity_at_all(imds, sandbox):
    sandbox.directory.identities.clear()
    assert imds().json() == {"error": "invalid_request", "error_description": "Identity not found"}


def test_only_get_and_only_these_paths(sandbox, http):
    url = sandbox.managed_identity_environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
    assert http.post(f"{url}/metadata/identity/oauth2/token", headers={"Metadata": "true"}).status_code == 405
    assert http.get(f"{url}/metadata/instance", headers={"Metadata": "true"}).status_code == 404
    assert http.get(f"{url}/v1.0/me").status_code == http.get(f"{url}/_sandbox/requests").status_code == 404


def test_app_service_says_when_the_token_expires(app_service, sandbox):
    body = app_service().json()
    left = int(body["expires_on"]) - sandbox.clock.now().timestamp()
    assert isinstance(body["expires_on"], str) and 3590 < left <= 3600
    assert body["token_type"] == "Bearer" and "expires_in" not in body


def test_the_header_is_kept_out_of_the_records(app_service, sandbox):
    secret = sandbox.managed_identity_environment("appService")["IDENTITY_HEADER"]
    assert app_service().ok
    assert sandbox.requests and secret not in repr(sandbox.requests)


def test_the_endpoints_can_be_asked_for_over_http(sandbox, http):
    http.verify = sandbox.ca_file
    shown = http.get(f"{sandbox.admin_url}/identity").json()
    assert shown == {kind: sandbox.managed_identity_environment(kind) for kind in KINDS}


def test_app_service_wants_its_header(app_service):
    assert app_service(headers={}).status_code == 401
    assert app_service(headers={"X-IDENTITY-HEADER": "guess"}).status_code == 401


@pytest.mark.parametrize("change", [{"api-version": "2018-02-01"}, {"resource": "https://unknown.example"}])
def test_app_service_reports_in_its_own_shape(app_service, change):
    body = app_service(**change).json()
    assert body["statusCode"] == 400 and body["message"]


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_faults_can_be_ordered(imds, sandbox, status):
    sandbox.fault("GET /metadata/identity/oauth2/token", status=status, retry_after=1)
    assert imds().status_code == status
    assert imds().status_code == 200
    assert [one.path for one in sandbox.requests] == ["/metadata/identity/oauth2/token"] * 2


def test_both_kinds_share_one_endpoint_and_it_stops_with_the_sandbox(http):
    with Sandbox(users=["adele@contoso.example"]) as sandbox:
        first = sandbox.managed_identity_environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
        assert sandbox.managed_identity_environment("appService")["IDENTITY_ENDPOINT"].startswith(first)
    with pytest.raises(requests.ConnectionError):
        http.get(first, timeout=2)
