"""The authorize endpoint: what a person sees, and what goes back to the application."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from entra_client import EntraClient, Page, aadsts, returned

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.tenant import PASSWORD

ADELE = "adele@contoso.example"


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


def sign_in(client, response, login=ADELE, password=PASSWORD):
    return client.submit(response, login=login, passwd=password)


def test_a_person_signs_in_consents_and_comes_back_with_a_code(client, outlook_sandbox):
    consent = sign_in(client, client.authorize())
    page = Page(consent.text)
    for shown in (ADELE, outlook_sandbox.directory.app.name, "Read your mail", "Maintain access"):
        assert shown in page.text
    back = client.submit(consent, answer="accept")
    assert back.headers["Location"].startswith(outlook_sandbox.redirect_uri + "?")
    assert returned(back)["state"] == "state-1" and returned(back)["session_state"]
    assert client.redeem(returned(back)["code"]).ok


def test_consent_is_asked_for_once(client):
    client.submit(sign_in(client, client.authorize()), answer="accept")
    assert returned(sign_in(client, client.authorize()))["code"]


def test_further_permissions_are_asked_for(client):
    client.submit(sign_in(client, client.authorize()), answer="accept")
    assert "Send mail as you" in sign_in(client, client.authorize(scope="Mail.Read Mail.Send")).text


def test_prompt_consent_asks_again(client):
    client.code()
    assert "Permissions requested" in sign_in(client, client.authorize(prompt="consent")).text


def test_cancel_tells_the_application(client):
    back = returned(client.submit(sign_in(client, client.authorize()), answer="cancel"))
    assert (back["error"], back["state"]) == ("access_denied", "state-1")
    assert back["error_description"].startswith("AADSTS65004")


def test_a_wrong_password_stays_on_the_page(client):
    again = sign_in(client, client.authorize(), password="guess")
    assert "AADSTS50126" in Page(again.text).text
    assert Page(again.text).fields["login"] == ADELE
    assert "Permissions requested" in sign_in(client, again).text


def test_an_unknown_user_stays_on_the_page(client):
    assert "AADSTS50126" in sign_in(client, client.authorize(), login="nobody@contoso.example").text


def test_consent_needs_a_sign_in_before_it(client, outlook_sandbox):
    flow = Page(client.authorize().text).fields["flow"]
    url = f"{outlook_sandbox.authority}/consent"
    answer = client.http.post(url, data={"flow": flow, "answer": "accept"}, allow_redirects=False)
    assert answer.status_code == 400 and "AADSTS165004" in answer.text


@pytest.mark.parametrize("step", ["login", "verify", "consent"])
def test_a_made_up_flow_leads_nowhere(client, outlook_sandbox, step):
    answer = client.http.post(f"{outlook_sandbox.authority}/{step}", data={"flow": "made-up"})
    assert answer.status_code == 400 and "AADSTS165004" in answer.text


def test_a_sign_in_left_alone_for_ten_minutes_is_over(client, outlook_sandbox):
    page = client.authorize()
    outlook_sandbox.clock.advance(601)
    assert "AADSTS165004" in sign_in(client, page).text


def test_the_login_hint_is_filled_in(client):
    assert (
        Page(client.authorize(login_hint="kim@contoso.example").text).fields["login"] == "kim@contoso.example"
    )


PAGES = {
    "wrong redirect URI": ({"redirect_uri": "https://evil.example/"}, 50011),
    "no redirect URI": ({"redirect_uri": None}, 50011),
    "unknown app": ({"client_id": "11111111-0000-0000-0000-000000000000"}, 700016),
    "unknown tenant": ({"tenant": "fabrikam.example"}, 90002),
}


@pytest.mark.parametrize(("change", "number"), PAGES.values(), ids=PAGES)
def test_an_error_that_must_not_leave_is_a_page(client, change, number):
    answer = client.authorize(sandbox_user=ADELE, **change)
    assert answer.status_code == 400 and "Location" not in answer.headers
    assert f"AADSTS{number}" in Page(answer.text).text


REDIRECTED = {
    "no response type": ({"response_type": None}, "invalid_request", "AADSTS900144"),
    "another response type": ({"response_type": "token"}, "invalid_request", "AADSTS9002332"),
    "unknown challenge method": ({"code_challenge_method": "S512"}, "invalid_request", "AADSTS9002332"),
    "unknown scope": ({"scope": "Mail.Reed"}, "invalid_client", "AADSTS650053"),
    "two resources": (
        {"scope": "Mail.Read https://outlook.office.com/Mail.Read"},
        "invalid_scope",
        "AADSTS28000",
    ),
    "nobody signed in": ({"prompt": "none"}, "login_required", "AADSTS50058"),
    "no consent": ({"prompt": "none", "login_hint": ADELE}, "consent_required", "AADSTS65001"),
}


@pytest.mark.parametrize(("change", "error", "number"), REDIRECTED.values(), ids=REDIRECTED)
def test_other_errors_go_back_to_the_application(client, change, error, number):
    back = returned(client.authorize(**change))
    assert (back["error"], back["state"]) == (error, "state-1")
    assert back["error_description"].startswith(number)


def test_prompt_none_is_silent_for_a_known_user_who_has_consented(client):
    client.code()
    assert returned(client.authorize(prompt="none", login_hint=ADELE))["code"]


def test_the_automatic_user_may_come_in_a_header(client):
    assert returned(client.authorize(headers={"x-sandbox-user": ADELE}))["code"]


def test_without_automatic_consent_the_automatic_user_sees_the_consent_page():
    with Sandbox(automatic_consent=False) as sandbox:
        client = EntraClient(sandbox)
        consent = client.authorize(sandbox_user=ADELE)
        assert "Permissions requested" in consent.text
        assert returned(client.submit(consent, answer="accept"))["code"]
        assert returned(client.authorize(sandbox_user=ADELE))["code"]


def test_fragment_mode_keeps_the_code_out_of_the_query(client):
    back = client.authorize(sandbox_user=ADELE, response_mode="fragment")
    parts = urlsplit(back.headers["Location"])
    assert not parts.query and dict(parse_qsl(parts.fragment))["code"]


def test_form_post_mode_posts_the_code(client, outlook_sandbox):
    page = Page(client.authorize(sandbox_user=ADELE, response_mode="form_post").text)
    assert page.action == outlook_sandbox.redirect_uri
    assert page.fields["state"] == "state-1"
    assert client.redeem(page.fields["code"]).ok


def test_a_localhost_redirect_uri_may_have_any_port(client):
    back = client.authorize(sandbox_user=ADELE, redirect_uri="http://localhost:53211")
    assert back.headers["Location"].startswith("http://localhost:53211?code=")
    assert client.redeem(returned(back)["code"], redirect_uri="http://localhost:53211").ok


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:53211/elsewhere",
        "https://localhost",
        "http://localhost.evil.example",
        "http://evil.example@localhost",
        "https://app.contoso.example:8443/callback",
        "https://app.contoso.example/callback?next=1",
        "http://localhost#fragment",
    ],
)
def test_other_redirect_uris_must_match_exactly(client, uri):
    assert "AADSTS50011" in client.authorize(sandbox_user=ADELE, redirect_uri=uri).text


def test_a_second_factor_is_asked_for_where_it_is_due(client, outlook_sandbox):
    outlook_sandbox.entra.require(ADELE, "mfa")
    approve = sign_in(client, client.authorize())
    assert "second factor" in Page(approve.text).text
    back = client.submit(client.submit(approve), answer="accept")
    token = client.redeem(returned(back)["code"]).json()["refresh_token"]
    assert client.refresh(token).ok


def test_consent_cannot_be_had_around_the_second_factor(client, outlook_sandbox):
    outlook_sandbox.entra.require(ADELE, "mfa")
    approve = sign_in(client, client.authorize())
    data = {"flow": Page(approve.text).fields["flow"], "answer": "accept"}
    assert "AADSTS50076" in client.http.post(f"{outlook_sandbox.authority}/consent", data=data).text


def test_a_blocked_user_learns_so_on_the_page(client, outlook_sandbox):
    outlook_sandbox.entra.require(ADELE, "conditional_access")
    assert "AADSTS53003" in Page(sign_in(client, client.authorize()).text).text


def test_every_page_is_accessible_and_loads_nothing_from_elsewhere(client, outlook_sandbox):
    outlook_sandbox.entra.require(ADELE, "mfa")
    first = client.authorize()
    second = sign_in(client, first)
    third = client.submit(second)
    problem = client.authorize(redirect_uri="https://evil.example/")
    for response in (first, second, third, problem):
        page = Page(response.text)
        assert page.lang == "en" and "<main>" in response.text and response.text.count("<h1>") == 1
        assert page.labels >= {name for name in page.fields if name != "flow"}
        assert page.ids >= page.labels
        assert "Sandbox, not Microsoft" in page.text
        assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import", response.text)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store, no-cache"


def test_what_a_stranger_sends_is_escaped(client):
    page = client.authorize(login_hint='"><script>alert(1)</script>').text
    assert "<script>alert" not in page
    assert "<script>alert" not in client.authorize(client_id="<script>alert(1)</script>").text


def test_a_request_id_cannot_smuggle_headers_in(client):
    answer = client.authorize(**{"client-request-id": "1\r\nSet-Cookie: a=b"})
    assert "Set-Cookie" not in answer.headers and "\n" not in answer.headers["client-request-id"]


def test_the_token_endpoint_takes_no_get(client, outlook_sandbox):
    answer = client.http.get(f"{outlook_sandbox.authority}/oauth2/v2.0/token")
    assert (aadsts(answer), answer.status_code) == (900561, 405)


@pytest.mark.parametrize("tenant", ["common", "contoso.example"])
def test_discovery_stays_with_the_tenants_name(client, outlook_sandbox, tenant):
    at = f"{outlook_sandbox.base_url}/{tenant}"
    config = client.http.get(f"{at}/v2.0/.well-known/openid-configuration").json()
    assert config["token_endpoint"] == f"{at}/oauth2/v2.0/token"
    expected = "{tenantid}" if tenant == "common" else outlook_sandbox.tenant_id
    assert config["issuer"] == f"{outlook_sandbox.base_url}/{expected}/v2.0"


def test_an_unknown_tenant_has_no_discovery(client, outlook_sandbox):
    url = f"{outlook_sandbox.base_url}/fabrikam.example/v2.0/.well-known/openid-configuration"
    assert aadsts(client.http.get(url)) == 90002
