"""An app trusts another issuer's tokens in place of a secret.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

from pathlib import Path

import jwt
import msal
import pytest
import requests
from entra_assertions import GRAPH_DEFAULT, Certificate, present
from entra_client import EntraClient, aadsts

from outlook_connector.sandbox import FederatedCredential
from outlook_connector.sandbox.tenant import WORKLOAD


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


def test_a_trusted_token_is_exchanged(client, outlook_sandbox):
    assert present(client, outlook_sandbox.issuer.token(WORKLOAD)).ok


def test_msal_reads_the_file_each_time(outlook_sandbox):
    session = requests.Session()
    session.verify, session.trust_env = outlook_sandbox.ca_file, False
    path = outlook_sandbox.federated_token_file()
    app = msal.ConfidentialClientApplication(
        outlook_sandbox.client_id,
        authority=outlook_sandbox.authority,
        client_credential={"client_assertion": lambda: Path(path).read_text()},
        instance_discovery=False,
        http_client=session,
    )
    assert "access_token" in app.acquire_token_for_client([GRAPH_DEFAULT])


def test_the_issuer_publishes_its_keys(client, outlook_sandbox):
    url = f"{outlook_sandbox.issuer.url}/.well-known/openid-configuration"
    configuration = client.http.get(url).json()
    keys = jwt.PyJWKSet.from_dict(client.http.get(configuration["jwks_uri"]).json())
    token = outlook_sandbox.issuer.token("me")
    key = keys[jwt.get_unverified_header(token)["kid"]].key
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="api://AzureADTokenExchange")
    assert (claims["iss"], claims["sub"]) == (configuration["issuer"], "me")


def test_issuer_subject_and_audience_must_match_to_the_letter(client, outlook_sandbox):
    token = outlook_sandbox.issuer.token
    numbers = {
        700213: token("system:serviceaccount:other:connector"),
        7002138: token(WORKLOAD.upper()),
        700212: token(WORKLOAD, audience="api://something-else"),
        700024: token(WORKLOAD, lifetime=-3600),
    }
    for number, presented in numbers.items():
        answer = present(client, presented)
        assert (aadsts(answer), answer.json()["error"]) == (number, "invalid_client")


def test_an_app_that_trusts_nobody_says_so(client, outlook_sandbox):
    outlook_sandbox.directory.app.federated.clear()
    assert aadsts(present(client, outlook_sandbox.issuer.token(WORKLOAD))) == 70025


def test_another_issuer_is_not_trusted(client, outlook_sandbox):
    foreign = Certificate.self_signed().assertion(
        outlook_sandbox, "RS256", iss="https://ci.example", sub=WORKLOAD
    )
    assert aadsts(present(client, foreign)) == 700211


@pytest.mark.parametrize("audience", [{"a": 1}, [{"a": 1}], None, 5])
def test_an_odd_audience_is_only_a_wrong_one(client, outlook_sandbox, audience):
    odd = Certificate.self_signed().assertion(
        outlook_sandbox, "RS256", iss=outlook_sandbox.issuer.url, sub=WORKLOAD, aud=audience
    )
    assert aadsts(present(client, odd)) == 700212


def test_a_trusted_issuer_whose_keys_cannot_be_fetched(client, outlook_sandbox):
    outlook_sandbox.directory.app.federated.append(FederatedCredential("x", "https://ci.example"))
    foreign = Certificate.self_signed().assertion(
        outlook_sandbox, "RS256", iss="https://ci.example", sub="x", aud="api://AzureADTokenExchange"
    )
    assert aadsts(present(client, foreign)) == 50166


def test_a_forged_token_of_the_issuer_is_refused(client, outlook_sandbox):
    real = outlook_sandbox.issuer.token(WORKLOAD)
    claims = jwt.decode(real, options={"verify_signature": False})
    forged = jwt.encode(
        claims, Certificate.self_signed().key, algorithm="RS256", headers=jwt.get_unverified_header(real)
    )
    assert aadsts(present(client, forged)) == 700027


def test_entras_own_tokens_are_no_federated_tokens(client):
    assert aadsts(present(client, client.sign_in()["access_token"])) == 700222


def test_it_expires_with_the_sandboxs_clock(client, outlook_sandbox):
    token = outlook_sandbox.issuer.token(WORKLOAD, lifetime=60)
    outlook_sandbox.clock.advance(400)
    assert aadsts(present(client, token)) == 700024
