"""Every refusal of Microsoft Entra becomes one clear message, and none of it is the server's own text."""

from __future__ import annotations

import string

import pytest

from outlook_connector.auth import advice_credentials, advice_requests, refusals, scopes
from outlook_connector.auth.advice import BY_AADSTS, BY_ERROR, OTHERWISE, Advice
from outlook_connector.config import Config, Secret
from outlook_connector.errors import (
    AuthError,
    ConnectorError,
    ConsentRequired,
    CredentialExpired,
    SignInRequired,
    TransportError,
)

CONFIG = Config(
    auth="delegated",
    tenant_id="contoso.example",
    client_id="11111111-2222-3333-4444-555555555555",
    cloud="global",
    authority="https://login.microsoftonline.com/contoso.example",
    graph_url="https://graph.microsoft.com/v1.0",
    graph_audience="https://graph.microsoft.com",
    client_secret=Secret("the-client-secret"),
    redirect_uri="https://app.example/callback",
)

CLASSES = {
    700082: SignInRequired, 50173: SignInRequired, 70000: SignInRequired, 70008: SignInRequired,
    54005: SignInRequired, 50076: SignInRequired, 50079: SignInRequired, 53003: SignInRequired,
    50126: SignInRequired, 65001: ConsentRequired, 65004: ConsentRequired, 650056: ConsentRequired,
    650057: ConsentRequired, 650053: AuthError, 7000222: CredentialExpired, 7000215: AuthError,
    7000218: AuthError, 700016: AuthError, 90002: AuthError, 900023: AuthError, 50011: AuthError,
    500113: AuthError, 900382: AuthError, 500011: AuthError, 90033: TransportError,
    50196: AuthError, 9002313: SignInRequired, 90014: AuthError, 500121: SignInRequired, 90095: ConsentRequired,
    5002738: AuthError, 700027: AuthError, 700024: AuthError,
    1000502: CredentialExpired, 700213: AuthError, 70020: SignInRequired,
}  # fmt: skip

KEYS = {
    7000222: "clientSecret", 7000215: "clientSecret", 7000218: "clientSecret", 700016: "clientId",
    90002: "tenantId", 900023: "tenantId", 50011: "redirectUri", 500113: "redirectUri", 900382: "cloud",
    500011: "graphAudience", 700027: "certificate", 1000502: "certificate", 700213: "federatedTokenFile",
}  # fmt: skip


ALL_ADVICE = list(
    dict.fromkeys(
        [
            *BY_AADSTS.values(),
            *BY_ERROR.values(),
            *advice_credentials.BY_AADSTS.values(),
            *advice_credentials.BY_ERROR.values(),
            *advice_requests.BY_AADSTS.values(),
            OTHERWISE,
        ]
    )
)


def answer(number: int, error: str = "invalid_grant", **more: object) -> dict[str, object]:
    described = f"AADSTS{number}: something with Secret-In-The-Text.\r\nTrace ID: x"
    return {"error": error, "error_description": described, "error_codes": [number], **more}


@pytest.mark.parametrize("number", CLASSES)
def test_a_number_leads_to_its_class(number: int) -> None:
    error = refusals.explain(answer(number), CONFIG)
    assert type(error) is CLASSES[number]
    assert error.details["aadsts"] == number
    assert f"AADSTS{number}" in error.message


@pytest.mark.parametrize("number", KEYS)
def test_a_wrong_configuration_is_told_by_its_key(number: int) -> None:
    error = refusals.explain(answer(number), CONFIG)
    assert error.details["configKey"] == KEYS[number]
    assert KEYS[number] in error.message


@pytest.mark.parametrize("advice", ALL_ADVICE, ids=lambda a: a.what[:40])
def test_every_advice_says_what_failed_and_what_to_do(advice: Advice) -> None:
    facts = refusals._facts(CONFIG, None, 1)
    for text in (advice.what, advice.do):
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= facts.keys()
    assert advice.what.endswith(".")
    assert len(advice.do) > 20
    assert issubclass(advice.kind, AuthError | TransportError)


def test_the_number_is_found_in_the_description_where_there_are_no_codes() -> None:
    error = refusals.explain({"error": "access_denied", "error_description": "AADSTS65004: declined"}, CONFIG)
    assert error.details["aadsts"] == 65004


def test_an_unknown_number_falls_back_to_the_oauth_error() -> None:
    assert isinstance(refusals.explain(answer(999999), CONFIG), SignInRequired)
    assert isinstance(refusals.explain(answer(999999, suberror="consent_required"), CONFIG), ConsentRequired)


def test_an_unknown_error_says_where_to_look_it_up() -> None:
    error = refusals.explain(answer(999999, error="something_new"), CONFIG)
    assert type(error) is AuthError
    assert "https://login.microsoftonline.com/error?code=999999" in error.message


@pytest.mark.parametrize(
    "hostile",
    [
        answer(700082, correlation_id="Secret-In-The-Text", trace_id="Secret-In-The-Text"),
        {"error": "Secret-In-The-Text", "error_description": "Secret-In-The-Text"},
        {
            "error": {"Secret-In-The-Text": 1},
            "error_codes": ["Secret-In-The-Text"],
            "suberror": ["Secret-In-The-Text"],
        },
        {},
    ],
)
def test_nothing_that_the_server_wrote_is_repeated(hostile: dict[str, object]) -> None:
    error = refusals.explain(hostile, CONFIG)
    assert isinstance(error, ConnectorError)
    assert "Secret-In-The-Text" not in str(error.to_dict())
    assert "the-client-secret" not in str(error.to_dict())


def test_ids_for_microsofts_support_are_kept() -> None:
    guid = "0000aaaa-11bb-cccc-dd22-eeeeee333333"
    error = refusals.explain(answer(700082, correlation_id=guid, trace_id=guid), CONFIG)
    assert (error.details["correlationId"], error.details["traceId"]) == (guid, guid)


def test_consent_comes_with_the_address_for_an_administrator() -> None:
    url = refusals.explain(answer(65001), CONFIG).details["adminConsentUrl"]
    assert url.startswith(
        "https://login.microsoftonline.com/contoso.example/v2.0/adminconsent?client_id=1111"
    )
    assert "the-client-secret" not in url


@pytest.mark.parametrize(
    ("back_to", "in_the_address"),
    [
        ("http://localhost:51234", "redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"),
        ("https://host.example/back", "redirect_uri=https%3A%2F%2Fhost.example%2Fback"),
    ],
)
def test_an_administrators_address_leads_to_no_port_that_has_been_closed_by_then(
    back_to: str, in_the_address: str
) -> None:
    error = refusals.explain(answer(65004), CONFIG, back_to)
    assert error.details["adminConsentUrl"].endswith(in_the_address)
    assert error.details["adminConsentUrl"] in error.message


def test_short_scopes_mean_the_global_graph_and_are_qualified_elsewhere() -> None:
    china = "https://microsoftgraph.chinacloudapi.cn"
    assert scopes.asked(["Mail.Send", "openid"], "https://graph.microsoft.com") == ["Mail.Send"]
    assert scopes.asked(["Mail.Send"], china) == [f"{china}/Mail.Send"]
    assert scopes.asked([], china) == [f"{china}/.default"]
    assert scopes.for_application(china + "/") == [f"{china}/.default"]


def test_granted_scopes_are_told_by_their_short_names() -> None:
    china = "https://microsoftgraph.chinacloudapi.cn"
    assert scopes.granted(f"{china}/Mail.Send openid profile", (), china) == ("Mail.Send",)
    assert scopes.granted(None, ("Mail.Read",), china) == ("Mail.Read",)


@pytest.mark.parametrize(
    ("status", "retry_after", "says"),
    [(503, None, "Try again in a minute"), (503, 7.0, "after 7 seconds"), (429, 0.5, "limiting requests")],
)
def test_a_service_that_cannot_answer_is_told_with_what_to_do(
    status: int, retry_after: float | None, says: str
) -> None:
    error = refusals.unavailable(status, "login.microsoftonline.com", retry_after)
    assert (error.code, error.retryable, error.details["status"]) == ("signInUnavailable", True, status)
    assert says in error.message
    assert error.message.endswith(error.details["advice"])


def test_an_administrators_address_names_what_is_asked_for_in_the_clouds_own_words() -> None:
    url = refusals.admin_consent_url(CONFIG, "https://host.example/back", ["Mail.Send", "openid"], "state-1")
    assert "scope=https%3A%2F%2Fgraph.microsoft.com%2FMail.Send+openid" in url
    assert url.endswith("&redirect_uri=https%3A%2F%2Fhost.example%2Fback&state=state-1")
