"""A client proves itself by a certificate.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import time
from datetime import timedelta
from pathlib import Path

import jwt
import msal
import pytest
import requests
from entra_assertions import GRAPH_DEFAULT, Authority, Certificate, present
from entra_client import EntraClient, aadsts


@pytest.fixture(scope="module")
def certificate():
    return Certificate.self_signed()


@pytest.fixture(scope="module")
def stranger():
    return Certificate.self_signed()


@pytest.fixture
def client(outlook_sandbox, certificate):
    outlook_sandbox.directory.app.add_certificate(certificate.pem)
    return EntraClient(outlook_sandbox)


def confidential(sandbox, credential):
    session = requests.Session()
    session.verify, session.trust_env = sandbox.ca_file, False
    return msal.ConfidentialClientApplication(
        sandbox.client_id,
        authority=sandbox.authority,
        client_credential=credential,
        instance_discovery=False,
        http_client=session,
    )


CREDENTIALS = {
    "by SHA-256 thumbprint and x5c": lambda c: {"private_key": c.key, "public_certificate": c.pem},
    "by SHA-1 thumbprint": lambda c: {"private_key": c.key, "thumbprint": c.sha1},
}


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
def test_msal_signs_in_as_an_application(client, outlook_sandbox, certificate, credential):
    result = confidential(outlook_sandbox, credential(certificate)).acquire_token_for_client([GRAPH_DEFAULT])
    assert "access_token" in result, result


def test_msal_redeems_a_refresh_token_with_a_certificate(client, outlook_sandbox, certificate):
    app = confidential(outlook_sandbox, CREDENTIALS["by SHA-1 thumbprint"](certificate))
    token = outlook_sandbox.config()["refreshToken"]
    assert "access_token" in app.acquire_token_by_refresh_token(token, ["Mail.Read"])


def test_msal_reuses_one_assertion_and_entra_lets_it(client, outlook_sandbox, certificate):
    app = confidential(outlook_sandbox, CREDENTIALS["by SHA-1 thumbprint"](certificate))
    token = outlook_sandbox.config()["refreshToken"]
    for scope in ("Mail.Read", "Mail.Send"):
        assert "access_token" in app.acquire_token_by_refresh_token(token, [scope])


def test_a_certificate_made_by_the_sandbox_is_registered(outlook_sandbox):
    pem = Path(outlook_sandbox.certificate_file()).read_text()
    app = confidential(outlook_sandbox, {"private_key": pem, "public_certificate": pem})
    assert "access_token" in app.acquire_token_for_client([GRAPH_DEFAULT])


def test_a_key_beside_the_certificate_is_not_kept(outlook_sandbox, certificate):
    kept = outlook_sandbox.directory.app.add_certificate(certificate.key + certificate.pem)
    assert b"PRIVATE" not in kept.pem
    with pytest.raises(ValueError, match="PEM"):
        outlook_sandbox.directory.app.add_certificate("no certificate")


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
@pytest.mark.parametrize("audience", ["token endpoint", "issuer", "by domain", "common"])
def test_both_algorithms_and_every_name_of_the_endpoint(
    client, outlook_sandbox, certificate, algorithm, audience
):
    audiences = {
        "token endpoint": f"{outlook_sandbox.authority}/oauth2/v2.0/token",
        "issuer": f"{outlook_sandbox.authority}/v2.0",
        "by domain": f"{outlook_sandbox.base_url}/contoso.example/oauth2/v2.0/token",
        "common": f"{outlook_sandbox.base_url}/common/oauth2/v2.0/token",
    }
    assertion = certificate.assertion(outlook_sandbox, algorithm, aud=audiences[audience])
    assert present(client, assertion).ok


NOW = int(time.time())
WRONG = {
    "another audience": ({"aud": "https://login.microsoftonline.com/x/oauth2/v2.0/token"}, 700023),
    "no audience": ({"aud": None}, 700023),
    "another subject": ({"sub": "11111111-0000-0000-0000-000000000000"}, 700021),
    "another issuer": ({"iss": "11111111-0000-0000-0000-000000000000"}, 700021),
    "no issuer": ({"iss": None}, 700021),
    "expired": ({"exp": NOW - 3600, "nbf": NOW - 7200}, 700024),
    "not yet valid": ({"nbf": NOW + 3600, "exp": NOW + 7200}, 700024),
    "without an end": ({"exp": None}, 50027),
}


@pytest.mark.parametrize(("change", "number"), WRONG.values(), ids=WRONG)
def test_a_wrong_assertion_is_refused_by_its_number(client, outlook_sandbox, certificate, change, number):
    answer = present(client, certificate.assertion(outlook_sandbox, **change))
    assert (aadsts(answer), answer.status_code, answer.json()["error"]) == (number, 401, "invalid_client")


def test_five_minutes_of_skew_are_forgiven(client, outlook_sandbox, certificate):
    for change in ({"exp": int(time.time()) - 200}, {"nbf": int(time.time()) + 200}):
        assert present(client, certificate.assertion(outlook_sandbox, **change)).ok


def test_a_clock_that_is_off_makes_assertions_look_expired(client, outlook_sandbox, certificate):
    outlook_sandbox.clock.advance(3600)
    answer = present(client, certificate.assertion(outlook_sandbox))
    assert aadsts(answer) == 700024
    assert "Current time" in answer.json()["error_description"]


def test_an_unregistered_certificate_is_named_by_its_thumbprint(client, outlook_sandbox, stranger):
    answer = present(client, stranger.assertion(outlook_sandbox, headers={"x5t": stranger.x5t}))
    assert aadsts(answer) == 700027
    assert stranger.sha1.upper() in answer.json()["error_description"]
    assert "The key was not found." in answer.json()["error_description"]


def test_another_key_under_a_registered_thumbprint_is_refused(client, outlook_sandbox, certificate, stranger):
    forged = stranger.assertion(outlook_sandbox, headers={"x5t#S256": certificate.x5t_sha256})
    assert aadsts(present(client, forged)) == 700027


@pytest.mark.parametrize("header", ["none", "x5c of a stranger"])
def test_who_signed_must_be_said_and_known(client, outlook_sandbox, stranger, header):
    headers, number = {"none": ({}, 50027), "x5c of a stranger": ({"x5c": stranger.x5c}, 700027)}[header]
    assert aadsts(present(client, stranger.assertion(outlook_sandbox, headers=headers))) == number


def test_an_expired_certificate_is_told_from_an_unknown_one(client, outlook_sandbox, certificate):
    outlook_sandbox.directory.app.certificates[0].expires = outlook_sandbox.clock.now() - timedelta(days=1)
    answer = present(client, certificate.assertion(outlook_sandbox))
    assert aadsts(answer) == 700027
    assert "The key used is expired." in answer.json()["error_description"]


def test_a_certificate_expires_by_its_own_date_as_time_goes_on(client, outlook_sandbox, certificate):
    outlook_sandbox.clock.advance(31 * 86400)
    now = int(outlook_sandbox.clock.now().timestamp())
    answer = present(client, certificate.assertion(outlook_sandbox, nbf=now, exp=now + 600))
    assert "The key used is expired." in answer.json()["error_description"]


def test_a_renewed_certificate_is_trusted_by_subject_name_and_issuer(outlook_sandbox):
    authority, client = Authority(), EntraClient(outlook_sandbox)
    first, second = authority.issue(), authority.issue()
    outlook_sandbox.directory.app.add_certificate(first.pem, issuer=authority.pem)
    sent = {"x5t#S256": second.x5t_sha256, "x5c": second.x5c}
    assert present(client, second.assertion(outlook_sandbox, headers=sent)).ok
    unsent = {"x5t#S256": second.x5t_sha256}
    assert aadsts(present(client, second.assertion(outlook_sandbox, headers=unsent))) == 700027


def test_a_certificate_that_came_along_expires_by_a_number_of_its_own(outlook_sandbox):
    authority, client = Authority(), EntraClient(outlook_sandbox)
    outlook_sandbox.directory.app.add_certificate(authority.issue().pem, issuer=authority.pem)
    renewed = authority.issue()
    outlook_sandbox.clock.advance(31 * 86400)
    assert (
        aadsts(present(client, renewed.assertion(outlook_sandbox, headers={"x5c": renewed.x5c}))) == 1000502
    )


def test_another_authority_or_subject_is_not_trusted_by_name(outlook_sandbox):
    authority, client = Authority(), EntraClient(outlook_sandbox)
    outlook_sandbox.directory.app.add_certificate(authority.issue().pem, issuer=authority.pem)
    for other in (Authority().issue(), authority.issue("other")):
        sent = {"x5t": other.x5t, "x5c": other.x5c}
        assert aadsts(present(client, other.assertion(outlook_sandbox, headers=sent))) == 700027


def test_a_symmetric_or_absent_signature_is_no_signature(client, outlook_sandbox, certificate):
    claims = jwt.decode(certificate.assertion(outlook_sandbox), options={"verify_signature": False})
    for algorithm, key in (("HS256", "k" * 32), ("none", None)):
        forged = jwt.encode(claims, key, algorithm=algorithm, headers={"x5t#S256": certificate.x5t_sha256})
        assert aadsts(present(client, forged)) == 5002738


@pytest.mark.parametrize("nonsense", ["made-up", "a.b.c", "e30.e30.e30"])
def test_what_is_no_token_is_refused(client, nonsense):
    assert aadsts(present(client, nonsense)) in (50027, 5002738)


HOSTILE = {
    "a number for a name": {"sub": 2},
    "an object for an audience": {"aud": {"a": 1}},
    "a list of objects for an audience": {"aud": [{"a": 1}, None]},
    "an endless time": {"exp": float("inf")},
    "no number for a time": {"exp": float("nan")},
    "a huge time": {"exp": 10**400},
    "words for a time": {"exp": "soon"},
    "a foreign issuer with an object for an audience": {"iss": "https://ci.example", "aud": {"a": 1}},
}


@pytest.mark.parametrize("claims", HOSTILE.values(), ids=HOSTILE)
def test_hostile_claims_are_refused_not_stumbled_over(client, outlook_sandbox, certificate, claims):
    answer = present(client, certificate.assertion(outlook_sandbox, **claims))
    assert answer.status_code == 401 and aadsts(answer)


@pytest.mark.parametrize("x5c", [1, "text", {"a": 1}, [None], ["!!"], [["nested"]]])
def test_hostile_certificates_are_refused_not_stumbled_over(client, outlook_sandbox, certificate, x5c):
    assert aadsts(present(client, certificate.assertion(outlook_sandbox, headers={"x5c": x5c}))) == 700027


def test_the_assertion_type_must_be_named(client, outlook_sandbox, certificate):
    assertion = certificate.assertion(outlook_sandbox)
    assert aadsts(present(client, assertion, client_assertion_type=None)) == 900144
    assert aadsts(present(client, assertion, client_assertion_type="saml")) == 9002332


def test_a_public_client_may_not_present_one(client, outlook_sandbox, certificate):
    answer = present(
        client, certificate.assertion(outlook_sandbox), client_id=outlook_sandbox.public_client_id
    )
    assert aadsts(answer) == 700025


def test_an_assertion_can_be_made_to_count_once(client, outlook_sandbox, certificate):
    outlook_sandbox.entra.single_use_assertions = True
    assertion = certificate.assertion(outlook_sandbox)
    assert present(client, assertion).ok
    assert aadsts(present(client, assertion)) == 50027
